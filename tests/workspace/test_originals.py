"""The whole pictures behind samples: the right one, its boxes, and nothing once the file is another."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.datasets.coco_drawing import HEIGHT, WIDTH, canvas, opened, scenes
from tests.datasets.drawing import pixels, save, tree
from util import InspectorError
from workspace import originals


@pytest.fixture
def root(tmp_path):
    return scenes(tmp_path / "scenes")


def shown(session, index):
    body, kind = session.originals.picture(index)
    return np.asarray(Image.open(io.BytesIO(body))), kind


def test_every_object_has_its_picture_and_its_box_first(tmp_path, root):
    session = opened(tmp_path, root)
    for index, seed in enumerate((0, 0, 1)):
        found, kind = shown(session, index)
        assert kind == "image/png" and np.array_equal(found, canvas(seed))
    found = session.originals.of(1)
    assert (found.name, found.size, found.n_boxes, found.trouble) == ("images/a.png", (WIDTH, HEIGHT), 2, "")
    own, other = found.boxes
    assert (own.left, own.top, own.width, own.height) == (10 / 20, 8 / 16, 4 / 20, 5 / 16)
    assert (own.is_own, own.sample, own.label) == (True, 1, "dog")
    assert (other.is_own, other.sample, other.label) == (False, 0, "cat")
    assert found.whole is None and session.originals.have_boxes


def test_whole_images_have_boxes_that_are_no_samples(tmp_path, root):
    found = opened(tmp_path, root, instances="images").originals.of(0)
    assert [(box.sample, box.is_own) for box in found.boxes] == [(None, False)] * 2


def test_both_lead_from_the_object_to_the_image_and_back(tmp_path, root):
    session = opened(tmp_path, root, instances="both")
    assert session.originals.of(2).whole == 0 and session.originals.of(0).whole is None
    assert [box.sample for box in session.originals.of(0).boxes] == [1, 2]


def test_only_so_many_boxes_are_given(tmp_path, root, monkeypatch):
    monkeypatch.setattr(originals, "MOST_BOXES", 1)
    found = opened(tmp_path, root).originals.of(1)
    assert [box.is_own for box in found.boxes] == [True] and found.n_boxes == 2


def test_the_data_may_be_moved(tmp_path, root):
    opened(tmp_path, root)
    moved = root.rename(tmp_path / "elsewhere")
    session = opened(tmp_path, moved)
    assert str(moved) in session.dataset.roots[0] and np.array_equal(shown(session, 0)[0], canvas(0))


@pytest.mark.parametrize("how", ["changed", "gone", "link out", "folder"])
def test_another_file_is_not_shown(tmp_path, root, how):
    session = opened(tmp_path, root)
    file = root / "images/a.png"
    save(tmp_path / "secret.png", canvas(9))
    file.unlink()
    if how == "changed":
        save(file, canvas(8))
    elif how == "link out":
        file.symlink_to(tmp_path / "secret.png")
    elif how == "folder":
        file.mkdir()
    with pytest.raises(InspectorError, match="; ") as caught:
        session.originals.picture(0)
    assert "\n" not in str(caught.value)
    trouble = session.originals.of(0).trouble
    assert ("has changed since" in trouble) == (how == "changed") and trouble
    assert session.originals.of(2).trouble == ""


def test_files_of_a_folder_are_shown_as_they_are(tmp_path):
    tree(tmp_path / "data", "cat/1.png", "dog/2.png", "dog/3.png")
    large = save(tmp_path / "data/cat/9.png", pixels(60, 900))
    session = opened(tmp_path, tmp_path / "data")
    assert not session.originals.have_boxes
    index = session.column("metadata/filename").tolist().index("cat/9.png")
    found = session.originals.of(index)
    assert (found.size, found.boxes, found.n_boxes) == ((900, 60), (), 0)
    image, _ = shown(session, index)
    assert image.shape == (53, originals.LONGEST, 3) and abs(image.mean() - large.mean()) < 2


def test_arrays_have_no_pictures(tiny_session):
    session = tiny_session("full")
    assert not session.originals.has(0) and not session.originals.have_boxes
    with pytest.raises(InspectorError, match="not a picture file"):
        session.originals.picture(0)
    with pytest.raises(InspectorError, match="there are 60"):
        session.originals.picture(60)
