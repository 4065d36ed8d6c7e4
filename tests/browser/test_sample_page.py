"""The page of a sample in a real browser: from the panel, by arrow keys, with a tag; and two splits side by side."""

import re

import pytest

from tests.browser.serving import served
from tests.tiny import answer

pytestmark = pytest.mark.browser


def test_from_a_list_to_the_page_and_on_by_keyboard(chromium_page, opened, screenshot):
    page, session = chromium_page, opened()
    for column in ("centers/dense", "center_distances/dense"):
        answer(session, column)
    order = session.find("correct == false", sort="-loss").indices.tolist()
    with served(session) as url:
        page.goto(f"{url}/table?query=correct+%3D%3D+false&focus={order[0]}")
        page.get_by_text("Open the sample page").click()
        page.locator("h1", has_text=f"Sample {order[0]}").wait_for()
        page.locator(".sample-place", has_text=f"1 of {len(order)}").wait_for()
        assert page.locator("#sample-panel").is_hidden(), "it shows the same sample"
        page.locator(".sample-lead", has_text="nearer to the center of").wait_for()
        screenshot(page, "sample")
        page.keyboard.press("ArrowRight")
        page.locator("h1", has_text=f"Sample {order[1]}").wait_for()
        page.wait_for_function("(index) => innerview.path() === `/sample/${index}`", arg=order[1])
        page.keyboard.press("t")
        page.keyboard.type("odd")
        page.keyboard.press("ArrowLeft")  # moves in the box
        page.keyboard.press("Enter")
        page.locator(".sample-tags .tag-chip", has_text="odd").wait_for()
        page.locator("h1").click()
        page.keyboard.press("ArrowLeft")
        page.locator("h1", has_text=f"Sample {order[0]}").wait_for()
        # In place, the panel's link only changes the sample.
        near = page.locator(".near-row .thumbnail").first
        other = int(re.match(r"sample ([\d,]+)", near.get_attribute("title"))[1].replace(",", ""))
        near.click()
        page.locator("#sample-panel h2", has_text=f"Sample {other}").wait_for()
        page.locator(".panel-page a").click()
        page.locator("h1", has_text=f"Sample {other}").wait_for()
        page.wait_for_function("() => document.getElementById('sample-panel').hidden")
        page.goto(f"{url}/sample/9999")
        page.get_by_text("Sample 9999: there is none; there are 60, 0 to 59.").wait_for()


def test_two_splits_side_by_side_move_together(chromium_page, opened, screenshot):
    page, session = chromium_page, opened()
    with served(session) as url:
        page.goto(f"{url}/projection?apart=splits&size=loss&color=labels")
        page.wait_for_function("() => innerview.ready && Object.keys(innerview.maps).length > 1")
        sides = {name: f'{{"kind":"map","side":"{name}"}}' for name in ("left", "right")}
        counts = [page.evaluate("(key) => innerview.maps[key].visible", sides[name]) for name in ("left", "right")]
        assert counts == [n for _, n in session.splits]
        box = page.locator(".iv-map-stage").last.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
        page.mouse.wheel(0, -400)
        page.wait_for_function(
            "([left, right]) => innerview.maps[left].view && innerview.maps[left].view.zoom > 1.2"
            " && JSON.stringify(innerview.maps[left].view) === JSON.stringify(innerview.maps[right].view)",
            arg=list(sides.values()),
        )
        screenshot(page, "splits")
