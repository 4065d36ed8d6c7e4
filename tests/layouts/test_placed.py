"""What the page says while a map is an earlier one with new points, and how it is made anew."""

from __future__ import annotations

import numpy as np
import pytest

from app import create_app
from layouts import dataset, maps, placed
from layouts.kit.state import State
from tests.callbacks.calling import dependencies, post
from tests.workspace.incremental import Bench, bench, noise  # noqa: F401
from util import InspectorError
from workspace import export
from workspace.plan import standard
from workspace.session import Session
from workspace.store import Store

MAP, ANEW = "placed/dense/tsne", "projection/dense/tsne"
VIEW = State(layer="dense", method="tsne")


@pytest.fixture
def session(bench: Bench) -> Session:  # noqa: F811
    """A session whose data have six samples more than the last time; no process is ever started."""
    bench.save(noise(60))
    bench.run(ANEW, "digests")
    bench.save(np.concatenate([noise(60)[1:], noise(7, seed=3)]))
    bench.run(f"projection/dense/{maps.FIRST_PICTURE}", placed.truth(MAP))
    return Session(Store(bench.folder / "cache"), bench.options, command=("no", "worker", "here"))


def text(part: object) -> str:
    """All text of some components."""
    if isinstance(part, (list, tuple)):
        return "".join(map(text, part))
    return part if isinstance(part, str) else text(getattr(part, "children", None) or "")


def test_the_earlier_map_is_shown_and_no_other_is_asked_for(session):
    assert session.missing and ANEW not in standard("dense", (), session._plan.roots)
    assert maps.map_properties(session, VIEW, maps.RIGHT)["positions"]["name"] == MAP
    wanted = maps.columns(session, VIEW, maps.RIGHT)
    assert MAP in wanted and "placed_trustworthiness/dense/tsne" in wanted
    assert ANEW not in wanted and "trustworthiness/dense/tsne" not in wanted
    assert maps.map_properties(session, VIEW, maps.RIGHT)["note"] == ""


def test_the_caption_counts_the_new_points_and_says_how_true_the_map_is(session):
    caption = text(maps.caption(session, VIEW, maps.RIGHT))
    assert caption.startswith("t-SNE of dense (seed 0, perplexity 30.0, rounds 750) · ")
    assert "7 of 66 points are placed by their neighbors; Refresh the map · trustworthiness 0." in caption


def test_the_button_asks_for_the_map_made_anew(session, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(session, "want", asked.extend)
    app = create_app(session)
    button = {"refresh": ANEW, "at": "right"}
    changed = '{"at":"right","refresh":"projection/dense/tsne"}.n_clicks'
    pattern = '{"at":["ALL"],"refresh":["ALL"]}.n_clicks'
    before = session.version
    output = next(entry["output"] for entry in dependencies(app) if '"refresh"' in str(entry["inputs"]))
    post(app, output, {pattern: [(button, 1)]}, changed)
    assert asked == [ANEW] and session.version > before


def test_once_asked_for_the_button_is_gone(session, monkeypatch):
    monkeypatch.setattr(session._worker, "_wanted", [ANEW])
    caption = text(maps.caption(session, VIEW, maps.RIGHT))
    assert "7 of 66 points are placed by their neighbors; the map is being made anew" in caption
    assert "Refresh" not in caption


def test_once_made_the_new_map_is_shown(session, bench):  # noqa: F811
    bench.run(ANEW)
    assert maps.map_properties(session, VIEW, maps.RIGHT)["positions"]["name"] == ANEW
    assert "placed" not in text(maps.caption(session, VIEW, maps.RIGHT))
    assert "trustworthiness/dense/tsne" in maps.columns(session, VIEW, maps.RIGHT)


def test_another_layer_has_its_map_made_as_usual(session):
    other = State(layer="scores", method="tsne")
    assert "projection/scores/tsne" in maps.columns(session, other, maps.RIGHT)
    assert placed.shown(session, "dense", "pca") == "projection/dense/pca"


def test_an_export_has_the_map_made_anew(session, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(session, "want", asked.extend)

    def stop() -> None:
        raise InspectorError("as soon as it waits")

    monkeypatch.setattr(session, "wait", stop)
    with pytest.raises(InspectorError):
        export.export(session, session.store.folder)
    assert asked == [ANEW]


def test_the_dataset_card_says_what_is_new(session):
    words = text(dataset.dataset(session, State()))
    assert "7 of 66 samples are new since " in words
    assert "1 of the 60 of then were changed or removed." in words
