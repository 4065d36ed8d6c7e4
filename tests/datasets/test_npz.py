from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import datasets
from datasets import npz as npz_module
from datasets.dataset import BadDataset
from datasets.loader import Wish

RANDOM = np.random.default_rng(1)
X = RANDOM.integers(0, 256, (8, 5, 4), dtype=np.uint8)
Y = np.array([0, 1, 2, 0, 1, 2, 0, 1])


def refused(path: str, *words: str) -> str:
    """The refusal of a file: one line, not too long, with these words in it."""
    with pytest.raises(BadDataset) as caught:
        datasets.load(path)
    message = str(caught.value)
    assert caught.value.exit_code == 4
    assert "\n" not in message
    assert "; " in message
    assert len(message.replace(path, "")) <= 240
    for word in words:
        assert word in message
    return message


def test_keras_layout_keeps_both_splits_training_first(npz, digits) -> None:
    found = datasets.load(npz(**digits))
    assert np.array_equal(found.images[:6, ..., 0], digits["x_train"])
    assert np.array_equal(found.images[6:, ..., 0], digits["x_test"])
    assert found.labels.tolist() == [5, 0, 4, 1, 9, 2, 7, 2, 1]
    assert found.split.tolist() == [0] * 6 + [1] * 3
    assert found.split_names == ("train", "test")
    assert found.class_names == tuple("0123456789")
    assert found.notices == ()
    assert found.labels.dtype == np.int64


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_packed_or_not_is_the_same(tmp_path, save, digits) -> None:
    save(tmp_path / "a.npz", **digits)
    assert np.array_equal(datasets.load(str(tmp_path / "a.npz")).images[:6, ..., 0], digits["x_train"])


@pytest.mark.parametrize(
    ("images", "labels", "split"),
    [
        ("x", "y", "data"),
        ("X", "Y", "data"),
        ("X", "y", "data"),
        ("images", "labels", "data"),
        ("data", "target", "data"),
        ("test_images", "test_labels", "test"),
        ("val_images", "val_labels", "validation"),
        ("x-valid", "y-valid", "validation"),
        ("X_train_data", "y_train", "train"),
    ],
)
def test_names_of_arrays(npz, images, labels, split) -> None:
    found = datasets.load(npz(**{images: X, labels: Y, "weights": np.zeros(3)}))
    assert found.split_names == (split,)
    assert np.array_equal(found.images[..., 0], X)
    assert np.array_equal(found.labels, Y)


def test_splits_come_in_their_order(npz) -> None:
    found = datasets.load(npz(x_test=X[:1], y_test=Y[:1], x_val=X[1:3], y_val=Y[1:3], x_train=X[3:], y_train=Y[3:]))
    assert found.split_names == ("train", "validation", "test")
    assert np.bincount(found.split).tolist() == [5, 2, 1]
    assert np.array_equal(found.images[..., 0], np.concatenate([X[3:], X[1:3], X[:1]]))


def test_no_known_arrays_lists_what_was_found(npz) -> None:
    refused(npz(apples=X, pears=Y), "no images", "apples, pears", "x_train")


def test_arr_0_is_not_guessed(tmp_path) -> None:
    np.savez(tmp_path / "a.npz", X, Y)
    refused(str(tmp_path / "a.npz"), "arr_0, arr_1")


def test_labels_without_images(npz) -> None:
    refused(npz(x_train=X, y_train=Y, y_test=Y), "'y_test' but no images")


def test_two_arrays_for_the_same_thing(npz) -> None:
    refused(npz(x=X, images=X, y=Y), "'x' and 'images'", "keep one")


def test_no_labels_at_all(npz) -> None:
    found = datasets.load(npz(x=X))
    assert (found.labels == -1).all()
    assert found.class_names == ()
    assert "no labels" in found.notices[0]


def test_one_split_without_labels(npz) -> None:
    found = datasets.load(npz(x_train=X, y_train=Y, x_test=X[:2]))
    assert found.labels.tolist() == [*Y, -1, -1]
    assert found.notices == ("Split test has no labels.",)


