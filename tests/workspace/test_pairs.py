"""Pairs: keys, what stays open, what is remembered, what is listed, and what may be opened."""

import shutil
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from model import reading
from tests.datasets.coco_drawing import scenes
from tests.tiny import IDLE
from util import InspectorError, UnknownName
from workspace import arguments
from workspace.pair import key_of
from workspace.pairs import MOST_OPEN, Pairs
from workspace.store import Store

REFUSAL = {"event": "refused", "error": "too odd; mend it", "exit_code": 3}
REFUSES = (sys.executable, "-c", f"import json; print(json.dumps({REFUSAL}))")


@pytest.fixture
def make(two_pairs, tmp_path):
    """make(command) -> pairs over a copy of that store; all are closed at the end."""
    store = Store(shutil.copytree(two_pairs[0], tmp_path / "cache"))
    made = []

    def make(command=IDLE):
        made.append(Pairs(store, folder=tmp_path, command=command))
        return made[-1]

    yield make
    for pairs in made:
        pairs.close()


@pytest.fixture
def options(two_pairs):
    return two_pairs[1]


def until(claim, seconds=120):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end
        time.sleep(0.02)


# -- keys ------------------------------------------------------------------------------------------


def test_a_key_means_a_network_on_data_and_nothing_else(options, monkeypatch):
    one, other = options
    assert key_of(one) != key_of(other) and key_of(one).isalnum() and len(key_of(one)) == 12
    assert key_of(replace(one, batch=7, force=5.0)) == key_of(one)
    assert key_of(replace(one, limit=7)) != key_of(one) != key_of(replace(one, more=("mnist",)))
    folder = str(reading.resolve(one.model).parent)
    monkeypatch.chdir(folder)
    assert key_of(replace(one, model="tiny.h5", dataset="tiny.npz")) == key_of(one)
    assert key_of(replace(one, model="mnist")) == key_of(replace(one, model=str(reading.bundled()["mnist"])))


# -- what is open ----------------------------------------------------------------------------------


def test_the_first_pair_is_at_the_root_and_others_under_their_keys(make, options):
    pairs = make()
    first, second = (pairs.open(one) for one in options)
    assert pairs.first is first and pairs.url(key_of(options[0])) == "/"
    key = key_of(options[1])
    assert pairs.get(key) is second and pairs.url(key) == f"/with/{key}/" and pairs.key_of(second) == key
    assert pairs.open(options[1]) is second
    assert pairs.get("0" * 12) is None


def test_too_many_close_the_one_not_used_for_longest_with_its_worker_but_never_the_first(make, options):
    pairs = make()
    asked = [replace(options[0], limit=1 + number) for number in range(MOST_OPEN + 1)]
    sessions = [pairs.open(one) for one in asked[:MOST_OPEN]]
    assert all(session.status.working for session in sessions)
    processes = [session._worker._process for session in sessions]
    pairs.get(key_of(asked[1]))
    pairs.open(asked[-1])
    assert list(pairs.sessions) == [key_of(one) for one in asked if one is not asked[2]]
    assert processes[2].poll() is not None and all(processes[number].poll() is None for number in (0, 1, 3))
    pairs.close()
    assert all(process.poll() is not None for process in processes)


def test_networks_on_the_same_data_know_each_other(make, options, tmp_path):
    (tmp_path / "second.h5").write_bytes(reading.HDF5 + b"another network")
    pairs = make()
    first, stranger = (pairs.open(one) for one in options)
    version = first.version
    second = pairs.open(replace(options[0], model=str(tmp_path / "second.h5")))
    assert first.others == (second,) and second.others == (first,) and stranger.others == ()
    assert first.version > version, "pages must draw anew what compares networks"


def test_several_at_once_start_one_after_the_other_or_when_somebody_looks(make, options):
    pairs = make()
    asked = [replace(options[0], limit=1 + number) for number in range(3)]
    sessions = [pairs.open(one, later=number > 0) for number, one in enumerate(asked)]
    assert [session.status.working for session in sessions] == [True, False, False]
    pairs.get(key_of(asked[2]))
    assert [session.status.working for session in sessions] == [True, False, True]


