"""Vectors that came with the data: which row is whose, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from datasets import BadDataset, Source, Wish, read, vectors
from datasets.dataset import Dataset
from datasets.finding import find
from tests.datasets.drawing import save


def data(n, **more):
    return Dataset(
        name="six",
        images=np.zeros((n, 2, 2, 1), np.uint8),
        labels=np.zeros(n, np.int64),
        class_names=("a",),
        split=(np.arange(n) >= n - 2).astype(np.uint8),
        split_names=("train", "test"),
        **more,
    )


@pytest.fixture
def file(tmp_path):
    def write(array, name="clip.npy"):
        np.save(tmp_path / name, array)
        return tmp_path / name

    return write


NUMBERS = np.arange(18, dtype=np.float32).reshape(6, 3)


class TestRows:
    def test_one_for_every_sample(self, file):
        assert np.array_equal(vectors.read(file(NUMBERS), data(6)), NUMBERS)

    def test_in_the_order_of_the_files_before_limit_and_split(self, file):
        limited = data(6).narrowed(limit=1)
        assert vectors.read(file(NUMBERS), limited)[:, 0].tolist() == [0, 12]
        assert vectors.read(file(NUMBERS), data(6).narrowed(split="test"))[:, 0].tolist() == [12, 15]

    def test_narrowed_twice(self, file):
        twice = data(6).narrowed(split="train").narrowed(limit=2)
        assert vectors.read(file(NUMBERS), twice)[:, 0].tolist() == [0, 3]

    def test_or_one_for_every_sample_that_was_taken(self, file):
        limited = data(6).narrowed(limit=1)
        assert np.array_equal(vectors.read(file(NUMBERS[:2]), limited), NUMBERS[:2])

    def test_a_sample_that_could_not_be_read_has_its_row(self, file):
        some = data(4, rows=np.array([0, 2, 3, 5]), total=6)
        assert vectors.read(file(NUMBERS), some)[:, 0].tolist() == [0, 6, 9, 15]

    def test_another_number_of_rows_is_refused(self, file):
        with pytest.raises(
            BadDataset, match=r"clip.npy: has 5 rows, and the data have 6 \(of which 2 are taken\) sam"
        ):
            vectors.read(file(NUMBERS[:5]), data(6).narrowed(limit=1))

    def test_of_a_folder_with_a_broken_picture(self, tmp_path, file):
        for number in range(4):
            save(tmp_path / "photos" / "cat" / f"{number}.png")
        (tmp_path / "photos" / "cat" / "1.png").write_bytes(b"no picture")
        source = find(str(tmp_path / "photos"))
        opened = read(source, Wish())
        assert len(opened) == 3
        taken = vectors.read(file(NUMBERS[:4]), opened)
        assert taken[:, 0].tolist() == [0, 6, 9]
        two = read(source, Wish(limit=2))
        assert vectors.read(file(NUMBERS[:4]), two)[:, 0].tolist() == [0]


class TestWhereTheyAre:
    @pytest.mark.parametrize(
        ("names", "found"),
        [
            (["digits.features.npy", "features.npy"], "digits.features.npy"),
            (["features.npy"], "features.npy"),
            (["other.features.npy"], None),
        ],
    )
    def test_beside_a_file(self, tmp_path, names, found):
        for name in names:
            (tmp_path / name).touch()
        source = Source(str(tmp_path / "digits.npz"), "npz", (tmp_path / "digits.npz",), "here", "")
        assert vectors.beside([source]) == (tmp_path / found if found else None)

    def test_in_a_folder(self, tmp_path):
        (tmp_path / "features.npy").touch()
        source = Source(str(tmp_path), "folder", (tmp_path,), "here", "")
        assert vectors.beside([source]) == tmp_path / "features.npy"
        assert vectors.beside([source, source]) is None

    @pytest.mark.parametrize(
        ("file", "layer"),
        [("features.npy", "features"), ("digits.features.npy", "features"), ("my clip.npy", "my clip")],
    )
    def test_what_the_layer_is_called(self, file, layer):
        assert vectors.layer_name(Path(file)) == layer


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (NUMBERS.astype(np.int64), "holds int64 numbers; save an array of float32"),
        (np.array([["a"] * 3] * 6), "holds <U1 numbers"),
        (NUMBERS[:, 0], "is an array of 6; it must be n x d"),
        (NUMBERS.reshape(6, 3, 1), "is an array of 6 x 3 x 1"),
        (NUMBERS[:, :0], "a row may have 1 to"),
        (np.float32(3), "is an array of one number"),
        (np.where(NUMBERS == 7, np.nan, NUMBERS), "row 2 has NaN or infinite numbers"),
        (np.full((6, 3), 1e300), "row 0 has NaN or infinite numbers"),
    ],
)
def test_what_is_no_array_of_vectors_is_refused(file, array, words):
    with pytest.raises(BadDataset) as caught:
        vectors.read(file(array), data(6))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_objects_are_never_unpickled(tmp_path):
    path = tmp_path / "evil.npy"
    np.save(path, np.array([{"a": 1}] * 6, dtype=object), allow_pickle=True)
    with pytest.raises(BadDataset, match="holds Python objects, which are never unpickled"):
        vectors.read(path, data(6))


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"no array at all", b"PK\x03\x04" + bytes(40)])
def test_damaged_files(tmp_path, content):
    path = tmp_path / "bad.npy"
    path.write_bytes(content)
    with pytest.raises(BadDataset, match=r"bad.npy: .*numpy.save"):
        vectors.read(path, data(6))


def test_a_file_that_promises_more_than_it_holds(file):
    path = file(NUMBERS)
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(BadDataset, match=r"clip.npy: .*numpy.save"):
        vectors.read(path, data(6))


def test_two_numbers_make_a_point(file):
    assert vectors.read(file(NUMBERS[:, :2]), data(6), columns=2).shape == (6, 2)
    with pytest.raises(BadDataset, match="it must be n x 2"):
        vectors.read(file(NUMBERS), data(6), columns=2)


def test_another_file_is_another_identity(file):
    path = file(NUMBERS)
    before = vectors.identity([path, None])
    assert before == vectors.identity([path, None])
    file(NUMBERS + 1)
    assert vectors.identity([path, None]) != before


def test_what_is_large_lies_in_a_file_that_is_gone_at_once(tmp_path, file, monkeypatch):
    monkeypatch.setattr(vectors, "PLENTY", 10)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    found = vectors.read(file(NUMBERS), data(6), scratch=scratch)
    assert isinstance(found, np.memmap) and np.array_equal(found, NUMBERS)
    assert not list(scratch.iterdir())


def test_a_disk_that_is_too_small_is_one_line(file, monkeypatch):
    from collections import namedtuple

    monkeypatch.setattr(vectors, "PLENTY", 10)
    monkeypatch.setattr(vectors.shutil, "disk_usage", lambda folder: namedtuple("Usage", "free")(3))
    with pytest.raises(BadDataset, match=r"clip.npy: takes .* GiB and 0.0 are free"):
        vectors.read(file(NUMBERS), data(6))
