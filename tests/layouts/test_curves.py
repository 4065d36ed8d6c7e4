"""The training curves page: what is read, what is said of it, and the lists of a series of checkpoints."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import model.history
import model.network
from layouts import curves  # noqa: F401 - makes its parts known
from layouts.kit.state import State
from layouts.part import draw, stage
from model import BadModel
from tests import tiny
from tests.layouts.looking import components, elements, text
from workspace import training
from workspace.session import Session
from workspace.worker import Worker

HISTORY = {"loss": [1.0, 0.5, 0.25, 0.1], "val_loss": [1.2, 0.6, 0.7, 0.9], "lr": [0.1, 0.1, 0.01, 0.01]}


@pytest.fixture
def session(opened, tmp_path):
    """session(**options) -> a full session with these options more."""
    made = []

    def session(**options):
        first = opened()
        made.append(Session(first.store, replace(first.options, **options), command=("no", "worker", "here")))
        return made[-1]

    yield session
    for one in made:
        one.close()


@pytest.fixture
def read(session, tmp_path):
    """A session that has read a history."""
    path = tmp_path / "net.history.json"
    path.write_text(json.dumps(HISTORY))
    found = session(history=(str(path),))
    tiny.answer(found, found.training.history())
    return found


def test_nothing_beside_the_model_says_how_to_get_it(session):
    said = text(draw("curves-charts", session(), State()))
    assert "CSVLogger" in said and "--history" in said


def test_a_folder_that_cannot_be_read_now_is_looked_into_again(session, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "LOOK_SECONDS", 0)
    monkeypatch.setattr(training, "PATIENCE", 60)
    (tmp_path / "net.history.json").write_text(json.dumps(HISTORY))
    found = session(history=(str(tmp_path / "net.history.json"),)).training
    with monkeypatch.context() as patch:
        patch.setattr(model.history, "find", forbidden)
        assert found.history() == ""
    assert found.history().startswith("history?")


def forbidden(*given):
    raise PermissionError(13, "Permission denied")


def test_curves_by_metric_and_what_they_say(read):
    drawn = draw("curves-charts", read, State())
    assert "1 of 1 runs, 2 of 2 metrics" in text(drawn)
    assert "validation loss was lowest, 0.6, at epoch 2 of 4; 2 values later it ended at 0.9" in text(drawn)
    assert "overfits" in text(drawn)
    graphs = [one for one in components(drawn) if type(one).__name__ == "Graph"]
    loss, rate = (graph.figure["data"] for graph in graphs)
    assert [trace["y"] for trace in loss] == [HISTORY["loss"], HISTORY["val_loss"]]
    assert [trace["name"] for trace in rate] == ["train"]


def test_batches_are_a_choice_where_there_are_some(session):
    from model.history import find
    from model.reading import resolve

    found = session(history=tuple(str(path) for path in find(resolve("mnist"))))
    before = stage("curves-charts", found, State())
    tiny.answer(found, found.training.history())
    assert stage("curves-charts", found, State()) != before
    (menu,) = [one for one in components(draw("curves-tools", found, State())) if hasattr(one, "options")]
    assert [option["value"] for option in menu.options] == ["epoch", "batch"]
    assert "against batches" not in text(draw("curves-charts", found, State(curve_unit="nonsense")))


def test_a_file_that_holds_no_curve_is_told_if_it_was_named(session, tmp_path):
    path = tmp_path / "notes.csv"
    path.write_text("a,b\nx,y\n")
    found = session(history=(str(path),))
    tiny.answer(found, found.training.history())
    assert "notes.csv: no curve in it" in text(draw("curves-charts", found, State()))


def test_what_was_named_must_be_there(session):
    with pytest.raises(BadModel, match="--history nowhere"):
        replace(session().options, history=("nowhere",)).check()
    with pytest.raises(BadModel, match="--checkpoints nowhere"):
        replace(session().options, checkpoints=("nowhere",)).check()


# -- checkpoints -----------------------------------------------------------------------------------


@pytest.fixture
def looked(session, tmp_path, monkeypatch):
    """A session that has looked at four checkpoints, of which the third cannot be opened.

    At the first everything is taken for class 0; at the second and the last all but samples 0 and 3 are right.
    """
    folder = tmp_path / "steps"
    folder.mkdir()
    for number in (1, 2, 3, 4):
        (folder / f"net-{number}.keras").write_bytes(b"x")
    found = session(checkpoints=(str(folder),))
    labels = np.asarray(found.column("labels"))
    layer = found.network.layer

    def open_network(path, *_, **__):
        number = int(path.stem[-1])
        if number == 3:
            raise BadModel(f"{path.name}: is broken")
        said = np.where(number == 1, 0, labels)
        said[[0, 3]] = 1 if number > 1 else 0

        def forward(images, layers, **_):
            logits = np.eye(3, dtype=np.float32)[said] * 5
            return model.network.Forward(logits, {layer: np.asarray(found.column(f"activations/{layer}"))})

        return SimpleNamespace(info=found.network.info, forward=forward)

    monkeypatch.setattr(model.network, "open_network", open_network)
    monkeypatch.setattr(Worker, "with_keras", lambda worker: None)
    tiny.answer(found, found.training.checkpoints())
    return found


def shown(session, name):
    buttons = elements(draw(f"checkpoints-{name}", session, State()), "button")
    return [int(button[1]["go"]["value"]) for button in buttons]


def test_checkpoints_wait_for_the_button(session, tmp_path):
    (tmp_path / "net-1.keras").write_bytes(b"x")
    found = session(checkpoints=(str(tmp_path / "net-1.keras"),))
    assert "1 checkpoints were found" in text(draw("checkpoints-map", found, State()))
    assert "Shown once" in text(draw("checkpoints-never", found, State()))
    assert "No checkpoints lie beside" in text(draw("checkpoints-map", session(), State()))


def test_a_map_with_a_frame_for_each(looked):
    drawn = draw("checkpoints-map", looked, State())
    assert "3 of 4 checkpoints, 60 of 60 samples" in text(drawn)
    assert "net-3.keras: net-3.keras: is broken" in text(drawn)
    (graph,) = [one for one in components(drawn) if type(one).__name__ == "Graph"]
    assert len(graph.figure["frames"]) == 3
    assert [step["label"] for step in graph.figure["layout"]["sliders"][0]["steps"]] == ["1", "2", "4"]
    assert sum(len(trace["x"]) for trace in graph.figure["data"]) == 60


def test_never_late_and_forgotten(looked):
    labels = np.asarray(looked.column("labels"))
    assert labels[[0, 3]].tolist() == [0, 0], "right at the first checkpoint, wrong from then on"
    assert sorted(shown(looked, "forgotten")) == [0, 3]
    assert shown(looked, "never") == []
    assert sorted(shown(looked, "late")) == np.flatnonzero(labels != 0).tolist()[:48]
    assert "Every sample was right at one checkpoint" in text(draw("checkpoints-never", looked, State()))