def test_what_the_worker_refuses_is_kept_and_may_be_tried_again(make, options):
    pairs = make(REFUSES)
    pairs.open(options[0])  # finished: no worker
    told = []
    session = pairs.open(replace(options[0], limit=5), on_refused=told.append)
    until(lambda: session.refused)
    assert session.refused == "too odd; mend it" == str(told[0]) and told[0].exit_code == 3
    entry = next(pair for pair in pairs.pairs() if pair.session is session)
    assert entry.refused == "too odd; mend it"
    assert pairs.open(replace(options[0], limit=5)) is not session


def test_what_can_be_seen_at_once_is_refused_at_once(make, options, tmp_path):
    pairs = make()
    pairs.open(options[0])
    (tmp_path / "page.h5").write_text("<html>")
    for odd in ({"model": str(tmp_path / "page.h5")}, {"dataset": "no/such/folder"}):
        with pytest.raises(InspectorError):
            pairs.open(replace(options[0], **odd))
    assert len(pairs.sessions) == 1


# -- what was open ---------------------------------------------------------------------------------


def test_a_link_leads_to_its_pair_after_a_restart(make, options):
    before = make()
    for one in options:
        before.open(one)
    before.close()
    pairs = make()
    pairs.open(options[0])
    assert [(pair.key, pair.session is None) for pair in pairs.pairs()] == [
        (key_of(options[0]), False), (key_of(options[1]), True),
    ]  # fmt: skip
    session = pairs.reopen(key_of(options[1]))
    assert session.dataset.fingerprint != pairs.first.dataset.fingerprint and session.missing == []


@pytest.mark.parametrize("key", ["", "0" * 12, "../../etc/passwd", "x" * 999])
def test_what_was_never_open_is_not_opened(make, options, key):
    pairs = make()
    pairs.open(options[0])
    with pytest.raises(UnknownName, match="never opened here"):
        pairs.reopen(key)


def test_a_record_that_was_tampered_with_opens_nothing(make, options, tmp_path):
    pairs = make()
    pairs.open(options[0])
    other = replace(options[0], dataset=str(tmp_path))
    pairs.store.write_record("pair", "f" * 12, {"options": other.to_dict(), "at": 1.0})
    pairs.store.write_record("pair", "e" * 12, {"options": {"model": 7, "dataset": []}, "at": "x"})
    assert len(pairs.pairs()) == 1
    with pytest.raises(UnknownName):
        pairs.reopen("f" * 12)


def test_results_are_counted(make, options, tmp_path):
    pairs = make()
    pairs.open(options[0])
    found = pairs.results(options[0])
    assert found.ready == found.planned > 20 and (found.samples, found.classes) == (60, 3)
    other = replace(options[1], layer="conv")
    until(lambda: pairs.results(other) is not None)
    assert pairs.results(other).planned == 0 and pairs.results(other).samples == 60


# -- lists -----------------------------------------------------------------------------------------


def test_lists_hold_what_is_bundled_was_open_or_lies_in_the_folder(make, options, tmp_path):
    (tmp_path / "mine.keras").write_bytes(b"PK\x03\x04")
    (tmp_path / ".hidden.h5").write_bytes(reading.HDF5)
    (tmp_path / "notes.txt").write_text("x")
    np.savez(tmp_path / "mine.npz", x=np.zeros((2, 4, 4), np.uint8))
    (tmp_path / "photos" / "cats").mkdir(parents=True)
    (tmp_path / "photos" / "cats" / "1.JPG").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    pairs = make()
    pairs.open(options[0])
    networks = {choice.name: choice for choice in pairs.choices.networks().choices}
    assert {name: choice.place for name, choice in networks.items()} == {
        "mnist.h5": "bundled",
        "tiny.h5": "recent",
        "mine.keras": "folder",
    }
    data = {choice.name: choice for choice in pairs.choices.datasets().choices}
    assert {name for name, choice in data.items() if choice.place == "folder"} == {"mine.npz", "photos"}
    assert data["tiny.npz"].place == "recent" and data["mnist"].place == "bundled"
    assert pairs.choices.networks().total == 3
    until(lambda: all(choice.glance for choice in pairs.choices.networks().choices))
    networks = {choice.name: choice for choice in pairs.choices.networks().choices}
    assert (networks["mnist.h5"].glance.outputs, networks["mnist.h5"].glance.takes) == (10, "28 x 28 x 1")
    assert "mine.keras" in networks["mine.keras"].glance.refused


