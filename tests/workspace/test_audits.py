"""The detector audit, on a small data set whose network is a function of the pixels, and what is read of it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from analysis import planted_pictures, planting
from benchmarks.worked_out import WorkedOut
from tests.tiny import Kind, network_info
from util import InspectorError
from workspace.audits import Audits
from workspace.plan import ColumnNotReady
from workspace.request import asking
from workspace.requests.audit import audited_labels, audited_pictures

N, SIDE, CLASSES = 360, 12, 3


def pictures():
    """Three kinds of bars on dark noise, with their labels."""
    draw = np.random.default_rng(0)
    labels = np.arange(N) % CLASSES
    images = draw.integers(0, 40, (N, SIDE, SIDE, 1), dtype=np.uint8)
    for picture, label in zip(images, labels, strict=True):
        at = int(draw.integers(0, 3)) + 4 * int(label)
        picture[at : at + 2, int(draw.integers(0, 4)) : int(draw.integers(7, 12))] = draw.integers(150, 255)
    return images, labels


def look(images):
    """What the network sees: the pixels, their rows' means, and how bright the brightest places are."""
    flat = images.reshape(len(images), -1).astype(np.float32) / 255
    rows = images.mean(axis=(2, 3)).astype(np.float32) / 255
    peaks = np.sort(flat, axis=1)[:, [0, 20, 70, -20, -1]]
    thirds = rows.reshape(len(images), CLASSES, -1).mean(axis=2)
    views = {"early": flat, "early_peaks": peaks, "late": rows, "late_peaks": peaks[:, ::-1]}
    return views, rows, 30 * thirds


class Desk:
    """As much of a desk as the audit uses; counts what goes through the network."""

    def __init__(self, tmp_path: Path):
        images, labels = pictures()
        views, last, logits = look(images)
        split = (np.arange(N) >= 240).astype(np.uint8)
        path = tmp_path / "net.h5"
        path.write_bytes(b"a network")
        self.opened = SimpleNamespace(info=network_info(path, (SIDE, SIDE, 1), Kind()))
        self.dataset = SimpleNamespace(n=N, image_shape=(SIDE, SIDE, 1))
        self.options, self.preprocessing = SimpleNamespace(batch=0), None
        self.columns = WorkedOut(
            {f"features/{name}": values for name, values in views.items()}
            | {"features/last": last, "images": images, "labels": labels, "split": split, "logits": logits}
        )
        self.passed, self.said = 0, []

    def column(self, name):
        return self.columns[name]

    def network(self):
        return self

    def forward(self, images, layers, *, preprocessing, readings, batch_size):
        self.passed += len(images)
        views, last, logits = look(images)
        assert layers == ["dense"] and set(readings) == set(views) and batch_size > 0
        return SimpleNamespace(logits=logits, activations={"dense": last}, features=views)

    def report(self, progress):
        self.said.append(progress)


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    """audited: the desk, and what both requests made there."""
    desk = Desk(tmp_path_factory.mktemp("audit"))
    before = {name: desk.column(name).copy() for name in ("images", "labels", "features/last")}
    made = audited_labels(desk, seed=0), audited_pictures(desk, seed=0)
    assert all((desk.column(name) == values).all() for name, values in before.items()), "the data stay as they are"
    return desk, *made


def test_changed_labels_are_found_and_told(audited):
    desk, labels, _ = audited
    found = labels.facts["labels"]
    table = labels.array
    assert (table[:, 1] == desk.column("labels")[table[:, 0]]).all() and (table[:, 1] != table[:, 2]).all()
    assert found["planted"] == len(table) == round(N * planting.SHARE)
    assert sum(kind["listed"] for kind in found["kinds"]) == (table[:, 3] >= 0).sum() > 0.8 * len(table)
    k, hits, own = found["hits"][0]
    suspect = desk.column("label_suspect") == 1
    assert own <= suspect.sum() and not suspect[table[:, 0]].any(), "nothing is planted on a suspect label"
    first = table[(table[:, 3] >= 0) & (table[:, 3] < k)]
    assert hits == len(first) and found["alone_listed"] > 0.8 * len(table)
    assert found["check"]["low"] <= sum(kind["listed"] for kind in found["kinds"]) <= found["listed"]
    assert json.loads(json.dumps(labels.facts)) == labels.facts


