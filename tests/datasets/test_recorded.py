"""Recordings as data sets: how much of one is taken, and what is wrong with some."""

import json

import numpy as np
import pytest

import datasets
from datasets import recorded
from datasets.loader import Wish
from recorder import Recorder
from recorder.chunks import ABOUT, CHUNKS

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 6, 6), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "a.rec"
    recorder = Recorder(path, strict=True)
    for call in range(3):
        recorder.record(IMAGES, metadata={"call": call}, labels=[0, 1, 2, call])
    return path


def test_the_same_number_of_samples_is_the_same_dataset_however_many_there_are(folder):
    source = datasets.find(str(folder))
    eight = datasets.pinned(source, 8)
    assert (eight.rows, datasets.pinned(source, None).rows) == (8, 12)
    Recorder(folder, strict=True).record(IMAGES)
    later = datasets.find(str(folder))
    assert datasets.pinned(later, 8).identity == eight.identity
    assert datasets.pinned(later, None).identity != datasets.pinned(source, 12).identity
    assert datasets.pinned(later, 9).rows == 8
    assert datasets.read(eight).metadata["call"].tolist() == [0] * 4 + [1] * 4
    assert recorded.count(folder) == 16


def test_other_sources_are_left_alone(tmp_path):
    np.savez(tmp_path / "a.npz", x=IMAGES)
    source = datasets.find(str(tmp_path / "a.npz"))
    assert datasets.pinned(source, 3) is source
    assert datasets.recording(source) == ""


def test_labels_without_names_are_named_by_number(folder):
    assert datasets.load(str(folder)).class_names == ("0", "1", "2")


def test_narrowed_keeps_the_vectors_of_the_samples(tmp_path):
    with Recorder(tmp_path / "a.rec", strict=True) as recorder:
        recorder.record(IMAGES, activations={"a/b": np.arange(8).reshape(4, 2)}, split="one")
        recorder.record(IMAGES, activations={"a/b": np.arange(8).reshape(4, 2) + 8}, split="two")
    found = datasets.load(str(tmp_path / "a.rec")).narrowed(split="two", limit=1)
    assert found.vectors["a_b (recorded)"].tolist() == [[8, 9]]


def test_joined_with_others_it_is_a_split(folder, tmp_path):
    np.savez(tmp_path / "a.npz", x=IMAGES, y=np.arange(4) % 3)
    sources = [datasets.find(str(tmp_path / "a.npz")), datasets.find(str(folder))]
    found = datasets.read_all(sources, Wish())
    assert len(found) == 16
    assert "a.rec" in found.split_names


def test_a_damaged_file_is_left_out_and_told(folder):
    path = sorted((folder / CHUNKS).iterdir())[1]
    raw = bytearray(path.read_bytes())
    raw[200] ^= 1
    path.write_bytes(bytes(raw))
    found = datasets.load(str(folder))
    assert len(found) == 8
    assert [name for name, _ in found.problems] == [path.name]
    assert "damaged" in found.problems[0][1]
    for each in (folder / CHUNKS).iterdir():
        each.write_bytes(b"PK nothing")
    with pytest.raises(datasets.BadDataset, match="none of its 3 files can be read"):
        datasets.load(str(folder))


def test_a_foreign_file_is_left_out_and_told(folder):
    path = sorted((folder / CHUNKS).iterdir())[0]
    np.savez(path, x=IMAGES)
    found = datasets.load(str(folder))
    assert found.problems == ((path.name, "was not written by a recorder; take it away"),)


def test_nothing_yet(tmp_path):
    Recorder(tmp_path / "a.rec", strict=True)
    with pytest.raises(datasets.BadDataset, match="nothing is recorded in it yet; start again when something is"):
        datasets.load(str(tmp_path / "a.rec"))


@pytest.mark.parametrize(
    "about",
    ["", "[]", '{"schema": 2}', '{"schema": 1, "shape": "x"}', '{"schema": 1, "class_names": [3]}', "[" * 9999],
)
def test_a_damaged_description_is_refused(folder, about):
    (folder / ABOUT).write_text(about)
    with pytest.raises(datasets.BadDataset, match="damaged or of another version"):
        datasets.load(str(folder))


def test_more_splits_than_fit_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda number: None)
    recorder = Recorder(tmp_path / "a.rec", strict=True)
    for number in range(256):
        recorder._folder.append(
            {
                "images": np.zeros((1, 2, 2, 1), np.uint8),
                "about": np.frombuffer(json.dumps({"split": str(number)}).encode(), np.uint8),
            },
            1,
            999,
        )
    recorder._folder.agree({"shape": [2, 2, 1]})
    with pytest.raises(datasets.BadDataset, match="256 splits, and at most 255 fit"):
        datasets.load(str(tmp_path / "a.rec"))
