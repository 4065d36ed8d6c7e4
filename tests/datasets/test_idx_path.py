from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

import datasets
from datasets.dataset import BadDataset

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 4, 3), dtype=np.uint8)
LABELS = np.array([2, 0, 1, 1, 2], np.uint8)


def idx(path: Path, array: np.ndarray) -> Path:
    content = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(BadDataset) as caught:
        datasets.load(str(path))
    message = str(caught.value)
    assert caught.value.exit_code == 4 and "\n" not in message and "; " in message
    return message


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte"),
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
        ("emnist-letters-train-images-idx3-ubyte.gz", "emnist-letters-train-labels-idx1-ubyte.gz"),
    ],
)
def test_images_find_their_labels_and_the_other_way_round(tmp_path, images, labels):
    idx(tmp_path / images, IMAGES)
    idx(tmp_path / labels, LABELS)
    for name in (images, labels):
        data = datasets.load(str(tmp_path / name))
        assert np.array_equal(data.images[..., 0], IMAGES)
        assert data.labels.tolist() == LABELS.tolist()
        assert data.split_names == ("train",) and data.class_names == ("0", "1", "2")
        assert data.notices == ()


def test_a_folder_of_them(tmp_path):
    idx(tmp_path / "train-images-idx3-ubyte.gz", IMAGES)
    idx(tmp_path / "train-images-idx3-ubyte", IMAGES)  # the same, unpacked
    idx(tmp_path / "train-labels-idx1-ubyte", LABELS)
    idx(tmp_path / "t10k-images-idx3-ubyte.gz", IMAGES[:2])
    idx(tmp_path / "t10k-labels-idx1-ubyte.gz", LABELS[:2])
    (tmp_path / "class_names.txt").write_text("a\nb\nc\nd\n")
    data = datasets.load(str(tmp_path))
    assert data.split_names == ("train", "test") and np.bincount(data.split).tolist() == [5, 2]
    assert data.class_names == ("a", "b", "c", "d")
    assert data.notices == ("The classes and their order come from class_names.txt.",)
    assert data.source == f"the folder {tmp_path.name}"


def test_without_labels(tmp_path):
    data = datasets.load(str(idx(tmp_path / "photos-images-idx3-ubyte.gz", IMAGES)))
    assert set(data.labels) == {-1} and data.split_names == ("data",)
    assert data.notices == ("Split data has no labels: no file of them lies beside its images.",)


def test_refusals(tmp_path):
    labels = idx(tmp_path / "train-labels-idx1-ubyte.gz", LABELS[:3])
    assert "no images lie beside it" in refused(labels)
    images = idx(tmp_path / "train-images-idx3-ubyte.gz", IMAGES)
    assert "3 labels for 5 images" in refused(images)
    images.write_bytes(images.read_bytes()[:30])
    assert "damaged" in refused(images)
    images.write_text("text")
    assert "not an .idx file" in refused(images)
    idx(tmp_path / "digits-train-images-idx3-ubyte.gz", IMAGES)
    assert "hold images; give one of them" in refused(tmp_path)


def test_splits_of_different_sizes(tmp_path):
    idx(tmp_path / "train-images-idx3-ubyte", IMAGES)
    idx(tmp_path / "test-images-idx3-ubyte", IMAGES[:, :2])
    assert "different sizes" in refused(tmp_path)


def test_identity_covers_the_labels(tmp_path):
    images = idx(tmp_path / "train-images-idx3-ubyte", IMAGES)
    labels = idx(tmp_path / "train-labels-idx1-ubyte", LABELS)
    before = datasets.find(str(images)).identity
    labels.write_bytes(labels.read_bytes()[:-1] + b"\1")
    assert datasets.find(str(images)).identity != before
