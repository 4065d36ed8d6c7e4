"""Pictures with boxes: what is cut out of them, and in which forms they lie on disk."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import datasets
from datasets import coco_list, cutting, picture
from datasets.dataset import BadDataset
from datasets.loader import Wish
from tests.datasets.coco_drawing import BOXES, HEIGHT, WIDTH, canvas, entries, scenes, write
from tests.datasets.drawing import save


def read(path: Path, **wish: object) -> datasets.Dataset:
    return datasets.read(datasets.find(str(path)), Wish(**wish))


def refused(path: Path, *words: str) -> None:
    with pytest.raises(BadDataset) as caught:
        read(path)
    message = str(caught.value)
    assert caught.value.exit_code == 4 and "\n" not in message and "; " in message
    assert all(word in message for word in words), message


def part(seed: int, left: int, top: int, width: int, height: int) -> np.ndarray:
    return canvas(seed)[top : top + height, left : left + width]


def test_objects_are_what_their_boxes_show(tmp_path):
    data = read(scenes(tmp_path / "scenes"))
    assert np.array_equal(data.images, [part(0, 2, 1, 4, 5), part(0, 10, 8, 4, 5), part(1, 0, 0, 4, 5)])
    assert data.class_names == ("cat", "bird", "dog") and data.labels.tolist() == [0, 2, 0]
    assert data.metadata["filename"].tolist() == ["images/a.png", "images/a.png", "images/b.png"]
    assert data.metadata["image"].tolist() == [700, 700, 690] and data.metadata["objects"].tolist() == [2, 2, 1]
    assert [data.metadata[name][1] for name in ("x", "y", "width", "height", "area")] == [10, 8, 4, 5, 10]
    assert "kind" not in data.metadata and data.problems == ()
    assert any("1 of 3 images have no box" in notice for notice in data.notices)


def test_images_have_a_label_if_all_boxes_say_the_same(tmp_path):
    data = read(scenes(tmp_path / "scenes"), instances="images")
    assert np.array_equal(data.images, [canvas(seed) for seed in range(3)])
    assert data.labels.tolist() == [-1, 0, -1] and data.metadata["objects"].tolist() == [2, 1, 0]
    assert any("1 of 3 have boxes of several classes" in notice for notice in data.notices)


def test_both_say_which_is_which(tmp_path):
    data = read(scenes(tmp_path / "scenes"), instances="both")
    assert data.metadata["kind"].tolist() == ["image", "object", "object", "image", "object", "image"]
    assert data.labels.tolist() == [-1, 0, 2, 0, 0, -1]
    assert np.isnan(data.metadata["area"][0]) and data.metadata["width"].tolist() == [WIDTH, 4, 4, WIDTH, 4, WIDTH]


def test_context_around_a_box_is_cut_at_the_border(tmp_path):
    only = {"a.png": [(3, (5, 6, 3, 4))], "b.png": [(3, (0, 0, 3, 4))], "c.png": [(3, (17, 13, 3, 3))]}
    write(scenes(tmp_path) / "annotations/instances_default.json", entries(only))
    cuts = [
        cutting.Cut(cutting.Pictures({}, margin=3), tmp_path / "images" / name, marks[0][1])
        for name, marks in only.items()
    ]
    looks = [cut.look() for cut in cuts]
    assert [(look.width, look.height) for look in looks] == [(9, 10), (6, 7), (6, 6)]
    assert np.array_equal(cuts[0].decode(9, 10, 3)[0], part(0, 2, 3, 9, 10))
    assert np.array_equal(cuts[1].decode(6, 7, 3)[0], part(1, 0, 0, 6, 7))
    assert np.array_equal(cuts[2].decode(6, 6, 3)[0], part(2, 14, 10, 6, 6))
    assert cuts[0].inside() == (5, 6, 3, 4)
    data = read(tmp_path, expand_crops=3)
    assert any("with 3 pixels around it" in notice for notice in data.notices)
    assert data.metadata["x"].tolist() == [5, 0, 17]


@pytest.mark.parametrize(
    ("folder", "name", "asked"),
    [
        ("images", "annotations/instances_default.json", ""),
        ("images", "annotations/instances_default.json", "annotations/instances_default.json"),
        ("train2017", "annotations/instances_train2017.json", ""),
        (".", "_annotations.coco.json", ""),
        (".", "things.json", "things.json"),
        ("data", "labels.json", ""),
        ("images/train", "annotations/instances_train.json", ""),
    ],
)
def test_where_lists_and_pictures_lie(tmp_path, folder, name, asked):
    data = read(scenes(tmp_path / "scenes", folder, name) / asked)
    assert len(data) == 3 and np.array_equal(data.images[2], part(1, 0, 0, 4, 5))
    assert data.split_names == (("train",) if "train" in name else ("data",))


def test_a_list_for_each_split(tmp_path):
    for split in ("train", "valid", "test"):
        scenes(tmp_path / split, ".", "_annotations.coco.json")
    data = read(tmp_path)
    assert data.split_names == ("train", "validation", "test") and np.bincount(data.split).tolist() == [3, 3, 3]
    assert set(data.metadata["filename"]) == {f"{s}/{f}.png" for s in ("train", "valid", "test") for f in "ab"}
    assert len(read(tmp_path, split="test")) == 3 and len(read(tmp_path, limit=2)) == 6


def test_of_several_lists_the_one_with_boxes_counts(tmp_path):
    root = scenes(tmp_path, "train2017", "annotations/instances_train2017.json")
    write(root / "annotations/captions_train2017.json", entries(annotations=[{"id": 1, "image_id": 700}]))
    assert len(read(root)) == 3


def test_other_folders_stay_what_they_were(tmp_path):
    save(tmp_path / "cat/1.png")
    write(tmp_path / "class_names.json", ["cat", "dog"])
    write(tmp_path / "notes.json", {"images": "none"})
    assert datasets.find(str(tmp_path)).loader == "folder"
    assert datasets.find(str(scenes(tmp_path / "scenes"))).loader == "coco"


def test_odd_lists_are_read_as_far_as_they_go(tmp_path):
    root = scenes(tmp_path / "scenes")
    save(tmp_path / "secret.png")
    found = entries()
    found["images"] += [
        {"id": 1, "file_name": "../../secret.png"},
        {"id": 2, "file_name": str(tmp_path / "secret.png")},
        {"id": 3, "file_name": "https://example.org/a.png", "coco_url": "https://example.org/a.png"},
        {"id": 4, "file_name": "gone.png"},
        {"id": 700, "file_name": "b.png"},
        {"id": 6},
        "nothing",
    ]
    found["annotations"] += [
        {"id": 50, "image_id": 4, "category_id": 3, "bbox": [0, 0, 2, 2]},
        {"id": 51, "image_id": 99, "category_id": 3, "bbox": [0, 0, 2, 2]},
        {"id": 52, "image_id": 700, "category_id": 4, "bbox": [0, 0, 2, 2]},
        {"id": 53, "image_id": 700, "category_id": 3, "bbox": [1, 1, 0, 2]},
        {"id": 54, "image_id": 700, "category_id": 3, "bbox": [1, 1, "2", 2]},
        {"id": 55, "image_id": 700, "category_id": 3, "bbox": [WIDTH, 1, 5, 5]},
        {"id": 56, "image_id": 700, "category_id": 3, "bbox": [2, 1, 4, 5]},
        {"id": 57, "image_id": 700, "category_id": 3},
        {"id": 58, "image_id": 700, "category_id": 3, "bbox": [1, 1, float("inf"), 2]},
        17,
        {"id": 60, "image_id": "700", "category_id": 3, "bbox": [0, 0, 2, 2]},
        {"id": 61, "image_id": 700, "bbox": [-2, 12, 6, 9], "iscrowd": 1, "attributes": {"occluded": True}},
    ]
    data = read(write(root / "annotations/instances_default.json", found))
    assert len(data) == 4 and data.labels.tolist() == [0, 2, -1, 0]
    assert [data.metadata[name][2] for name in ("x", "y", "width", "height")] == [0, 12, 4, 4]
    assert data.metadata["iscrowd"].tolist() == [False, False, True, False]
    assert data.metadata["occluded"].tolist() == ["", "", "true", ""]
    said = dict(data.problems)
    assert len(said) == len(data.problems) == 17
    assert said["../../secret.png"] == "outside the folder of the list"
    assert said["https://example.org/a.png"].startswith("an address")
    assert said["gone.png"] == "no such file (1 boxes on it)"
    assert said["annotation 51"] == "there is no image 99" and said["annotation 52"] == "there is no category 4"
    assert said["annotation 53"] == "an empty box of 0 x 2 pixels"
    assert said["annotation 56"] == "the same box as annotation 5"
    assert said["images/a.png, annotation 55"].startswith("its box lies outside")
    assert said["b.png"] == "its id 700 is that of 'a.png', too"


def test_no_box_at_all_gives_whole_images(tmp_path):
    root = scenes(tmp_path)
    write(root / "annotations/instances_default.json", entries({name: [] for name in BOXES}))
    data = read(root)
    assert len(data) == 3 and "No box in it can be used: each image is taken whole." in data.notices


def test_categories_by_id_joined_by_name_without_a_heading(tmp_path):
    root = scenes(tmp_path)
    kinds = [{"id": 0, "name": "pets", "supercategory": "none"}]
    kinds += [{"id": id, "name": name, "supercategory": "pets"} for id, name in ((90, "dog"), (3, "cat"), (5, "dog"))]
    write(root / "annotations/instances_default.json", entries(categories=kinds))
    data = read(root)
    assert data.class_names == ("cat", "dog") and data.labels.tolist() == [0, 1, 0]
    (root / "class_names.txt").write_text("dog\ncat\n")
    assert read(root).class_names == ("dog", "cat")


def test_boxes_of_a_list_for_other_sizes_are_scaled(tmp_path):
    root = scenes(tmp_path)
    found = entries({"a.png": [(3, (20, 10, 40, 50))]})
    found["images"][0] |= {"width": 10 * WIDTH, "height": 10 * HEIGHT}
    write(root / "annotations/instances_default.json", found)
    data = read(root)
    assert np.array_equal(data.images, [part(0, 2, 1, 4, 5)])
    assert any("1 of 1 images have another size than the list says" in notice for notice in data.notices)


@pytest.mark.parametrize("stated", ["upright", "stored"])
def test_turned_photographs(tmp_path, stated):
    """Boxes count on the picture of the size that the list says: the upright one, or the one that is stored."""
    root = scenes(tmp_path)
    exif = Image.Exif()
    exif[0x0112] = 6
    save(root / "images/a.png", canvas(0), exif=exif)
    upright = np.rot90(canvas(0), -1)
    found = entries({"a.png": [(3, (2, 1, 4, 5))]})
    if stated == "upright":
        found["images"][0] |= {"width": HEIGHT, "height": WIDTH}
    write(root / "annotations/instances_default.json", found)
    data = read(root)
    assert np.array_equal(data.images[0], (upright if stated == "upright" else canvas(0))[1:6, 2:6])


def test_each_picture_is_decoded_once(tmp_path, monkeypatch):
    many = {name: [(3, (x, y, 4, 5)) for x in range(8) for y in range(6)] for name in BOXES}
    root = scenes(tmp_path)
    write(root / "annotations/instances_default.json", entries(many))
    calls, whole = [], picture.whole
    monkeypatch.setattr(picture, "whole", lambda path, **how: calls.append(path) or whole(path, **how))
    assert len(read(root)) == 3 * 48 and len(calls) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"images": [', "damaged (line 1"),
        ("[1, 2]", "no COCO list"),
        ('{"pictures": []}', "no list of images"),
        ('{"images": {}}', "no list of images"),
        ('{"images": [], "annotations": 3}', "no list of images"),
        ('{"images": []}', "no image in it can be used"),
        ('{"images": [{"id": 1' + "0" * 5000 + "}]}", "number"),
        ("\udcff", "UTF-8"),
    ],
    ids=range(9),
)
def test_what_is_no_list_is_refused_in_one_line(tmp_path, text, words):
    path = tmp_path / "list.json"
    path.write_text(text, "utf-8", "surrogateescape")
    refused(path, words)


def test_a_list_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(coco_list, "MOST_BYTES", 100)
    refused(scenes(tmp_path), "at most 100 are read")


def test_the_identity_follows_list_and_pictures_and_not_the_place(tmp_path):
    root = scenes(tmp_path / "scenes")
    first = datasets.find(str(root)).identity
    moved = root.rename(tmp_path / "moved")
    assert datasets.find(str(moved)).identity == first
    save(moved / "images/a.png", canvas(7))
    second = datasets.find(str(moved)).identity
    assert second != first
    found = json.loads((moved / "annotations/instances_default.json").read_text())
    found["annotations"].pop()
    write(moved / "annotations/instances_default.json", found)
    assert datasets.find(str(moved)).identity not in (first, second)


def test_origins_tell_file_and_box_of_every_sample(tmp_path):
    data = read(scenes(tmp_path), instances="both")
    found = data.origins
    assert found.names.tolist() == ["images/a.png", "images/b.png", "images/c.png"]
    assert found.samples.tolist() == [[0, -1], [0, 0], [0, 1], [1, -1], [1, 2], [2, -1]]
    assert found.boxes.tolist() == [[0, 0, 2, 1, 4, 5], [0, 2, 10, 8, 4, 5], [1, 0, 0, 0, 4, 5]]
    assert found.files[:, 3:5].tolist() == [[WIDTH, HEIGHT]] * 3
    assert data.narrowed(limit=2).origins.samples.tolist() == [[0, -1], [0, 0]]


def test_options_without_effect_are_told(tmp_path):
    save(tmp_path / "cat/1.png")
    source = datasets.find(str(tmp_path))
    for wish in (Wish(instances="both"), Wish(expand_crops=3)):
        assert datasets.read_all([source], wish).notices[0].startswith("--instances and --expand-crops have")
    assert not datasets.read_all([source], Wish()).notices[0].startswith("--instances")


def test_links_of_lists_are_followed_and_links_of_pictures_lead_nowhere_else(tmp_path):
    root = scenes(tmp_path / "scenes")
    held = root / "annotations/instances_default.json"
    for split in ("train", "valid"):
        write(tmp_path / f"lists/{split}.json", json.loads(held.read_text()))
        (root / f"annotations/instances_{split}.json").symlink_to(tmp_path / f"lists/{split}.json")
    held.unlink()
    save(tmp_path / "elsewhere/a.png", canvas(0))
    (root / "linked").symlink_to(tmp_path / "elsewhere")
    found = json.loads((tmp_path / "lists/valid.json").read_text())
    found["images"].append({"id": 1, "file_name": "../linked/a.png"})
    write(tmp_path / "lists/valid.json", found)
    data = read(root)
    assert len(data) == 6 and data.split_names == ("train", "validation")
    name = "annotations/instances_valid.json: ../linked/a.png"
    assert dict(data.problems) == {name: "outside the folder of the list"}
    (tmp_path / "again").mkdir()
    (root / "images").rename(tmp_path / "again/images")
    (tmp_path / "again/annotations").symlink_to(root / "annotations")
    assert len(read(tmp_path / "again")) == 6


def test_no_change_of_a_list_breaks_anything_but_itself(tmp_path):
    """Any value anywhere may be anything: what cannot be used is refused in one line, or left out."""
    root = scenes(tmp_path / "scenes")
    path, random = root / "annotations/instances_default.json", np.random.default_rng(0)
    junk = [None, True, -1, 1e308, "x", "", [], {}, [[]], {"id": {}}, "../..", 10**30, [1, 2, 3, 4], "\0", "\ud800"]

    def places(node: object) -> list[tuple[object, object]]:
        inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        return [each for key, value in inner for each in ((node, key), *places(value))]

    opened = 0
    for _ in range(120):
        found = entries()
        for node, key in random.permutation(np.array(places(found), object))[: random.integers(1, 4)]:
            node[key] = junk[random.integers(len(junk))]
        write(path, found)
        try:
            data = read(root, instances=("objects", "images", "both")[random.integers(3)])
            opened += len(data.origins.samples) == len(data)
        except BadDataset as error:
            assert "\n" not in str(error) and "; " in str(error)
    assert opened > 60
