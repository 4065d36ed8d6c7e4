"""Odd sizes are worked out where the data tell sizes, and where they do not nothing asks for them."""

from __future__ import annotations

import pytest

from tests.datasets.coco_drawing import opened
from tests.datasets.drawing import pixels, save, tree
from tests.workspace.incremental import bench  # noqa: F401
from workspace.plan import METADATA, UnknownColumn, standard
from workspace.query import QueryError

NAMES = [f"{'abc'[row % 3]}/{row:02}.png" for row in range(30)]


@pytest.fixture
def alike(tmp_path):
    """Thirty pictures of 5 x 6 pixels."""
    return tree(tmp_path / "alike", *NAMES)


@pytest.fixture
def mixed(tmp_path):
    """The same with a long one and a large one."""
    folder = tree(tmp_path / "mixed", *NAMES)
    save(folder / "a/00.png", pixels(4, 60))
    save(folder / "b/01.png", pixels(60, 50))
    return folder


def test_the_worker_makes_them_of_a_folder_and_again_of_one_that_grew(bench, mixed):  # noqa: F811
    worker = bench.run("odd_size", dataset=str(mixed))
    assert "odd_size" in standard("dense", (), worker.plan.roots)
    kinds = worker.store.read(worker.plan.key("odd_size"))
    assert kinds.tolist() == [3, *[0] * 9, 2, *[0] * 19], "in the order of the paths"
    save(mixed / "c/99.png", pixels(1, 1))
    worker = bench.run("odd_size", dataset=str(mixed))
    assert worker.store.read(worker.plan.key("odd_size")).tolist() == [*kinds.tolist(), 1]


def test_nothing_asks_for_them_where_all_are_alike(bench, alike):  # noqa: F811
    worker = bench.run(dataset=str(alike))
    usual = standard("dense", (), worker.plan.roots)
    assert "odd_size" not in usual and not worker.plan.makes("odd_size") and "image_fault" in usual
    assert worker.missing(usual)
    assert not worker.knows("odd_size"), "whoever asks all the same is told that nothing makes it"


def test_colors_and_queries_have_them_by_name(tmp_path, mixed):
    session = opened(tmp_path, mixed)
    assert session.unit("odd_size").names == ("usual", "small", "large", "narrow or wide")
    assert session.knows("odd_size") and not session.is_ready("odd_size")
    assert session.fields()["odd_size"].kind == "class" and session.fields()["width"].kind == "number"
    assert session.find("width > 55 or height > 55").indices.tolist() == [0, 10]


def test_without_sizes_it_is_said_why_there_are_none(tmp_path, alike):
    session = opened(tmp_path, alike)
    assert not session.knows("odd_size")
    with pytest.raises(UnknownColumn):
        session.unit("odd_size")
    why = "Odd size is made of the columns width and height, which this data set does not have."
    assert session.fields().absent["odd_size"] == why
    with pytest.raises(QueryError, match="made of the columns width and height"):
        session.find('odd_size == "small"')
    assert not any(name.startswith(f"{METADATA}width") for name in session.dataset.keys)
