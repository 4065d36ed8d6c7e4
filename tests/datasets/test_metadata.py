import numpy as np
import pytest

import datasets


def read(folder, **arrays):
    np.savez(folder / "data.npz", **arrays)
    return datasets.read(datasets.find(str(folder / "data.npz"), None))


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 255, (5, 4, 4), dtype=np.uint8)


def test_a_value_for_every_image_is_metadata(tmp_path, pixels):
    data = read(
        tmp_path,
        x_train=pixels[:3],
        y_train=np.arange(3),
        x_test=pixels[3:],
        y_test=np.arange(2),
        filename_train=np.array(["a/1", "a/2", "b/3"]),
        filename_test=np.array(["b/44", "c"]),
        test_age=np.array([1.5, 2]),
        train_age=np.array([3.0, 4, 5]),
    )
    assert data.metadata["filename"].tolist() == ["a/1", "a/2", "b/3", "b/44", "c"]
    assert data.metadata["age"].tolist() == [3, 4, 5, 1.5, 2]
    assert set(data.metadata) == {"filename", "age"}
    assert data.notices == ()


def test_with_one_split_no_name_of_a_split_is_needed(tmp_path, pixels):
    data = read(tmp_path, x=pixels, y=np.arange(5), indoor=np.array([True, False, True, True, False]))
    assert data.metadata["indoor"].tolist() == [True, False, True, True, False]


def test_bytes_become_text(tmp_path, pixels):
    data = read(tmp_path, x=pixels, y=np.arange(5), path=np.array([b"a", b"b", b"\xc3\xa9", b"d", b"\xff"]))
    assert data.metadata["path"].tolist() == ["a", "b", "é", "d", "\ufffd"]


@pytest.mark.parametrize(
    "array",
    [np.arange(4), np.zeros((5, 2)), np.array(7), np.zeros(5, complex), np.array(["x" * 2000] * 5)],
    ids=["too short", "a table", "one number", "complex", "a novel"],
)
def test_what_is_not_is_left_aside_and_said(tmp_path, pixels, array):
    data = read(tmp_path, x=pixels, y=np.arange(5), strange=array)
    assert data.metadata == {}
    assert data.notices == ("The array 'strange' was left aside: not one value for every image.",)


def test_a_column_that_one_split_lacks_is_left_aside(tmp_path, pixels):
    arrays = {"x_train": pixels[:3], "y_train": np.arange(3), "x_test": pixels[3:], "y_test": np.arange(2)}
    data = read(tmp_path, **arrays, day_train=np.arange(3))
    assert data.metadata == {}
    assert "day_train" in data.notices[0]
