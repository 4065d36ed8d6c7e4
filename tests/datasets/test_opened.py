"""A folder in the store: a warm start looks at names, sizes and times only, and problems are kept."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from datasets.dataset import BadDataset
from tests.datasets.drawing import pixels, save, tree
from util import digest, pieces
from workspace import opening
from workspace.opening import known_dataset, open_dataset
from workspace.options import Options
from workspace.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three good pictures and two bad ones."""
    tree(tmp_path / "data", "train/a/1.png", "train/b/2.png", "test/a/3.png")
    (tmp_path / "data/train/a/bad.png").write_text("text")
    (tmp_path / "data/train/a/new\nline.png").touch()
    return tmp_path / "data"


def test_a_warm_start_decodes_nothing(store, folder, monkeypatch):
    options = Options("none.h5", str(folder))
    opened = open_dataset(store, options)
    monkeypatch.setattr(Image, "open", None)
    assert known_dataset(Store(store.folder), options) == opened
    assert open_dataset(Store(store.folder), options) == opened
    assert np.array_equal(store.read(opened.keys["images"])[0], pixels(seed=2))
    assert store.read(opened.keys["metadata/filename"]).tolist() == ["test/a/3.png", "train/a/1.png", "train/b/2.png"]


def test_a_changed_folder_is_another_dataset(store, folder):
    options = Options("none.h5", str(folder))
    before = open_dataset(store, options)
    save(folder / "train/b/9.png")
    assert known_dataset(store, options) is None
    after = open_dataset(store, options)
    assert (before.n, after.n) == (3, 4) and before.fingerprint != after.fingerprint


def test_problems_are_kept_fit_for_one_line(store, folder):
    opened = open_dataset(store, Options("none.h5", str(folder)))
    assert opened.n_problems == 2
    assert opened.problems == (
        ("train/a/bad.png", "not a picture but text"),
        ("train/a/new?line.png", "empty: no bytes in it"),
    )


def test_not_all_of_very_many_problems_are_kept(store, folder, monkeypatch):
    monkeypatch.setattr(opening, "MOST_PROBLEMS", 1)
    opened = open_dataset(store, Options("none.h5", str(folder)))
    assert opened.n_problems == 2 and len(opened.problems) == 1


def test_split_and_limit(store, folder):
    assert open_dataset(store, Options("none.h5", str(folder), split="test")).split_counts == (0, 1)
    assert open_dataset(store, Options("none.h5", str(folder), limit=1)).split_counts == (1, 1)
    with pytest.raises(BadDataset, match="no split 'dev'"):
        open_dataset(store, Options("none.h5", str(folder), split="dev"))


def test_a_record_of_before_has_no_problems(store, folder):
    record = open_dataset(store, Options("none.h5", str(folder))).to_dict()
    del record["problems"], record["n_problems"]
    assert opening.OpenDataset.from_record(record).problems == ()


def test_nothing_but_results_is_left_behind(store, folder):
    opened = open_dataset(store, Options("none.h5", str(folder)))
    names = {path.name for path in (store.folder / "columns").iterdir()}
    keys = {*opened.keys.values(), *opened.origins.values()}
    assert names >= {f"{key}{end}" for key in keys for end in (".npy", ".json")}
    assert not [name for name in names if "tmp" in name]


def test_a_mapped_array_has_the_digest_of_one_in_memory(tmp_path):
    array = np.random.default_rng(0).integers(0, 256, (3, 2**23 + 5), dtype=np.uint8)
    np.save(tmp_path / "a.npy", array)
    for mode in ("r", "c", "r+"):
        mapped = np.load(tmp_path / "a.npy", mmap_mode=mode)
        assert digest(mapped) == digest(array) == digest(mapped.view(np.ndarray))
        assert digest(mapped[1:]) == digest(array[1:])
        assert digest(mapped[:, ::2]) == digest(array[:, ::2])


def test_changes_to_a_private_map_survive(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros(2**20, np.uint8))
    private = np.load(tmp_path / "a.npy", mmap_mode="c")
    private[:] = 7
    assert digest(private) == digest(np.full(2**20, 7, np.uint8))
    assert (private == 7).all()


@pytest.mark.parametrize(
    "array",
    [
        np.array(5),
        np.zeros((0, 3)),
        np.array(["a", "bc"]),
        np.array([], "U5"),
        np.array([True, False]),
        np.arange(6)[::2],
    ],
    ids=["one number", "no rows", "text", "no text", "truth", "every second"],
)
def test_pieces_are_the_bytes(array):
    assert b"".join(pieces(array)) == np.ascontiguousarray(array).tobytes()


def test_pillow_says_nothing_in_the_log(store, folder, caplog):
    with caplog.at_level(logging.WARNING):
        open_dataset(store, Options("none.h5", str(folder)))
    assert caplog.records == []
