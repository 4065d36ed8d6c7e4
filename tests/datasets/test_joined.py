"""Several data sets as one: each a split of its own, classes by name, images like the first's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import datasets
from datasets.dataset import BadDataset, Dataset
from datasets.joined import joined
from datasets.loader import Wish
from tests.datasets.coco_drawing import canvas, scenes
from tests.datasets.drawing import pixels, save
from workspace.opening import known_dataset, open_dataset
from workspace.options import Options
from workspace.store import Store


def made(name: str = "one", n: int = 3, shape: tuple[int, int, int] = (4, 4, 1), **more: object) -> Dataset:
    about: dict[str, object] = {
        "images": np.random.default_rng(n).integers(0, 256, (n, *shape), np.uint8),
        "labels": np.arange(n) % 2,
        "class_names": ("a", "b"),
        "split": np.zeros(n, np.uint8),
        "split_names": ("data",),
    }
    return Dataset(name=name, **{**about, **more})  # type: ignore[arg-type]


def test_each_is_a_split_and_classes_are_joined_by_name():
    one = made(labels=np.array([0, -1, 1]))
    two = made("there/two", 4, class_names=("c", "a"), split=np.array([0, 1, 1, 0]), split_names=("train", "test"))
    found = joined([one, two], Wish())
    assert found.name == "one + two" and found.split_names == ("one", "two train", "two test")
    assert found.split.tolist() == [0, 0, 0, 1, 2, 2, 1]
    assert found.class_names == ("a", "b", "c") and found.first_classes == 2
    assert found.labels.tolist() == [0, -1, 1, 2, 0, 2, 0]
    assert np.array_equal(found.images, np.concatenate([one.images, two.images]))
    assert found.metadata["source"].tolist() == ["one"] * 3 + ["two"] * 4
    assert "the 2 of one come first, then 1 that only others have" in " ".join(found.notices)


def test_images_become_like_those_of_the_first():
    gray, color = made(), made("two", 2, (8, 6, 3))
    found = joined([gray, color], Wish())
    assert found.images.shape == (5, 4, 4, 1) and np.array_equal(found.images[:3], gray.images)
    assert "The images of two were resized from 8 x 6 to 4 x 4, without keeping their aspect." in found.notices
    assert "The images of two were made gray, as those of one are." in found.notices
    assert abs(found.images[3:].mean() - color.images.mean()) < 15
    turned = joined([color, gray], Wish())
    assert turned.images.shape == (5, 8, 6, 3) and (turned.images[2:, ..., :1] == turned.images[2:]).all()


def test_columns_are_united_with_gaps():
    one = made(
        metadata={"speed": np.array([1, 2, 3]), "wet": np.array([True, False, True]), "source": np.array(list("xyz"))}
    )
    two = made("two", 2, metadata={"speed": np.array(["4", "fast"]), "camera": np.array(["left", "right"])})
    three = made("three", 1, metadata={"number": np.array([7])})
    found = joined([one, two, three], Wish()).metadata
    assert found["speed"].tolist() == ["1", "2", "3", "4", "fast", ""]
    assert found["wet"].tolist() == ["true", "false", "true", "", "", ""]
    assert found["camera"].tolist() == ["", "", "", "left", "right", ""]
    assert np.isnan(found["number"][:5]).all() and found["number"][5] == 7
    assert found["source_own"].tolist() == ["x", "y", "z", "", "", ""]
    whole = joined([made(metadata={"k": np.arange(3)}), made("two", 2, metadata={"k": np.arange(2)})], Wish())
    assert whole.metadata["k"].dtype == np.int64


def test_two_of_the_same_name_are_told_apart():
    assert joined([made("a/x"), made("b/x"), made("y")], Wish()).split_names == ("x", "x (2)", "y")


def test_problems_and_notices_say_whose_they_are():
    found = joined([made(notices=("Odd.",)), made("two", problems=(("f.png", "gone"),))], Wish())
    assert "one: Odd." in found.notices and found.problems == (("two: f.png", "gone"),)


def test_too_many_splits():
    many = made(n=200, split=np.arange(200), split_names=tuple(map(str, range(200))))
    with pytest.raises(BadDataset, match="400 splits"):
        joined([many, many], Wish())


def test_a_full_disk_is_told_and_nothing_stays(tmp_path):
    def full(progress: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(BadDataset, match="cannot be written to disk"):
        joined([made(), made("two")], Wish(scratch=tmp_path, report=full))
    assert not list(tmp_path.iterdir())


@pytest.fixture
def asked(tmp_path: Path) -> Options:
    """An array, a folder and pictures with boxes."""
    np.savez(tmp_path / "array.npz", x=np.stack([pixels(10, 8, seed=s) for s in range(3)]), y=np.array([0, 1, 0]))
    for name in ("0/a", "0/b", "new/c"):
        save(tmp_path / f"photos/{name}.png", pixels(10, 8, seed=len(name)))
    scenes(tmp_path / "scenes")
    names = [str(tmp_path / name) for name in ("array.npz", "photos", "scenes")]
    return Options("none.h5", names[0], more=tuple(names[1:]))


def test_an_array_a_folder_and_boxes(tmp_path, asked):
    store = Store(tmp_path / "cache")
    opened = open_dataset(store, asked)
    assert opened.split_names == ("array.npz", "photos", "scenes") and opened.split_counts == (3, 3, 3)
    assert opened.class_names == ("0", "1", "new", "cat", "bird", "dog") and opened.expected == ("0", "1")
    assert known_dataset(Store(store.folder), asked) == opened
    samples, files, boxes = (store.read(opened.origins[name]) for name in ("samples", "files", "boxes"))
    assert samples[:3].tolist() == [[-1, -1]] * 3 and samples[3:6, 1].tolist() == [-1] * 3
    names = store.read(opened.origins["names"])[samples[3:, 0]]
    assert names.tolist() == ["0/a.png", "0/b.png", "new/c.png", "images/a.png", "images/a.png", "images/b.png"]
    assert [opened.roots[root] for root in files[samples[3:, 0], 0]] == [
        str((tmp_path / name).resolve()) for name in ["photos"] * 3 + ["scenes"] * 3
    ]
    assert boxes[samples[6:, 1], 1].tolist() == [3, 5, 3]
    assert np.array_equal(store.read(opened.keys["images"])[0], pixels(10, 8, seed=0))


def test_limit_applies_to_each_and_a_changed_part_is_seen(tmp_path, asked):
    store = Store(tmp_path / "cache")
    few = Options(asked.model, asked.dataset, more=asked.more, limit=1)
    assert open_dataset(store, few).split_counts == (1, 1, 1)
    save(tmp_path / "scenes/images/a.png", canvas(8))
    assert known_dataset(store, few) is None


def test_names_and_paths_may_be_mixed(tmp_path, keras_home, digits):
    np.savez(keras_home / "mnist.npz", **digits)
    save(tmp_path / "mine/7/x.png", pixels(28, 28))
    sources = [datasets.find(name) for name in ("mnist", str(tmp_path / "mine"))]
    found = datasets.read_all(sources, Wish(split="all"))
    assert found.split_names == ("mnist train", "mnist test", "mine") and found.labels[-1] == 7
    assert found.images.shape[1:] == (28, 28, 1) and len(found.class_names) == 10
