"""The whole picture in the panel of a sample: its box, the others, and why there may be none."""

from __future__ import annotations

from layouts import sample
from layouts.whole import whole
from tests.datasets.coco_drawing import canvas, opened, scenes
from tests.datasets.drawing import pixels, save, tree
from tests.layouts.looking import elements, text


def boxes(drawn):
    return [node for tag in ("button", "div") for node in elements(drawn, tag) if "whole-box" in node[1]["className"]]


def test_the_own_box_is_marked_and_the_others_lead_to_their_samples(tmp_path):
    session = opened(tmp_path, scenes(tmp_path / "scenes"))
    drawn = whole(session, 0)
    other, own = boxes(drawn)
    assert own[1]["className"] == "whole-box own"
    assert own[1]["style"] == {"left": "10.000%", "top": "6.250%", "width": "20.000%", "height": "31.250%"}
    assert other[1]["go"] == {"go": "focus", "value": "1"} and "dog" in other[1]["title"]
    [image] = elements(drawn, "img")
    assert image[1]["src"] == f"whole/{session.dataset.fingerprint}/0" and "sample 0" in image[1]["alt"]
    said = text(drawn)
    assert "images/a.png 20 × 16 pixels; the box 4 × 5 at 2, 1 from the top left" in said
    assert "show 1 other box" in str(drawn)


def test_an_object_alone_has_no_switch(tmp_path):
    session = opened(tmp_path, scenes(tmp_path / "scenes"))
    assert "show" not in str(whole(session, 2)) and len(boxes(whole(session, 2))) == 1


def test_the_way_to_the_image_as_a_sample(tmp_path):
    session = opened(tmp_path, scenes(tmp_path / "scenes"), instances="both")
    assert "the picture as a sample of its own" in text(whole(session, 1))
    said = str(whole(session, 0))
    assert "show 2 boxes" in said and "as a sample of its own" not in said


def test_a_changed_file_is_said_and_its_boxes_are_not_drawn(tmp_path):
    session = opened(tmp_path, scenes(tmp_path / "scenes"))
    save(tmp_path / "scenes/images/a.png", canvas(4))
    drawn = whole(session, 0)
    assert "It cannot be shown: its file has changed since it was read" in text(drawn)
    assert not boxes(drawn) and not elements(drawn, "img")
    assert "show 1 other box" not in str(drawn)


def test_a_picture_is_shown_twice_only_if_it_was_made_smaller(tmp_path):
    tree(tmp_path / "data", "cat/1.png", "dog/2.png")
    save(tmp_path / "data/cat/9.png", pixels(50, 40))
    session = opened(tmp_path, tmp_path / "data")
    said = [text(whole(session, index)) for index in range(3)]
    assert said[0] == said[2] == "" and said[1].startswith("The picture as it is cat/9.png 40 × 50 pixels")


def test_it_stands_in_the_panel(tmp_path, tiny_session):
    session = opened(tmp_path, scenes(tmp_path / "scenes"))
    assert "The whole picture" in text(sample.panel(session, 0))
    assert "picture" not in text(sample.panel(tiny_session("full"), 0))
