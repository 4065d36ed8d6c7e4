"""Vectors and a map that came with the data: chosen like a layer and a method of the network's, on every page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from dash._utils import to_json

from layouts import exports, maps, pages
from layouts.kit.state import State
from layouts.page import PAGES, ordered
from layouts.part import draw
from tests.tiny import KINDS, prepare
from util import InspectorError
from workspace import opening
from workspace.session import PIXELS, Question, Session
from workspace.store import Store
from workspace.worker import Worker

pages()
ROWS = KINDS["full"].samples
VIEW = State(layer="features", method="loaded", beside="features", beside_method="pca", focus="3", asked="3")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("given")


@pytest.fixture(scope="module")
def session(folder):
    random = np.random.default_rng(0)
    np.save(folder / "tiny.features.npy", random.normal(size=(ROWS, 5)))
    np.save(folder / "drawn.npy", random.normal(size=(ROWS, 2)).astype(np.float32))
    store, options = prepare(folder, KINDS["full"])
    options = replace(options, coordinates=str(folder / "drawn.npy"))
    opening.open_dataset(Store(store), options)
    worker = Worker(Store(store), options, lambda event, **facts: None)
    worker.open()
    wanted = ["projection/features/loaded", "projection/features/pca", "projection/features/tsne"]
    wanted += ["neighbors/features", "neighbor_distances/features", "unit_ranges/features", "selectivity/features"]
    while missing := worker.missing(wanted):
        worker.make(missing[0])
    assert worker.failed == {}
    return Session(Store(store), options, command=("no", "worker", "here"))


def test_it_stands_in_every_menu_of_layers(session):
    assert session.layers == (PIXELS, *session.network.layers, "features")
    for part in ("left-tools", "right-tools", "similar-tools"):
        assert "features" in str(draw(part, session, VIEW)), part


def test_the_file_is_said_to_have_been_taken(session):
    assert any(
        "tiny.features.npy beside the data is a layer too: 5 numbers" in said for said in session.dataset.notices
    )


def test_the_map_is_a_method(session, folder):
    assert session.methods()["loaded"].title == "Loaded map"
    assert maps.chosen(session, VIEW, "right") == ("features", "loaded")
    assert np.array_equal(session.column("projection/features/loaded"), np.load(folder / "drawn.npy"))


def test_without_a_file_there_is_no_such_method(tiny_session):
    plain = tiny_session("full")
    assert "loaded" not in plain.methods()
    assert not plain.knows("projection/dense/loaded")
    assert "features" not in plain.layers


def test_its_neighbors_are_those_of_its_vectors(session, folder):
    vectors = np.load(folder / "tiny.features.npy")
    distances = np.linalg.norm(vectors - vectors[3], axis=1)
    distances[3] = np.inf
    found = session.similar.find(Question("features", "euclidean", 5, index=3))
    assert found.rows.tolist() == np.argsort(distances)[:5].tolist()


def test_nobody_knows_the_vector_of_an_uploaded_picture(session):
    name = session.uploads.save(np.zeros((6, 6, 1), np.uint8))
    with pytest.raises(InspectorError) as caught:
        session.similar.find(Question("features", "euclidean", 5, upload=name))
    assert "came with the data" in str(caught.value)


@pytest.mark.parametrize("path", [page.path for page in ordered()])
def test_every_page_stands(session, path):
    drawn = to_json(PAGES[path].layout(session, VIEW))
    assert "Could not be computed" not in drawn


def test_they_go_out_as_files(session):
    offered = str(exports.body(session, VIEW))
    assert "Vectors of features (.npy)" in offered and "Loaded map (.npy)" in offered
