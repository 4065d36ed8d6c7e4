"""The overview in a real browser, over tiny sessions: keyboard, links, many classes, light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def open_page(visit: Callable[..., Any], shared: Callable[[str], Any]) -> Callable[..., Any]:
    """open_page(kind, path) -> the page, drawn."""

    def open_page(kind: str, path: str = "/") -> Any:
        page = visit(shared(kind), path)
        page.wait_for_selector(".class-samples img, .waiting")
        return page

    return open_page


def test_the_view_of_the_network_is_a_keyboards_choice_and_part_of_the_link(open_page):
    page = open_page("full")
    page.wait_for_selector("table.layers")
    page.focus("input[value=layers]")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("ol.blocks")
    assert page.evaluate("() => document.activeElement.value") == "blocks", "the focus stays"
    page.wait_for_url(re.compile("network_view=blocks"))
    page.reload()
    page.wait_for_selector("ol.blocks")


def test_another_split_has_other_figures(open_page):
    page = open_page("full")
    page.locator(".tile", has_text="Accuracy · test").wait_for()
    page.get_by_label("Figures of").select_option("train")
    page.locator(".tile", has_text="Accuracy · train").locator(".note", has_text="of 40").wait_for()
    page.locator("section", has_text="Confusion").get_by_text(re.compile("^train:")).wait_for()


def test_a_layer_leads_to_its_map_and_back(open_page):
    page = open_page("full")
    page.get_by_role("button", name=re.compile("^conv")).press("Enter")
    page.wait_for_url(re.compile(r"/projection\?.*layer=conv"))
    page.locator(".navigation .active", has_text="Projection").wait_for()
    assert page.get_by_label(re.compile("^Layer")).nth(1).input_value() == "conv"
    page.go_back()
    page.wait_for_selector("table.layers")
    page.locator(".navigation .active", has_text="Overview").wait_for()


def test_a_picture_opens_its_sample(open_page):
    page = open_page("full")
    page.locator(".gallery .thumbnail").nth(1).click()
    page.locator("#sample-panel h2", has_text="Sample 3").wait_for()
    page.keyboard.press("Escape")
    page.locator("#sample-panel").wait_for(state="hidden")


@pytest.mark.parametrize("kind", ["hundred classes", "deep", "no labels", "one sample"])
def test_much_and_little_stand(open_page, kind, screenshot):
    page = open_page(kind)
    pictures = page.locator(".gallery img")
    pictures.last.scroll_into_view_if_needed()
    broken = (
        "() => [...document.querySelectorAll('.gallery img')].filter((i) => i.complete && !i.naturalWidth).length"
    )
    assert pictures.count() >= 2
    assert page.evaluate(broken) == 0
    wide = "() => [...document.querySelectorAll('section')].filter((s) => s.scrollWidth > s.clientWidth + 1).length"
    assert page.evaluate(wide) == 0, "nothing sticks out of its sheet"
    screenshot(page, kind.replace(" ", "-"))


def test_charts_can_be_read_in_the_dark(open_page, screenshot):
    page = open_page("full")
    cell = page.locator(".heatmap-label text").first
    cell.wait_for()
    color = "(e) => getComputedStyle(e).fill"
    light = cell.evaluate(color)
    page.click("#theme-button")
    assert cell.evaluate(color) != light
    assert cell.evaluate(color) == page.evaluate("() => getComputedStyle(document.body).color")
    screenshot(page, "dark")


def test_columns_stack_where_there_is_little_room(open_page, screenshot):
    page = open_page("full")
    page.set_viewport_size({"width": 800, "height": 900})
    network, confusion = page.locator("section", has_text="Network"), page.locator("section", has_text="Confusion")
    page.wait_for_function("() => getComputedStyle(document.querySelector('.column')).display === 'contents'")
    above, below = network.first.bounding_box(), confusion.first.bounding_box()
    assert above["x"] == below["x"]
    assert below["y"] > above["y"] + above["height"]
    screenshot(page, "narrow")
