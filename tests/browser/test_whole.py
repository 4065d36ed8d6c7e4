"""The whole picture in the panel: drawn where its box is, the other boxes on demand, each a way to its sample."""

from __future__ import annotations

import pytest

from tests.browser.serving import served
from tests.datasets.coco_drawing import HEIGHT, WIDTH, opened, scenes

pytestmark = pytest.mark.browser


def test_from_one_object_to_the_others_on_its_picture(chromium_page, tmp_path, screenshot):
    page = chromium_page
    with served(opened(tmp_path, scenes(tmp_path / "scenes"))) as address:
        page.goto(f"{address}/problems?focus=0")
        image = page.locator(".whole-picture img")
        image.wait_for()
        page.wait_for_function("() => document.querySelector('.whole-picture img').naturalWidth > 0")
        assert image.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [WIDTH, HEIGHT]
        frame, own = image.bounding_box(), page.locator(".whole-box.own").bounding_box()
        assert abs(own["x"] - frame["x"] - frame["width"] * 2 / WIDTH) < 2
        assert abs(own["width"] - frame["width"] * 4 / WIDTH) < 2
        assert abs(own["y"] - frame["y"] - frame["height"] * 1 / HEIGHT) < 2
        other = page.locator("button.whole-box.other")
        assert not other.is_visible()
        page.get_by_label("show 1 other box").check()
        assert other.inner_text() == "dog"
        screenshot(page, "boxes")
        other.click()
        page.get_by_role("heading", name="Sample 1").wait_for()
        assert page.get_by_label("show 1 other box").is_checked(), "the switch stays as it was"
        page.locator("button.whole-box.other").click()
        page.get_by_role("heading", name="Sample 0").wait_for()
        page.goto("about:blank")