def test_only_what_is_listed_can_be_opened(make, options, tmp_path):
    pairs = make()
    pairs.open(options[0])
    network, data = pairs.choices.keys(options[0])
    assert pairs.choose(network, data) == key_of(options[0])
    for odd in ("", str(tmp_path), options[0].model, "../x", "0" * 12):
        for keys in ((odd, data), (network, odd)):
            with pytest.raises(UnknownName, match="not in the list"):
                pairs.choose(*keys)
    assert len(pairs.sessions) == 1


def test_another_network_does_not_inherit_what_was_said_about_the_first(make, options, tmp_path):
    (tmp_path / "second.h5").write_bytes(reading.HDF5 + b"another network")
    pairs = make()
    pairs.open(replace(options[0], preprocess="unit", split="train", limit=9, force=3.0))
    network, data = pairs.choices.keys(replace(options[0], model=str(tmp_path / "second.h5")))
    found = pairs.options(network, data)
    assert (found.preprocess, found.layer, found.split, found.limit, found.force) == ("auto", None, "train", 9, 0.0)


# -- what may be said besides ----------------------------------------------------------------------


def test_what_is_said_takes_the_place_of_what_was_typed_for_all(make, options):
    pairs = make()
    pairs.open(replace(options[0], split="train", limit=9))
    keys = pairs.choices.keys(options[0])
    plain = pairs.options(*keys)
    assert (plain.split, plain.limit, plain.batch) == ("train", 9, None)
    found = pairs.options(*keys, "split=all&limit=&batch=3")
    assert found == replace(plain, split="all", limit=None, batch=3)
    assert key_of(found) != key_of(plain) == key_of(pairs.options(*keys, "batch=3"))


@pytest.mark.parametrize("text", ["limit=0", "limit=-1", "limit=x", "batch=0", "instances=none", "limit=--help"])
def test_what_makes_no_sense_is_refused_in_the_words_of_the_command_line(make, options, text, monkeypatch):
    pairs = make()
    pairs.open(options[0])
    monkeypatch.setattr(pairs.choices, "has_boxes", lambda options: True)
    with pytest.raises(InspectorError) as on_the_page:
        pairs.options(*pairs.choices.keys(options[0]), text)
    with pytest.raises(InspectorError) as typed:
        arguments.parser().parse_args([f"--{text}"])
    assert str(on_the_page.value) == str(typed.value) and "\n" not in str(typed.value)


def test_nothing_but_the_named_can_be_said(make, options, tmp_path):
    pairs = make()
    pairs.open(options[0])
    keys = pairs.choices.keys(options[0])
    paths = "&".join(
        f"{name}={tmp_path}" for name in ("custom", "classes", "data_dir", "model", "dataset", "features")
    )
    assert pairs.options(*keys, f"{paths}&more={tmp_path}&force=9&split=train") == pairs.options(*keys, "split=train")
    for text in (str(tmp_path), "../x", "mnist"):
        with pytest.raises(UnknownName, match="not in the list"):
            pairs.options(*keys, f"join={text}")


def test_further_data_are_joined_once_each_by_their_keys(make, options):
    pairs = make()
    for one in options:
        pairs.open(one)
    (network, data), (_, other) = (pairs.choices.keys(one) for one in options)
    mnist = next(choice.key for choice in pairs.choices.datasets().choices if choice.name == "mnist")
    found = pairs.options(network, data, f"join={other},{mnist}")
    assert found.datasets == (options[0].dataset, options[1].dataset, "mnist")
    assert {choice.key for choice in pairs.fields(network, data).further} >= {other, mnist}
    for twice in (data, f"{other},{other}"):
        with pytest.raises(InspectorError, match="is given twice; give it once"):
            pairs.options(network, data, f"join={twice}")


def test_outputs_and_boxes_count_only_where_there_are_any(make, options, monkeypatch):
    pairs = make()
    pairs.open(options[0])
    keys, text = pairs.choices.keys(options[0]), "output=1&instances=both"
    plain = pairs.options(*keys)
    assert pairs.options(*keys, text) == plain
    monkeypatch.setattr(pairs.choices, "outputs", lambda key: ["a", "b"])
    monkeypatch.setattr(pairs.choices, "has_boxes", lambda options: True)
    assert pairs.options(*keys, text) == replace(plain, output="1", instances="both")


def test_coco_lists_have_boxes_and_other_data_have_none(make, options, tmp_path):
    listed = scenes(tmp_path / "coco")
    pairs = make()
    pairs.open(options[0])
    assert pairs.choices.has_boxes(replace(options[0], more=(str(listed),)))
    assert not pairs.choices.has_boxes(options[0])