class TestPixels:
    def test_zero_to_one(self, npz) -> None:
        found = datasets.load(npz(x=X.astype(np.float32) / 255, y=Y))
        assert np.array_equal(found.images[..., 0], X)
        assert any("0 to 1" in notice for notice in found.notices)

    def test_the_range_is_one_for_all_splits(self, npz) -> None:
        bright, dark = np.full((2, 4, 4), 200.0), np.full((2, 4, 4), 1.0)
        found = datasets.load(npz(x_train=bright, y_train=[0, 1], x_test=dark, y_test=[0, 1]))
        assert found.images[:, 0, 0, 0].tolist() == [200, 200, 1, 1]

    def test_minus_one_to_one(self, npz) -> None:
        found = datasets.load(npz(x=X / 127.5 - 1, y=Y))
        assert np.array_equal(found.images[..., 0], X)
        assert any("-1 to 1" in notice for notice in found.notices)

    def test_floats_to_255(self, npz) -> None:
        found = datasets.load(npz(x=X.astype(np.float64), y=Y))
        assert np.array_equal(found.images[..., 0], X)
        assert any("rounded" in notice for notice in found.notices)

    @pytest.mark.parametrize("dtype", ["int64", ">i4", "uint16", "int16"])
    def test_other_whole_numbers(self, npz, dtype) -> None:
        assert np.array_equal(datasets.load(npz(x=X.astype(dtype), y=Y)).images[..., 0], X)

    def test_sixteen_bits(self, npz) -> None:
        found = datasets.load(npz(x=X.astype(np.uint16) * 257, y=Y))
        assert np.array_equal(found.images[..., 0], X)
        assert "16 bits" in found.notices[0]

    def test_true_and_false(self, npz) -> None:
        found = datasets.load(npz(x=X > 127, y=Y))
        assert np.array_equal(found.images[..., 0], np.where(X > 127, 255, 0))

    def test_zeros_and_ones_are_kept_with_a_warning(self, npz) -> None:
        found = datasets.load(npz(x=(X > 127).astype(np.uint8), y=Y))
        assert found.images.max() == 1
        assert "look black" in found.notices[0]

    @pytest.mark.parametrize("low_high", [(-3.0, 3.0), (0.0, 1000.0), (-200.0, 0.0)])
    def test_odd_ranges_are_refused(self, npz, low_high) -> None:
        low, high = low_high
        x = np.linspace(low, high, X.size).reshape(X.shape)
        refused(npz(x=x, y=Y), f"from {low:g} to {high:g}")

    def test_negative_whole_numbers(self, npz) -> None:
        refused(npz(x=X.astype(int) - 300, y=Y), "pixels run from -")

    def test_nan_says_where(self, npz) -> None:
        x = X / 255
        x[2, 0, 0] = np.nan
        x[5, 1, 1] = np.inf
        refused(npz(x=x, y=Y), "2 images", "rows 2, 5)")

    def test_splits_of_different_types(self, npz) -> None:
        refused(npz(x_train=X, y_train=Y, x_test=X / 255, y_test=Y), "float64 and uint8")

    @pytest.mark.parametrize("x", [X.astype(complex), X.astype("U3"), X.astype("M8[s]")])
    def test_not_numbers(self, npz, x) -> None:
        refused(npz(x=x, y=Y), "save them as uint8")

    def test_fortran_order(self, npz) -> None:
        assert np.array_equal(datasets.load(npz(x=np.asfortranarray(X), y=Y)).images[..., 0], X)


