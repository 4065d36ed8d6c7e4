"""A session follows a recording while it grows: new samples come, and what is known of earlier ones stays."""

import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from recorder import Recorder
from recorder.chunks import CHUNKS
from workspace import following
from workspace.following import Gate
from workspace.growing import pinned
from workspace.options import Options
from workspace.session import Session
from workspace.store import Store

QUICK = (sys.executable, str(Path(__file__).with_name("quick_worker.py")))
PATIENCE = 60
ASKED = ("loss", "predicted", "digests", "copies")
RANDOM = np.random.default_rng(0)


class Recording:
    """A recording, and a session that shows it."""

    def __init__(self, folder):
        self.recorder = Recorder(folder / "a.rec", class_names=["a", "b", "c"], strict=True)
        self.folder = folder
        (folder / "model.h5").write_bytes(b"a network")
        self.record(40)
        self.options = Options(str(folder / "model.h5"), str(folder / "a.rec"))
        self.refused = []
        self.session = self.opened()

    def opened(self, **options):
        asked = Options(**{**self.options.to_dict(), **options})
        return Session(Store(self.folder / "cache"), asked, on_refused=self.refused.append, command=QUICK)

    def record(self, n):
        images = RANDOM.integers(0, 256, (n, 6, 6), dtype=np.uint8)
        self.recorder.record(images, labels=np.arange(n) % 4 - 1, activations={"dense": images[:, 0, :3]})

    def until(self, what, says):
        """Look, as open pages do, until something holds."""
        end = time.monotonic() + PATIENCE
        while not what():
            assert time.monotonic() < end, says
            self.session.following.count()
            time.sleep(0.05)

    def settle(self):
        self.session.start()
        self.until(lambda: self.session.has_network, "it is never opened")
        self.session.want(ASKED)
        self.until(lambda: all(map(self.session.is_ready, ASKED)), "it is never done")
        self.session.wait(PATIENCE)


@pytest.fixture
def recording(tmp_path):
    made = Recording(tmp_path)
    yield made
    made.session.close()
    assert made.refused == []


def test_new_samples_come_and_earlier_ones_stay_what_they_are(recording):
    session = recording.session
    recording.settle()
    assert session.dataset.n == 40
    before = np.array(session.column("images"))
    selection = session.selections.save(np.array([7, 3]))
    session.tags.add("odd", [5], "me")
    first, version = session.dataset.fingerprint, session.version
    assert len(session.find("label == 'a'")) == 10
    recording.record(8)
    recording.until(lambda: session.dataset.n == 48, "the new samples never come")
    assert session.following.taken == 8
    assert session.version > version
    assert np.array_equal(session.column("images")[:40], before)
    assert session.selections.read(selection).tolist() == [7, 3]
    assert session.tags.column("tag:odd").nonzero()[0].tolist() == [5]
    assert len(session.find("label == 'a'")) == 12
    assert session.find().total == 48
    assert len(session.column("predicted")) == len(session.column("loss")) == 48
    assert session.following.shows(first) and session.following.shows(session.dataset.fingerprint)
    assert not session.following.shows("f00d")
    assert session.layers[-1] == "dense (recorded)"
    assert session.column("activations/dense (recorded)").shape == (48, 3)
    passes = [int(line.split()[0]) for line in (recording.folder / "passes.txt").read_text().splitlines()]
    assert passes == [40, 8]


def test_who_stops_following_gets_nothing_new_until_following_again(recording):
    session, follows = recording.session, recording.session.following
    recording.settle()
    follows.switch()
    recording.record(8)
    recording.until(lambda: follows.waiting == 8, "nobody counts them")
    assert session.dataset.n == 40
    assert not session.status.working
    follows.switch()
    recording.until(lambda: session.dataset.n == 48, "the new samples never come")
    assert follows.waiting == 0


def test_after_a_restart_all_is_there_that_was_recorded_meanwhile(recording):
    recording.settle()
    recording.session.close()
    recording.record(8)
    recording.session = recording.opened()
    assert not recording.session.has_dataset
    recording.settle()
    assert recording.session.dataset.n == 48


def test_a_part_of_a_recording_is_not_followed(recording):
    recording.settle()
    part = recording.opened(limit=10)
    part.start()
    with part._changed:
        assert part._changed.wait_for(lambda: part.has_dataset, PATIENCE)
    assert not part.following.possible
    assert part.dataset.n == 10
    part.close()


def test_other_data_are_not_followed(tiny_session):
    session = tiny_session()
    assert not session.following.possible
    assert session.options.upto is None
    session.following.glance()
    assert session.following.waiting == 0


def test_what_cannot_be_opened_again_ends_the_following_and_nothing_else(recording, monkeypatch):
    session, follows = recording.session, recording.session.following
    recording.settle()
    recording.record(8)
    about = recording.folder / "a.rec" / "recorder.json"
    kept = about.read_text()
    about.write_text("{")
    recording.until(lambda: follows.trouble, "nobody says so")
    assert "damaged or of another version" in follows.trouble
    assert session.dataset.n == 40
    assert not follows.on
    about.write_text(kept)
    follows.switch()
    recording.until(lambda: session.dataset.n == 48, "the new samples never come")


def test_a_folder_that_is_gone_stops_nothing(recording):
    recording.settle()
    (recording.folder / "a.rec" / CHUNKS).rename(recording.folder / "away")
    recording.session.following.count()
    assert recording.session.dataset.n == 40


def test_what_is_long_past_is_thrown_away(recording, monkeypatch):
    monkeypatch.setattr(following, "KEPT_STEPS", 1)
    session = recording.session
    recording.settle()
    for n in (42, 44, 46, 48):
        recording.record(2)
        recording.until(lambda n=n: session.dataset.n == n, "the new samples never come")
    sizes = {
        session.store.about(path.stem)["shape"][0]
        for path in (recording.folder / "cache" / "columns").glob("*.json")
        if session.store.about(path.stem).get("column") == "images"
    }
    assert 48 in sizes
    assert not sizes & {42, 44}


def test_pinning_says_how_many_there_are_now(recording):
    assert pinned(recording.options).upto == 40
    again = pinned(pinned(recording.options))
    recording.record(1)
    assert pinned(again).upto == 40
    assert pinned(recording.options).upto == 41


def test_nothing_is_alone_while_a_request_is_under_way(monkeypatch):
    monkeypatch.setattr(following, "PATIENCE_SECONDS", 0.1)
    gate, order = Gate(), []
    gate.enter()
    with gate.alone() as free:
        assert not free
    gate.leave()

    def request():
        gate.enter()
        order.append("request")
        gate.leave()

    monkeypatch.setattr(following, "PATIENCE_SECONDS", 10)
    with gate.alone() as free:
        assert free
        thread = threading.Thread(target=request)
        thread.start()
        time.sleep(0.05)
        order.append("alone")
    thread.join()
    assert order == ["alone", "request"]
