"""The page that opens another pair: what it lists, what is chosen, what it says."""

import json
import shutil
from dataclasses import replace

import dash_bootstrap_components as dbc
import pytest
from dash._utils import to_json

from layouts.kit.state import State
from layouts.open import open_page
from layouts.open_options import TICK
from layouts.part import draw, stage
from layouts.shell import beside, chips
from model import reading
from tests.layouts.looking import components
from tests.tiny import IDLE, KINDS, prepare
from workspace.pair import key_of
from workspace.pairs import Pairs
from workspace.store import Store


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    return prepare(tmp_path_factory.mktemp("one"), KINDS["full"])


@pytest.fixture
def pairs(ready, tmp_path):
    folder, options = ready
    made = Pairs(Store(shutil.copytree(folder, tmp_path / "cache")), folder=tmp_path, command=IDLE)
    made.open(options)
    yield made
    made.close()


@pytest.fixture
def second(ready, tmp_path):
    """Another network on the same data."""
    (tmp_path / "second.h5").write_bytes(reading.HDF5 + b"another network")
    return replace(ready[1], model=str(tmp_path / "second.h5"))


def text(session, state=None):
    return json.dumps(json.loads(to_json(open_page(session, state or State()))))


def hidden(session):
    """What the form sends besides its fields."""
    return [part for part in components(open_page(session, State())) if getattr(part, "type", "") == "hidden"]


def fields(session, state=None):
    """Name -> what stands in each field of "More options"."""
    found = components(draw("open-options", session, state or State()))
    return {part.name: part.value for part in found if isinstance(part, dbc.Input | dbc.Select | dbc.Checkbox)}


def test_lists_say_how_many_and_what_is_known(pairs, ready):
    shown = text(pairs.first)
    networks, data = pairs.choices.networks(), pairs.choices.datasets()
    for listed in (networks, data):
        assert f"{len(listed.choices):,} of {listed.total:,};" in shown
        assert all(choice.key in shown and choice.name in shown for choice in listed.choices)
    for words in ("1 of 1 open", "you are here", "60 samples", "3 classes", "open now", "bundled", "by name"):
        assert words in shown
    assert "results with tiny.npz" in shown and "results with tiny.h5" in shown
    found = pairs.results(ready[1])
    assert f"{found.ready} of {found.planned} results ready" in shown


def test_without_a_choice_the_open_pair_is_chosen_and_cannot_be_opened_again(pairs, ready):
    network, data = pairs.choices.keys(ready[1])
    shown = text(pairs.first)
    assert shown.count('"open-choice chosen"') == 2 and '"disabled": true' in shown
    assert {(box.name, box.value) for box in hidden(pairs.first)} == {("network", network), ("data", data)}
    other = text(pairs.first, State(data=pairs.choices.keys(replace(ready[1], dataset="mnist"))[1]))
    assert '"disabled": false' in other and '["mnist"]' in other.replace('{"children": "mnist"}', '["mnist"]')


def test_what_was_chosen_in_an_old_link_is_refused_in_words(pairs):
    assert "not in the list any more" in text(pairs.first, State(network="0" * 12))
    assert "not in the list any more" in text(pairs.first, State(data="<script>"))


def test_parts_are_drawn_anew_when_the_choice_or_what_is_open_changes(pairs, ready):
    before = {name: stage(name, pairs.first, State()) for name in ("open-pairs", "open-networks", "open-choice")}
    assert stage("open-networks", pairs.first, State(network="x")) != before["open-networks"]
    pairs.open(replace(ready[1], limit=3))
    assert all(stage(name, pairs.first, State()) != word for name, word in before.items())
    assert "2 of 2 open" in text(pairs.first)


def test_a_pair_that_was_refused_says_why_and_can_be_tried_again(pairs, second):
    session = pairs.open(second)
    session._worker.on_refused(ValueError("too odd; mend it"))
    shown = text(session)
    assert "This could not be opened. " in shown and shown.count("too odd; mend it") >= 3
    assert "Try again" in shown and '"disabled": false' in shown


def test_the_header_has_a_switch_for_several_networks_on_the_same_data(pairs, second):
    assert beside(pairs.first) == []
    session = pairs.open(second)
    link = beside(pairs.first).children[1]
    assert (link.children, link.href) == ("second.h5", f"/with/{key_of(second)}/")
    assert beside(session).children[0].href == "/"
    assert "network" not in [chip.children[0].children for chip in chips(session)]


def test_a_session_alone_says_how_to_open_others(tiny_session):
    assert "python app.py" in text(tiny_session("full"))


def test_the_fields_show_what_counts_and_what_the_link_says_instead(pairs, ready):
    shown = fields(pairs.first)
    keys = {choice.name: choice.key for choice in pairs.choices.datasets().choices}
    assert {name: shown[name] for name in ("split", "limit", "batch")} == {"split": "all", "limit": "", "batch": ""}
    ticks = {name: value for name, value in shown.items() if name.startswith(TICK)}
    assert set(ticks) == {TICK + key for name, key in keys.items() if name != "tiny.npz"} and not any(ticks.values())
    assert len(shown) == 3 + len(ticks), "these data have no boxes, and the network has one output"
    said = State(opening=f"limit=7&join={keys['mnist']}&batch=")
    assert fields(pairs.first, said) == {**shown, "limit": "7", TICK + keys["mnist"]: True}
    assert '"open": true' in text(pairs.first, said) and '"open": true' not in text(pairs.first)


def test_boxes_and_several_outputs_have_a_menu_each(pairs, ready, monkeypatch):
    monkeypatch.setattr(pairs.choices, "outputs", lambda key: ["digit", "parity"])
    monkeypatch.setattr(pairs.choices, "has_boxes", lambda options: True)
    shown = fields(pairs.first, State(opening="output=1"))
    assert (shown["output"], shown["instances"]) == ("1", "objects")


def test_what_is_said_decides_over_the_line_above_and_is_refused_as_on_the_command_line(pairs, ready):
    pairs.open(replace(ready[1], limit=3))
    assert "It is open." in text(pairs.first, State(opening="limit=3"))
    shown = text(pairs.first, State(opening="limit=many"))
    assert "'many' is not a number of samples; give 1 or more" in shown and "open-more" in shown
    assert stage("open-choice", pairs.first, State(opening="limit=3")) != stage("open-choice", pairs.first, State())
    assert stage("open-options", pairs.first, State(opening="limit=3")) == stage(
        "open-options", pairs.first, State()
    ), "a field that somebody writes in must not be drawn anew"


def test_a_refused_pair_shows_what_it_was_asked_for(pairs, ready):
    session = pairs.open(replace(ready[1], split="elsewhere"))
    session._worker.on_refused(ValueError("no such split; choose another one"))
    assert fields(session)["split"] == "elsewhere" and fields(pairs.first)["split"] == "all"
    assert "Try again" in text(session)