class TestShapes:
    def test_color(self, npz) -> None:
        x = RANDOM.integers(0, 256, (8, 5, 4, 3), dtype=np.uint8)
        found = datasets.load(npz(x=x, y=Y))
        assert np.array_equal(found.images, x)
        assert found.notices == ()

    @pytest.mark.parametrize("channels", [1, 3])
    def test_channels_first(self, npz, channels) -> None:
        x = RANDOM.integers(0, 256, (8, channels, 5, 4), dtype=np.uint8)
        found = datasets.load(npz(x=x, y=Y))
        assert np.array_equal(found.images, x.transpose(0, 2, 3, 1))
        assert "channels came first" in found.notices[0]

    def test_transparency_is_left_out(self, npz) -> None:
        x = RANDOM.integers(0, 256, (8, 5, 5, 4), dtype=np.uint8)
        found = datasets.load(npz(x=x, y=Y))
        assert np.array_equal(found.images, x[..., :3])
        assert "transparency" in found.notices[0]

    def test_flat_squares(self, npz) -> None:
        x = RANDOM.integers(0, 256, (8, 784), dtype=np.uint8)
        found = datasets.load(npz(x=x, y=Y))
        assert np.array_equal(found.images, x.reshape(8, 28, 28, 1))
        assert "28 x 28" in found.notices[0]

    def test_flat_but_no_square(self, npz) -> None:
        refused(npz(x=np.zeros((8, 3072), np.uint8), y=Y), "3,072 numbers", "(n, height, width, channels)")

    @pytest.mark.parametrize("shape", [(8,), (8, 5, 5, 2), (8, 1, 5, 5, 3), (8, 0, 5), (8, 0)])
    def test_no_images(self, npz, shape) -> None:
        refused(npz(x=np.zeros(shape, np.uint8), y=Y), str(shape) if shape != (8, 0) else "0 numbers")

    def test_a_single_number(self, npz) -> None:
        refused(npz(x=np.uint8(3), y=Y), "labels")

    def test_nothing_in_it(self, npz) -> None:
        refused(npz(x=X[:0], y=Y[:0]), "no images")

    def test_an_empty_split_beside_a_full_one(self, npz) -> None:
        found = datasets.load(npz(x_train=X, y_train=Y, x_test=X[:0], y_test=Y[:0]))
        assert len(found) == 8

    def test_splits_of_different_size(self, npz) -> None:
        refused(npz(x_train=X, y_train=Y, x_test=X[:, :3], y_test=Y), "5 x 4 x 1", "3 x 4 x 1")


class TestLabels:
    def test_a_column(self, npz) -> None:
        found = datasets.load(npz(x=X, y=Y[:, None]))
        assert np.array_equal(found.labels, Y)
        assert found.notices == ()

    def test_one_hot(self, npz) -> None:
        found = datasets.load(npz(x=X, y=np.eye(7, dtype=np.float32)[Y]))
        assert np.array_equal(found.labels, Y)
        assert len(found.class_names) == 7
        assert "one-hot" in found.notices[0]

    def test_almost_one_hot(self, npz) -> None:
        refused(npz(x=X, y=np.full((8, 2), 0.5)), "not one-hot")

    @pytest.mark.parametrize("kind", ["U", "S"])
    def test_words(self, npz, kind) -> None:
        words = np.array(["dog", "cat", "dog", "owl", "cat", "cat", "owl", "dog"])
        found = datasets.load(npz(x=X, y=words.astype(kind)))
        assert found.class_names == ("cat", "dog", "owl")
        assert [found.class_names[label] for label in found.labels] == words.tolist()

    def test_words_of_all_splits_make_the_classes(self, npz) -> None:
        found = datasets.load(npz(x_train=X[:2], y_train=["b", "c"], x_test=X[2:4], y_test=np.array(["a", "long"])))
        assert found.class_names == ("a", "b", "c", "long")
        assert found.labels.tolist() == [1, 2, 0, 3]

    def test_class_names_in_the_file(self, npz) -> None:
        found = datasets.load(npz(x=X, y=Y, class_names=np.array(["tee", "ale", "rum", "sap"])))
        assert found.class_names == ("tee", "ale", "rum", "sap")
        assert np.array_equal(found.labels, Y)

    def test_class_names_give_words_their_order(self, npz) -> None:
        found = datasets.load(npz(x=X[:2], y=["b", "a"], classes=["b", "a"]))
        assert found.labels.tolist() == [0, 1]

    def test_bad_class_names(self, npz) -> None:
        refused(npz(x=X, y=Y, class_names=["a", "b"]), "label 2", "2 class names")
        refused(npz(x=X, y=Y, class_names=["a", "b", "a"]), "same name")
        refused(npz(x=X, y=Y, class_names=np.arange(3)), "list of words")
        refused(npz(x=X[:1], y=["z"], class_names=["a", "b"]), "'z'")

    def test_whole_floats(self, npz) -> None:
        assert np.array_equal(datasets.load(npz(x=X, y=Y.astype(float))).labels, Y)

    @pytest.mark.parametrize("y", [Y + 0.5, np.full(8, np.nan), np.full(8, np.inf)])
    def test_other_floats(self, npz, y) -> None:
        refused(npz(x=X, y=y), "number")

    def test_minus_one_is_no_label(self, npz) -> None:
        found = datasets.load(npz(x=X, y=np.where(Y == 2, -1, Y)))
        assert found.labels.tolist() == [0, 1, -1, 0, 1, -1, 0, 1]
        assert "2 images have no label" in found.notices[0]

    def test_other_negatives_and_giants(self, npz) -> None:
        refused(npz(x=X, y=Y - 5), "label -5")
        refused(npz(x=X, y=Y + 2**40), "at most 10,000 classes")

    def test_counting_from_one_is_said(self, npz) -> None:
        found = datasets.load(npz(x=X, y=Y + 1))
        assert "numbered from 1 to 3" in found.notices[0]

    def test_lengths_differ(self, npz) -> None:
        refused(npz(x=X, y=Y[:7]), "7 labels", "8 images")
        refused(npz(x=X, y=np.int64(3)), "0 labels")

    @pytest.mark.parametrize("y", [np.zeros((8, 2, 2)), Y.astype(complex), np.array([["a", "b"]] * 8)])
    def test_no_labels_at_all(self, npz, y) -> None:
        refused(npz(x=X, y=y), "labels")

    def test_words_here_numbers_there(self, npz) -> None:
        refused(npz(x_train=X, y_train=Y, x_test=X, y_test=Y.astype(str)), "words in one split")

    def test_same_images_in_both_splits_are_said(self, npz) -> None:
        found = datasets.load(npz(x_train=X, y_train=Y, x_test=X, y_test=Y))
        assert any("train and test hold the same images" in notice for notice in found.notices)