def test_only_planted_pictures_go_through_the_network_and_most_are_found(audited):
    desk, _, made = audited
    found = made.facts["outliers"], made.facts["duplicates"]
    strangers = sum(kind["planted"] for kind in found[0]["kinds"])
    copies = sum(kind["planted"] for kind in found[1]["kinds"]) // 2
    assert strangers == planting.FEWEST * len(planted_pictures.STRANGERS)
    assert copies == planting.FEWEST * len(planted_pictures.COPIES)
    assert desk.passed == strangers + copies < N / 5
    assert made.array.shape == (len(planted_pictures.STRANGERS) + len(planted_pictures.COPIES), SIDE, SIDE, 1)
    kinds = {kind["name"]: kind for each in found for kind in each["kinds"]}
    for name in ("noise", "made-up texture", "inverted", "exact copy", "shifted by a pixel"):
        assert kinds[name]["listed"] == kinds[name]["planted"], name
    assert [progress.done for progress in desk.said] == [0, 1, 2, 3, 0, 1, 2, 3, 4]


def test_the_same_seed_gives_the_same(audited, tmp_path):
    again = audited_labels(Desk(tmp_path), seed=0)
    assert (again.array == audited[1].array).all() and again.facts == audited[1].facts
    assert audited_labels(Desk(tmp_path), seed=1).array.tolist() != again.array.tolist()


def test_too_few_samples_and_one_class_are_refused_in_a_sentence(tmp_path):
    desk = Desk(tmp_path)
    desk.dataset.n = 12
    for work in (audited_labels, audited_pictures):
        with pytest.raises(InspectorError, match="12 samples are too few"):
            work(desk, seed=0)
    desk.dataset.n = N
    desk.columns["labels"][:] = 1
    with pytest.raises(InspectorError, match="at least two classes"):
        audited_labels(desk, seed=0)


@pytest.fixture
def answered(audited, tiny_session):
    """answered: a session with both requests answered."""
    session, keys = tiny_session("full"), []
    for name, answer in zip(("auditedlabels", "auditedpictures"), audited[1:], strict=True):
        column = asking(name, seed=0)
        keys.append(session.key(column))
        session.store.write(keys[-1], answer.array, column=column, facts=answer.facts)
    yield session
    for key in keys:
        session.store.forget(key)


def test_pages_read_what_was_measured(answered):
    audits = Audits(answered)
    assert [audits.stage(side) for side in ("labels", "outliers", "duplicates")] == ["done"] * 3
    found = audits.of("labels")
    assert found.planted == 18 and found.found == sum(recall.listed for recall in found.recalls)
    key, places = audits.examples("duplicates")
    assert key == answered.key(asking("auditedpictures", seed=0))
    assert places["exact copy"] == len(planted_pictures.STRANGERS)
    missed = [row for row in audits.changed() if row[3] < 0]
    assert audits.changed()[: len(missed)] == missed, "those that were not found come first"


def test_how_many_are_left_follows_from_the_recall(audited, tiny_session, monkeypatch):
    facts = json.loads(json.dumps(audited[1].facts))
    facts["labels"]["kinds"] = [{"name": "a", "planted": 100, "listed": 80, "first": 50}]
    facts["labels"]["planted"] = 100
    facts["labels"]["real_all"] = {"k": 50, "n": 40.0, "low": 30.0, "high": 50.0}
    session = tiny_session("full")
    monkeypatch.setattr(session, "facts", lambda column: facts)
    about, low, high = Audits(session).of("labels").left
    assert about == pytest.approx(10) and low < 10 < high
    facts["labels"]["kinds"][0]["listed"] = 20
    assert Audits(session).of("labels").left is None, "a list that misses most says nothing of what it misses"


def test_what_cannot_be_measured_is_not_asked_for(tiny_session):
    assert set(Audits(tiny_session("embedding")).columns()) == {"outliers", "duplicates"}
    assert set(Audits(tiny_session("no labels")).columns()) == {"outliers", "duplicates"}
    nothing = Audits(tiny_session("nothing"))
    assert nothing.columns() == {} and nothing.stage("labels") == "never"
    full = Audits(tiny_session("full"))
    assert full.stage("labels") == "none"
    with pytest.raises(ColumnNotReady):
        full.of("labels")
