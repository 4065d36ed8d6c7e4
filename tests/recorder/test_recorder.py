"""What is recorded comes back as it was; what cannot be recorded stops nothing."""

import json
import logging
import os
import threading

import numpy as np
import pytest

import datasets
import recorder as recording
from recorder import Recorder, RecorderError
from recorder.chunks import CHUNKS, chunks

N = 5
IMAGES = np.random.default_rng(0).integers(0, 256, (N, 6, 4), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "today.rec"


def strict(folder, **options):
    return Recorder(folder, strict=True, **options)


def test_what_is_recorded_comes_back(folder):
    outputs = np.eye(3)[[0, 1, 2, 0, 1]]
    with strict(folder, class_names=["a", "b", "c"]) as recorder:
        assert recorder.record(IMAGES, outputs, {"conv": np.ones((N, 2, 2))}, [0, -1, 2, 0, 1]) == N
        assert recorder.record(IMAGES[:2], activations={"conv": np.zeros((2, 4))}, split="night") == 2
    found = datasets.load(str(folder))
    assert np.array_equal(found.images[..., 0], np.concatenate([IMAGES, IMAGES[:2]]))
    assert found.labels.tolist() == [0, -1, 2, 0, 1, -1, -1]
    assert found.class_names == ("a", "b", "c")
    assert [found.split_names[code] for code in found.split] == ["serving"] * N + ["night"] * 2
    assert found.metadata["recorded_class"].tolist() == ["a", "b", "c", "a", "b", "", ""]
    assert found.metadata["recorded_confidence"][:N].tolist() == [1.0] * N
    assert np.isnan(found.metadata["recorded_confidence"][N:]).all()
    assert found.vectors["conv (recorded)"].shape == (N + 2, 4)
    assert found.vectors["conv (recorded)"].sum() == N * 4
    assert "3 of 7 samples have no label." in found.notices
    assert all(path.suffix == ".npz" for path in (folder / CHUNKS).iterdir())


def test_logits_become_probabilities_and_one_output_means_two_classes(folder):
    with strict(folder) as recorder:
        recorder.record(IMAGES[:2], [[0.0, 3.0], [5.0, 0.0]])
    sure = datasets.load(str(folder)).metadata["recorded_confidence"]
    assert sure == pytest.approx([1 / (1 + np.exp(-3)), 1 / (1 + np.exp(-5))])
    with strict(folder.with_name("other.rec"), class_names=["no", "yes"]) as recorder:
        recorder.record(IMAGES[:2], [[0.9], [0.2]])
    found = datasets.load(str(folder.with_name("other.rec"))).metadata
    assert found["recorded_class"].tolist() == ["yes", "no"]
    assert found["recorded_confidence"] == pytest.approx([0.9, 0.8])


def test_metadata_may_be_there_in_some_calls_only(folder):
    with strict(folder) as recorder:
        recorder.record(IMAGES[:2], metadata={"camera": "left", "lux": [1, 2]})
        recorder.record(IMAGES[:1], metadata={"lux": 2.5, "night": True})
    found = datasets.load(str(folder)).metadata
    assert found["camera"].tolist() == ["left", "left", ""]
    assert found["lux"].tolist() == [1, 2, 2.5]
    assert np.isnan(found["night"][:2]).all() and found["night"][2] == 1
    assert len(set(found["recorded_by"])) == 1
    assert found["recorded_at"][0].startswith("20")


@pytest.mark.parametrize(
    ("images", "pixels", "bytes_"),
    [
        (np.array([0.0, 0.5, 1.0]), None, [0, 128, 255]),
        (np.array([-1.0, 0.0, 1.0]), None, [0, 128, 255]),
        (np.array([0.0, 100.4, 255.0]), None, [0, 100, 255]),
        (np.array([False, True, True]), None, [0, 255, 255]),
        (np.array([0, 7, 255]), None, [0, 7, 255]),
        (np.array([-2.0, 0.0, 2.0]), (-2, 2), [0, 128, 255]),
    ],
)
def test_ranges_of_pixels_become_bytes(folder, images, pixels, bytes_):
    with strict(folder, pixels=pixels) as recorder:
        recorder.record(np.broadcast_to(images[:, None, None], (3, 2, 2)))
    assert datasets.load(str(folder)).images[:, 0, 0, 0].tolist() == bytes_


def test_the_range_of_the_first_call_holds_for_all(folder):
    with strict(folder) as recorder:
        recorder.record(np.full((1, 2, 2), -1.0))
        recorder.record(np.full((1, 2, 2), 0.5))  # which alone could be from 0 to 1
    assert datasets.load(str(folder)).images[:, 0, 0, 0].tolist() == [0, 191]


def test_channels_may_come_first_and_tensors_may_need_to_be_detached(folder):
    class Tensor:
        def __init__(self, array):
            self.array = array

        def detach(self):
            return self

        def cpu(self):
            return self.array

    with strict(folder) as recorder:
        recorder.record(Tensor(np.zeros((2, 3, 8, 6), np.uint8)))
    assert datasets.load(str(folder)).images.shape == (2, 8, 6, 3)


REFUSED = {
    "images: shape (3, 3)": {"images": np.zeros((3, 3))},
    "images: NaN or infinite pixels": {"images": np.full((1, 2, 2), np.nan)},
    "images: pixels from -3 to -3": {"images": np.full((1, 2, 2), -3.0)},
    "images: <U1 instead of numbers": {"images": [["a"]]},
    "images: rows of different lengths": {"images": [[1, 2], [3]]},
    "outputs: shape (2, 3) for 5 images": {"outputs": np.zeros((2, 3))},
    "outputs: NaN or infinite numbers": {"outputs": np.full((N, 2), np.inf)},
    "activations of dense: shape (5,) for 5 images": {"activations": {"dense": np.zeros(N)}},
    "labels: float64 of shape (5,)": {"labels": np.zeros(N)},
    "labels: from 0 to 7; give -1 or 0 to 1": {"labels": [0, 0, 0, 0, 7]},
    "split: ''": {"split": ""},
    "metadata: 'a b'": {"metadata": {"a b": 1}},
    "metadata: 'recorded_at'": {"metadata": {"recorded_at": 1}},
    "metadata x: int64 of shape (2,)": {"metadata": {"x": [1, 2]}},
    "metadata: 33 names": {"metadata": {f"x{number}": 1 for number in range(33)}},
}


@pytest.mark.parametrize(("begins", "given"), REFUSED.items(), ids=REFUSED)
def test_what_cannot_be_recorded_is_refused_in_one_line_and_leaves_nothing(folder, begins, given):
    recorder = strict(folder, class_names=["a", "b"])
    with pytest.raises(RecorderError) as refusal:
        recorder.record(**{"images": IMAGES, **given})
    message = str(refusal.value)
    assert message.startswith(begins)
    assert "; " in message and "\n" not in message
    assert list((folder / CHUNKS).iterdir()) == []


AFTERWARDS = {
    "shape: [6, 5, 1], where [6, 4, 1]": {"images": np.zeros((N, 6, 5), np.uint8)},
    "layers: {}, where {'dense': 2}": {"activations": None},
    "layers: {'dense': 3}, where {'dense': 2}": {"activations": {"dense": np.zeros((N, 3))}},
    "outputs: 4, where 3": {"outputs": np.zeros((N, 4))},
}


@pytest.mark.parametrize(("begins", "given"), AFTERWARDS.items(), ids=AFTERWARDS)
def test_all_calls_are_alike(folder, begins, given):
    recorder = strict(folder)
    usual = {"images": IMAGES, "outputs": np.zeros((N, 3)), "activations": {"dense": np.zeros((N, 2))}}
    recorder.record(**usual)
    with pytest.raises(RecorderError) as refusal:
        recorder.record(**{**usual, **given})
    assert str(refusal.value).startswith(begins)
    assert chunks(folder) == [(chunks(folder)[0][0], N)]


def test_a_range_that_is_left_later_is_refused(folder):
    recorder = strict(folder)
    recorder.record(np.zeros((1, 2, 2)))
    with pytest.raises(RecorderError, match=r"images: pixels from -1 to -1, where 0 to 1 was recorded"):
        recorder.record(np.full((1, 2, 2), -1.0))


def test_other_names_and_other_versions_are_refused(folder):
    strict(folder, class_names=["a", "b"])
    assert strict(folder).record(IMAGES) == N
    with pytest.raises(RecorderError, match="class_names: 1 names that are not the 2"):
        strict(folder, class_names=["a"])
    (folder / "recorder.json").write_text(json.dumps({"schema": 99}))
    with pytest.raises(RecorderError, match="another version"):
        strict(folder)
    (folder / "recorder.json").write_text("{")
    with pytest.raises(RecorderError, match=r"recorder\.json: is damaged"):
        strict(folder)


def test_recording_ends_when_the_folder_is_full_and_throws_nothing_away(folder):
    recorder = strict(folder, most=7)
    recorder.record(IMAGES)
    with pytest.raises(RecorderError, match="5 samples are in it, and 5 more would pass 7"):
        recorder.record(IMAGES)
    assert recorder.record(IMAGES[:2]) == 2
    assert len(datasets.load(str(folder))) == 7


def test_by_default_nothing_stops_the_program_and_the_reason_is_logged_once(folder, caplog):
    with caplog.at_level(logging.WARNING, "recorder"):
        recorder = Recorder(folder)
        assert recorder.record(IMAGES) == N
        for _ in range(3):
            assert recorder.record(np.zeros((3, 3))) == 0
        assert recorder.record(IMAGES) == 0
    assert recorder.off.startswith("images: shape (3, 3)")
    assert [record.message for record in caplog.records] == [f"recording is off: {recorder.off}"]
    assert len(datasets.load(str(folder))) == N


@pytest.mark.parametrize("breaks", ["open", "fsync", "memory"])
def test_trouble_of_the_disk_or_memory_stops_nothing(folder, monkeypatch, caplog, breaks):
    recorder = Recorder(folder)

    def fail(*given, **more):
        raise MemoryError if breaks == "memory" else OSError(28, "No space left on device")

    where = {"open": "recorder.chunks.np.savez", "fsync": "os.fsync", "memory": "recorder.pictures_of"}[breaks]
    monkeypatch.setattr(where, fail)
    assert recorder.record(IMAGES) == 0
    assert ("MemoryError" if breaks == "memory" else "No space left") in caplog.text
    assert list((folder / CHUNKS).iterdir()) == []


def test_a_place_that_cannot_be_written_stops_nothing(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    recorder = Recorder(tmp_path / "file" / "today.rec")
    assert recorder.record(IMAGES) == 0
    assert "recording is off" in caplog.text


def test_a_writer_that_holds_the_lock_for_ever_stops_nothing(folder, monkeypatch, caplog):
    recorder, other = Recorder(folder), Recorder(folder)
    monkeypatch.setattr(recording.chunks, "LOCK_SECONDS", 0.05)
    with other._folder.alone():
        assert recorder.record(IMAGES) == 0
    assert "another process has held it" in caplog.text


def test_after_the_end_nothing_is_recorded(folder, caplog):
    with Recorder(folder) as recorder:
        recorder.record(IMAGES)
    assert recorder.record(IMAGES) == 0
    assert caplog.records == []
    assert len(datasets.load(str(folder))) == N


def test_threads_and_several_recorders_write_to_one_folder(folder):
    recorders = [strict(folder), strict(folder)]

    def write(number):
        for _ in range(4):
            recorders[number % 2].record(np.full((2, 3, 3), number, np.uint8))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    images = datasets.load(str(folder)).images
    assert np.bincount(images[:, 0, 0, 0]).tolist() == [8, 8, 8, 8]
    assert len(chunks(folder)) == 16


def test_nothing_is_written_for_no_images(folder):
    assert strict(folder).record(IMAGES[:0]) == 0
    assert chunks(folder) == []


def test_what_killed_writers_left_is_swept_up_after_an_hour(folder):
    strict(folder)
    old, new = folder / CHUNKS / ".1-2-3.tmp", folder / CHUNKS / ".4-5-6.tmp"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    strict(folder)
    assert (old.exists(), new.exists()) == (False, True)
