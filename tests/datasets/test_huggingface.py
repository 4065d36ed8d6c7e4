from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

import datasets
from datasets.dataset import BadDataset
from datasets.loader import Wish
from tests.datasets.drawing import packed, pixels

NAMES = ["cat", "dog", "fish"]


def shard(
    path: Path, images: list[bytes | None], labels: list[int] | None = None, *, names=NAMES, rows=100, **more
) -> Path:
    """A file as the library `datasets` writes it."""
    kind = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    column = pyarrow.array([{"bytes": image, "path": f"{at}.png"} for at, image in enumerate(images)], kind)
    columns = {"image": column, **({} if labels is None else {"label": labels}), **more}
    features = {"label": {"names": names, "_type": "ClassLabel"}, "image": {"_type": "Image"}}
    about = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    table = pyarrow.table(columns)
    path.parent.mkdir(exist_ok=True)
    pyarrow.parquet.write_table(table.replace_schema_metadata(about if names else None), path, row_group_size=rows)
    return path


def some(n: int, start: int = 0) -> list[bytes]:
    return [packed(pixels(seed=seed)) for seed in range(start, start + n)]


def read(path: Path, **wish: object) -> datasets.Dataset:
    return datasets.read(datasets.find(str(path)), Wish(**wish))


def test_one_file(tmp_path):
    data = read(shard(tmp_path / "train-00000-of-00001.parquet", some(3), [2, 0, -1], age=[1, 2, 3]))
    assert np.array_equal(data.images, [pixels(seed=seed) for seed in range(3)])
    assert data.class_names == ("cat", "dog", "fish") and data.labels.tolist() == [2, 0, -1]
    assert data.split_names == ("train",)
    assert data.metadata["filename"].tolist() == ["0.png", "1.png", "2.png"]
    assert data.metadata["age"].tolist() == [1, 2, 3]
    assert "The classes and their order come from the file's own description." in data.notices


@pytest.mark.parametrize("inside", ["", "data"])
def test_a_folder_of_shards(tmp_path, inside):
    folder = tmp_path / inside
    shard(folder / "train-00000-of-00002.parquet", some(2), [0, 1])
    shard(folder / "train-00001-of-00002.parquet", some(1, 2), [2])
    shard(folder / "test-00000-of-00001.parquet", some(2, 3), [1, 1])
    data = read(tmp_path)
    assert data.split_names == ("train", "test")
    assert data.split.tolist() == [1, 1, 0, 0, 0]
    assert data.labels.tolist() == [1, 1, 0, 1, 2]
    assert [image.tolist() for image in data.images] == [pixels(seed=seed).tolist() for seed in (3, 4, 0, 1, 2)]


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_only_wanted_rows_are_decoded(tmp_path, rows):
    shard(tmp_path / "train-0.parquet", [*some(2), b"broken"], [0, 1, 2], rows=rows)
    shard(tmp_path / "test-0.parquet", [b"broken", *some(1, 9)], [0, 1], rows=rows)
    data = read(tmp_path, split="train", limit=2)
    assert len(data) == 2 and data.problems == ()
    assert read(tmp_path).problems == (("0.png", "not a picture but text"), ("2.png", "not a picture but text"))


def test_rows_without_a_picture_are_listed(tmp_path):
    data = read(shard(tmp_path / "x.parquet", [None, b"", *some(1)], [0, 1, 2]))
    assert data.labels.tolist() == [2] and data.split_names == ("data",)
    assert data.problems == (("0.png", "empty: no bytes in it"), ("1.png", "empty: no bytes in it"))


def test_without_labels_names_or_paths(tmp_path):
    table = pyarrow.table({"img": some(2), "caption": ["a", "b"]})
    pyarrow.parquet.write_table(table, tmp_path / "x.parquet")
    data = read(tmp_path / "x.parquet")
    assert data.labels.tolist() == [-1, -1] and set(data.metadata) == {"caption"}


def test_labels_as_words(tmp_path):
    data = read(shard(tmp_path / "x.parquet", some(3), ["b", "a", "b"], names=None))
    assert data.class_names == ("a", "b") and data.labels.tolist() == [1, 0, 1]


@pytest.mark.parametrize("about", [b"{", b"[]", b"null", b'{"info": 7}', b"[" * 100_000])
def test_a_strange_description_is_passed_over(tmp_path, about):
    path = shard(tmp_path / "x.parquet", some(2), [1, 0], names=None)
    table = pyarrow.parquet.read_table(path).replace_schema_metadata({b"huggingface": about})
    pyarrow.parquet.write_table(table, path)
    assert read(path).class_names == ("0", "1")


def test_refusals(tmp_path):
    shard(tmp_path / "train.parquet", some(1), [0])
    shard(tmp_path / "test.parquet", some(1), [0], names=["other"])
    with pytest.raises(BadDataset, match="different columns; give one file"):
        read(tmp_path)
    with pytest.raises(BadDataset, match="none of its 1 images can be read"):
        read(shard(tmp_path / "bad.parquet", [b"text"], [0]))
    with pytest.raises(BadDataset, match="label 7 but only 3 class names"):
        read(shard(tmp_path / "label.parquet", some(1), [7]))


def test_a_damaged_page_is_one_line(tmp_path):
    random = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    path = shard(tmp_path / "x.parquet", [packed(random)] * 3, [0, 1, 2])
    content = bytearray(path.read_bytes())
    content[30:2000] = bytes(1970)
    path.write_bytes(content)
    try:
        assert read(path).problems
    except BadDataset as error:
        assert "\n" not in str(error)


def test_identity(tmp_path):
    path = shard(tmp_path / "x.parquet", some(1), [0])
    before = datasets.find(str(path)).identity
    shard(path, some(1), [1])
    assert datasets.find(str(path)).identity != before
