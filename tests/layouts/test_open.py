"""The page that opens another pair: what it lists, what is chosen, what it says."""

import json
import shutil
from dataclasses import replace

import pytest
from dash._utils import to_json

from layouts.kit.state import State
from layouts.open import open_page
from layouts.part import stage
from layouts.shell import beside, chips
from model import reading
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
    assert f"pair?network={network}&data={data}" in shown
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
