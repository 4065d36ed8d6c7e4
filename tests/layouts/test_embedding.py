"""A network without a class head: every page works, nothing waits for what never comes, and each says why not."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import numpy as np
import pytest
from dash._utils import to_json

from app import create_app
from layouts import maps, pages, sample, wall
from layouts.kit.state import State
from layouts.page import PAGES
from layouts.part import draw
from tests import tiny
from tests.callbacks.calling import client
from tests.layouts.looking import components, text
from tests.tiny import NO_HEAD
from workspace import doctor, export
from workspace.plan import standard
from workspace.session import NoClassHead, QueryError

pages()
OPINIONS = {"predicted", "correct", "loss", "loss_rank", "confidence", "margin", "entropy", "probabilities"}


@pytest.fixture
def session(tiny_session):
    return tiny_session("embedding")


@pytest.fixture
def browser(session):
    return client(create_app(session))


def test_nothing_that_needs_scores_is_planned(session):
    assert session.missing == []
    assert not any(session.knows(name) for name in (*OPINIONS, "metrics", "confusion", "class_order", "relabelling"))
    assert session.knows("neighbors/scores") and session.is_ready("projection/scores/tsne")
    wanted: list[str] = []
    session._worker.want = wanted.extend  # type: ignore[method-assign]
    session.want(["loss", "neighbors/conv"])
    assert wanted == ["neighbors/conv"]
    assert "loss" in standard("scores")


def test_asking_for_them_says_why_there_are_none(session):
    assert session.no_head == NO_HEAD
    for name in ("logits", "loss", "metrics"):
        with pytest.raises(NoClassHead) as caught:
            session.column(name)
        assert str(caught.value) == NO_HEAD
    with pytest.raises(QueryError, match="no column 'loss' here: this network has no class head: its last layer"):
        session.find("loss > 2")
    with pytest.raises(NoClassHead):
        session.find(sort="-loss")
    assert len(session.find("label == 'class 1'")) == 20


def test_menus_leave_them_out(session):
    assert not OPINIONS & {unit.name for unit in session.units()}
    assert not OPINIONS & set(session.fields())
    assert set(session.fields().absent) >= OPINIONS - {"probabilities"}


ASKED = {"/drift": "train and test are being compared", "/sample": "Class centers of scores"}
"""What a page asks for when it is opened, and a worker would make."""


@pytest.mark.parametrize("path", [path for path in PAGES.names() if path != "/problems"])
def test_no_page_waits_for_what_never_comes(session, path):
    drawn = PAGES[path].layout(session, State())
    waits = [text(each) for each in components(drawn) if getattr(each, "className", "") == "waiting"]
    assert [said for said in waits if not said.startswith(ASKED.get(path, "never"))] == []
    assert to_json(drawn).count("being computed") == sum("being computed" in said for said in waits)


@pytest.mark.parametrize("path", ["/", "/losses", "/confusion"])
def test_pages_about_predictions_say_why_there_is_nothing(session, path):
    assert NO_HEAD in text(PAGES[path].layout(session, State()))


def test_the_network_and_the_doctor_say_so(session):
    assert "no class scores: its layers can be mapped" in text(draw("preprocessing", session, State()))
    said = text(draw("doctor", session, State()))
    assert "Looked at weights, 28 units in 5 of 5 layers." in said
    assert "cannot be judged without a class head" in said
    assert doctor.findings(session) == []


def test_maps_are_colored_by_the_label(session):
    for side in (maps.LEFT, maps.RIGHT, maps.LOSSES):
        assert maps.map_properties(session, State(), side)["color"]["title"] == "Label"


def test_the_wall_shows_the_labels(session):
    found = wall.properties(session, State())
    assert found["wall"]["asked"]["down"] == "label" and found["wall"]["asked"]["across"] == "none"
    assert "nothing can be confused" in found["note"]
    assert "errors" not in dict(wall._arrangements(session))


def test_a_sample_has_neighbors_and_no_opinion(session):
    said = text(sample.panel(session, 0))
    assert "nothing: the network has no class head" in said
    assert "Nearest in scores" in said and "Probabilities" not in said
    assert sample.nobody(session) is None


def test_the_table_has_rows(browser, session):
    answer = browser.get(f"/rows/{session.dataset.fingerprint}.json", query_string={"stop": 100})
    found = json.loads(answer.text)
    assert (found["count"], found["truth"], found["waiting"]) == (60, [], [])
    assert not OPINIONS & set(found["shown"])


def test_exports_leave_them_out(browser, session, tmp_path):
    answer = browser.get("/export/samples.csv")
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 60 and not OPINIONS & set(rows[0])
    answer = browser.get("/export/images.zip", query_string={"query": "index < 2"})
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert names[:2] == ["0_class-0_none.png", "1_class-1_none.png"]
    export.export(session, tmp_path / "out")
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["splits"] == {} and run["network"]["no_head"] == NO_HEAD and run["network"]["head"] is None


def test_limits_that_cannot_be_measured_are_broken(session, tiny_session):
    assert export.broken(session) == []
    assert export.broken(session, min_accuracy=0.5) == [f"accuracy is not known: {NO_HEAD[:-1]}"]
    unlabelled = tiny_session("no labels")
    assert export.broken(unlabelled, min_accuracy=0.5) == ["accuracy is not known: no sample has a label"]
    assert export.findings(session), "the notices are still said"


def test_an_uploaded_picture_is_compared_and_not_judged(session):
    from workspace.session import Answer

    name = session.uploads.save(np.array(session.image(3)))
    empty = np.zeros(0, np.float32)
    layers = {layer: np.ones(session.network.info.layer(layer).width, np.float32) for layer in session.network.layers}
    tiny.look_at(session, name, Answer(empty, layers))
    said = text(PAGES["/similar"].layout(session, State(upload=name)))
    assert "says of no picture what it is" in said and "labelled class" in said