def test_the_ending_may_be_in_capitals(npz) -> None:
    path = Path(npz(x=X, y=Y))
    assert len(datasets.load(str(path.rename(path.with_suffix(".NPZ"))))) == 8


class TestPoured:
    """Images too many for memory take another way, and are the same."""

    def both(self, path, scratch, monkeypatch):
        plain = datasets.read(datasets.find(path))
        monkeypatch.setattr(npz_module, "SMALL", 0)
        return plain, datasets.read(datasets.find(path), Wish(scratch=scratch))

    @pytest.mark.parametrize("flat", [False, True])
    def test_the_same(self, tmp_path, npz, digits, monkeypatch, flat) -> None:
        arrays = {
            name: array.reshape(len(array), -1) if flat and name[0] == "x" else array
            for name, array in digits.items()
        }
        plain, poured = self.both(npz(**arrays), tmp_path, monkeypatch)
        assert isinstance(poured.images, np.memmap) and not isinstance(plain.images, np.memmap)
        assert plain.fingerprint() == poured.fingerprint() and plain.notices == poured.notices
        assert [path.name for path in tmp_path.iterdir()] == ["things.npz"]

    def test_what_is_said_of_dark_images_and_twins(self, tmp_path, npz, digits, monkeypatch) -> None:
        x = digits["x_test"] // 200
        plain, poured = self.both(
            npz(x_train=x, y_train=[0, 1, 1], x_test=x, y_test=[0, 1, 1]), tmp_path, monkeypatch
        )
        assert plain.notices == poured.notices
        assert any("look black" in notice for notice in poured.notices)
        assert any("hold the same images" in notice for notice in poured.notices)

    def test_damage_is_noticed_on_the_way(self, tmp_path, digits, monkeypatch) -> None:
        np.savez(tmp_path / "a.npz", x=digits["x_train"], y=digits["y_train"])
        content = bytearray((tmp_path / "a.npz").read_bytes())
        content[2000] ^= 1
        (tmp_path / "a.npz").write_bytes(content)
        monkeypatch.setattr(npz_module, "SMALL", 0)
        with pytest.raises(BadDataset, match="damaged, its checksum differs"):
            datasets.read(datasets.find(str(tmp_path / "a.npz")), Wish(scratch=tmp_path))
        assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]

    def test_a_disk_that_is_too_small(self, tmp_path, npz, digits, monkeypatch) -> None:
        monkeypatch.setattr(npz_module, "SMALL", 0)
        monkeypatch.setattr("datasets.poured.shutil.disk_usage", lambda _: SimpleNamespace(free=10))
        with pytest.raises(BadDataset, match=r"unpacked it takes 0\.0 GiB and 0\.0 are free"):
            datasets.read(datasets.find(npz(**digits)), Wish(scratch=tmp_path))
