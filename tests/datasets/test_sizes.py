"""The pictures' own sizes are kept where they differ, in every kind of place, and overwrite nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import datasets
from datasets.dataset import Dataset
from datasets.loader import Wish
from tests.datasets.coco_drawing import HEIGHT, WIDTH, scenes
from tests.datasets.drawing import packed, pixels, save, tree
from tests.datasets.test_huggingface import shard

SIZES = {"a/1.png": (5, 6), "a/2.png": (30, 4), "b/3.png": (5, 6)}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of three pictures of two sizes."""
    for name, (width, height) in SIZES.items():
        save(tmp_path / "photos" / name, pixels(height, width))
    return tmp_path / "photos"


def read(*paths: Path, **wish: object) -> Dataset:
    sources = [datasets.find(str(path)) for path in paths]
    return datasets.read_all(sources, Wish(**wish))  # type: ignore[arg-type]


def sizes(data: Dataset) -> list[tuple[float, float]]:
    return list(zip(data.metadata["width"].tolist(), data.metadata["height"].tolist(), strict=True))


def test_a_folder_tells_the_sizes_of_its_files(photos):
    data = read(photos)
    assert sizes(data) == list(SIZES.values()) and data.metadata["width"].dtype == np.int64
    assert data.images.shape[1:3] == (6, 5)


def test_a_size_is_that_of_the_picture_as_it_is_shown(photos):
    exif = Image.Exif()
    exif[0x0112] = 6
    save(photos / "b/4.jpg", pixels(7, 9), exif=exif)
    (photos / "a/0.png").write_bytes(b"no picture")
    assert sizes(read(photos)) == [*SIZES.values(), (7, 9)]


def test_where_all_are_alike_nothing_is_told(tmp_path):
    data = read(tree(tmp_path / "alike", "a/1.png", "a/2.png", "b/3.png"))
    assert set(data.metadata) == {"filename"} and data.sizes.tolist() == [[5, 6]] * 3


def test_a_part_has_the_sizes_of_its_own_rows(photos):
    few = read(photos, limit=2)
    assert few.sizes.tolist() == [[5, 6], [5, 6]] and "width" not in few.metadata
    save(photos / "b/0.png", pixels(9, 8))
    assert sizes(read(photos, limit=2)) == [(5, 6), (8, 9)]


def test_lists_and_hugging_face_files_tell_them_too(photos, tmp_path):
    (photos / "list.csv").write_text("path,label\nb/3.png,x\na/2.png,y\n")
    assert sizes(read(photos / "list.csv")) == [(5, 6), (30, 4)]
    images = [packed(pixels(4, 8)), b"broken", packed(pixels(6, 5))]
    assert sizes(read(shard(tmp_path / "train.parquet", images, [0, 1, 2]))) == [(8, 4), (5, 6)]


@pytest.mark.parametrize("header", ["width", "height", "width,height"])
def test_columns_of_these_names_that_came_with_the_data_stay(photos, header):
    values = ",".join("7.5" for _ in header.split(","))
    (photos / "list.csv").write_text(f"path,{header}\na/1.png,{values}\na/2.png,{values}\n")
    data = read(photos / "list.csv")
    assert set(data.metadata) == {"filename", *header.split(",")}
    assert all(data.metadata[name].tolist() == [7.5, 7.5] for name in header.split(","))


def test_boxes_tell_their_own_size(tmp_path):
    data = read(scenes(tmp_path / "scenes"))
    assert sizes(data) == [(4, 5)] * 3 and data.sizes.tolist() == [[4, 5]] * 3
    whole = read(tmp_path / "scenes", instances="images")
    assert sizes(whole) == [(WIDTH, HEIGHT)] * 3


def test_joined_sets_that_each_have_one_size_tell_it(tmp_path):
    one = tree(tmp_path / "one", "a/1.png", "a/2.png")
    save(tmp_path / "two/a/1.png", pixels(9, 8))
    assert sizes(read(one, tmp_path / "two")) == [(5, 6), (5, 6), (8, 9)]
    again = tree(tmp_path / "again", "a/1.png")
    assert "width" not in read(one, again).metadata


def test_joined_sets_of_all_kinds(tmp_path, photos):
    np.savez(tmp_path / "array.npz", x=np.stack([pixels(seed=seed) for seed in range(2)]), y=np.array([0, 1]))
    data = read(tmp_path / "array.npz", photos, scenes(tmp_path / "scenes"))
    assert np.isnan(data.metadata["width"][:2]).all() and np.isnan(data.metadata["height"][:2]).all()
    assert sizes(data)[2:] == [*SIZES.values(), *[(4, 5)] * 3]


def test_joined_with_a_column_that_means_something_else(tmp_path, photos):
    arrays = {"x": np.stack([pixels(seed=seed) for seed in range(2)]), "y": np.array([0, 1])}
    np.savez(tmp_path / "array.npz", **arrays, width=np.array([1.5, 2.5]))
    data = read(photos, tmp_path / "array.npz")
    assert data.metadata["width"].tolist()[3:] == [1.5, 2.5] and np.isnan(data.metadata["width"][:3]).all()
    assert "height" not in data.metadata
