"""Vectors beside the data and named ones, as a dataset is opened with them: taken, said, or refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from datasets import BadDataset
from tests.tiny import KINDS, prepare
from util import InspectorError
from workspace import opening
from workspace.plan import PIXELS, Plan, UnknownColumn
from workspace.store import Store
from workspace.uploads import asked_for

NUMBERS = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)


@pytest.fixture
def options(tmp_path):
    return prepare(tmp_path, replace(KINDS["full"], got="dataset"))[1]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


def taken(store, opened):
    return store.read(Plan(opened.keys, given=opened.given).key("activations/features"))


def test_what_lies_beside_the_data_is_taken_and_said(tmp_path, store, options):
    plain = opening.open_dataset(store, options)
    assert plain.given == {}
    np.save(tmp_path / "tiny.features.npy", NUMBERS)
    assert opening.known_dataset(store, options) is None
    opened = opening.open_dataset(store, options)
    assert np.array_equal(taken(store, opened), NUMBERS)
    assert "tiny.features.npy beside the data is a layer too" in opened.notices[-1]
    assert opened.fingerprint == plain.fingerprint
    assert opening.known_dataset(store, options) == opened


@pytest.mark.parametrize("limit", [1, 7])
def test_with_a_limit_its_rows_are_those_of_the_files(tmp_path, store, options, limit):
    np.save(tmp_path / "tiny.features.npy", NUMBERS)
    opened = opening.open_dataset(store, replace(options, limit=limit))
    expected = [*range(limit), *range(40, 40 + limit)]  # the first of each split
    assert np.array_equal(taken(store, opened), NUMBERS[expected])
    test = opening.open_dataset(store, replace(options, split="test"))
    assert np.array_equal(taken(store, test), NUMBERS[40:])


def test_what_cannot_be_used_is_a_notice_if_nobody_asked_for_it(tmp_path, store, options):
    np.save(tmp_path / "features.npy", NUMBERS[:59])
    opened = opening.open_dataset(store, options)
    assert opened.given == {}
    assert "Vectors beside the data were not taken. features.npy: has 59 rows" in opened.notices[-1]


def test_and_refused_if_somebody_did(tmp_path, store, options):
    np.save(tmp_path / "mine.npy", NUMBERS[:59])
    asked = replace(options, features=str(tmp_path / "mine.npy"))
    asked.check()  # the number of samples is not known yet
    with pytest.raises(BadDataset, match=r"--features mine.npy: has 59 rows, and the data have 60 samples"):
        opening.open_dataset(store, asked)


def test_another_file_is_read_anew(tmp_path, store, options):
    asked = replace(options, features=str(tmp_path / "clip.npy"))
    np.save(tmp_path / "clip.npy", NUMBERS)
    first = opening.open_dataset(store, asked)
    assert list(first.given) == ["activations/clip"]
    np.save(tmp_path / "clip.npy", NUMBERS + 1)
    assert opening.open_dataset(store, asked).given != first.given


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"features": "nowhere.npy"}, "--features nowhere.npy: no such file"),
        ({"coordinates": "nowhere.npy"}, "--coordinates nowhere.npy: no such file"),
        ({"device": "tpu"}, "--device tpu: not known"),
        ({"gpu_memory": "2"}, "--gpu-memory 2: is no share"),
    ],
)
def test_what_can_be_seen_at_the_door_is_refused_there(options, changes, words):
    with pytest.raises(InspectorError, match=words):
        replace(options, **changes).check()


def test_a_layer_of_the_networks_keeps_its_name():
    plan = Plan({"activations/dense": "network"}, ["dense"], given={"activations/dense": "file"})
    assert plan.key("activations/dense") == "network"
    assert plan.key("activations/dense (file)") == "file"
    assert plan.needs("activations/dense (file)") == ()


def test_only_with_coordinates_there_is_a_loaded_map():
    roots = {"images": "i", "activations/dense": "n"}
    assert Plan(roots, ["dense"], given={"coordinates": "c"}).makes(f"projection/{PIXELS}/loaded")
    with pytest.raises(UnknownColumn):
        Plan(roots, ["dense"]).key("projection/dense/loaded")


def test_it_is_no_part_of_what_the_network_says():
    """An uploaded picture has no such vector, and an earlier dataset's answers are none of it."""
    with_file = Plan({"logits": "l"}, ["dense"], given={"activations/clip": "c"})
    assert with_file.key(asked_for("abc")) == Plan({"logits": "l"}, ["dense"]).key(asked_for("abc"))
