"""The losses page in a real browser: brush, keys, query, lasso, reload, drawing; light, dark and narrow."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from urllib.parse import quote

import numpy as np
import pytest

pytestmark = pytest.mark.browser

MAP = "Object.values(innerview.maps).find((map) => map.points)"


@pytest.fixture
def full(shared):
    return shared("full")


@pytest.fixture
def open_page(visit):
    """open_page(session, path) -> the page, drawn with its map."""

    def open_page(session, path="/losses"):
        page = visit(session, path)
        settled(page)
        return page

    return open_page


def settled(page):
    page.wait_for_function(f"() => innerview.ready && Object.keys(innerview.maps).length && {MAP}.drawn")
    page.locator(".iv-bins").wait_for()


def state(page):
    return page.evaluate("() => Object.fromEntries(new URL(location.href).searchParams)")


def until_state(page, field, pattern):
    page.wait_for_function(
        "([field, pattern]) => new RegExp(pattern).test(new URL(location.href).searchParams.get(field) || '')",
        arg=[field, pattern],
    )


def ask(page, what):
    return page.evaluate(f"{MAP}.{what}")


def until(page, condition):
    page.wait_for_function(f"() => {MAP} && {MAP}.{condition}")


def plot(page, row):
    return page.locator(".iv-bins-row", has=page.locator(".iv-bins-name", has_text=re.compile(f"^{row}$"))).locator(
        ".iv-bins-plot"
    )


def brush(page, row, first, last, bins=40):
    """Drag over the bins of a row from the middle of one to the middle of another."""
    box = plot(page, row).bounding_box()

    def at(bin):
        return box["x"] + box["width"] * (bin + 0.5) / bins, box["y"] + box["height"] / 2

    page.mouse.move(*at(first))
    page.mouse.down()
    page.mouse.move(*at(last), steps=6)
    page.mouse.up()


def test_a_range_of_a_class_becomes_the_selection(open_page, full, screenshot):
    page = open_page(full, "/losses?split=train")
    spread = full.losses.spread("", "train")
    counted = int(spread.counts[1][10:].sum())
    assert 0 < counted < spread.n[1]
    brush(page, "class 1", 10, 39)
    until_state(page, "selection", "^[0-9a-f]{12}$")
    chosen = full.selections.read(state(page)["selection"])
    loss, labels = full.column("loss"), full.column("labels")
    expected = [i for i in range(40) if labels[i] == 1 and loss[i] >= spread.edges[10]]
    assert sorted(chosen.tolist()) == expected and len(expected) == counted
    until(page, f"selected === {counted}")
    assert page.locator(".iv-bins-brush").count() == 1
    assert f"class 1: {counted} of {spread.n[1]} with" in page.locator(".iv-bins-said").inner_text()
    screenshot(page, "brush")

    page.keyboard.down("Shift")
    brush(page, "class 2", 0, 39)
    page.keyboard.up("Shift")
    until(page, f"selected === {counted + spread.n[2]}")
    page.get_by_role("button", name="Clear selection").click()
    page.locator(".iv-bins-brush").wait_for(state="detached")


def test_bins_can_be_chosen_by_keyboard(open_page, full):
    page = open_page(full, "/losses?split=test")
    plot(page, "all classes").focus()
    for key in ("ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowLeft", "Enter"):
        page.keyboard.press(key)
    until_state(page, "selection", ".")
    edge = full.losses.spread("", "test").edges[37]
    expected = (40 + np.flatnonzero(full.column("loss")[40:] >= edge)).tolist()
    assert expected
    assert sorted(full.selections.read(state(page)["selection"]).tolist()) == expected


def test_a_class_name_becomes_the_query_of_map_figures_and_histograms(open_page, full, screenshot):
    page = open_page(full, "/losses?split=train")
    page.get_by_role("button", name="class 2", exact=True).click()
    until_state(page, "query", 'label == "class 2"')
    until(page, "visible === 20")
    page.locator(".iv-map-counts").get_by_text("40 do not match the query").wait_for()
    page.get_by_text("samples of train that match the query have a loss").wait_for()
    assert "n = 13" in page.locator(".iv-bins-rows").inner_text()
    screenshot(page, "query")
    page.reload()
    settled(page)
    until(page, "visible === 20")
    assert state(page)["query"] == 'label == "class 2"'


def test_a_lasso_takes_only_what_the_query_leaves(open_page, full):
    page = open_page(full, "/losses?query=" + quote("not correct"))
    wrong = np.flatnonzero(full.column("correct") == 0)
    until(page, f"visible === {len(wrong)}")
    page.get_by_role("button", name=re.compile("with a box")).click()
    box = page.locator(".iv-map-stage").bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + 3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + box["height"] - 3, steps=6)
    page.mouse.up()
    until_state(page, "selection", ".")
    assert sorted(full.selections.read(state(page)["selection"]).tolist()) == wrong.tolist()
    until(page, f"selected === {len(wrong)}")


def test_keys_walk_from_the_hardest_to_the_easier_ones(open_page, full, screenshot):
    page = open_page(full)
    order = full.losses.order().tolist()
    page.keyboard.press("[")
    until_state(page, "focus", f"^{order[0]}$")
    panel = page.locator("#sample-panel")
    panel.get_by_text("1 of 60 by loss").wait_for()
    assert panel.get_by_role("button", name="harder").is_disabled()
    page.locator(".iv-map-stage").focus()
    for step, index in enumerate(order[1:4], start=2):
        page.keyboard.press("]")
        panel.get_by_text(f"{step} of 60 by loss").wait_for()
        until_state(page, "focus", f"^{index}$")
        until(page, f"focus === {index}")
    page.keyboard.press("[")
    until_state(page, "focus", f"^{order[2]}$")
    screenshot(page, "walk")

    box = page.get_by_placeholder(re.compile("loss")).first
    box.click()
    page.keyboard.type("[")
    page.wait_for_timeout(300)
    assert state(page)["focus"] == str(order[2]), "in a text field it is a letter"


def test_the_walk_keeps_to_the_query(open_page, full):
    wrong = full.losses.order("not correct").tolist()
    page = open_page(full, "/losses?query=" + quote("not correct"))
    page.keyboard.press("]")
    until_state(page, "focus", f"^{wrong[0]}$")
    page.locator("#sample-panel").get_by_text(f"1 of {len(wrong)} by loss").wait_for()
    page.locator("#sample-panel").get_by_role("button", name="easier").click()
    until_state(page, "focus", f"^{wrong[1]}$")


def test_the_hardest_samples_open_the_panel(open_page, full):
    page = open_page(full, "/losses?split=test")
    hardest = full.losses.order("", "test")[0]
    page.locator(".strip .thumbnail").first.click()
    until_state(page, "focus", f"^{hardest}$")
    page.locator("#sample-panel").get_by_text(f"Sample {hardest}").wait_for()


def test_the_map_is_saved_as_a_drawing(open_page, full):
    page = open_page(full, "/losses?query=" + quote("correct"))
    right = int((full.column("correct") == 1).sum())
    until(page, f"visible === {right}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as SVG").click()
    drawing = ElementTree.fromstring(download.value.path().read_text("utf-8"))
    words = [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert f"{right} of 60 samples shown" in words
    assert download.value.suggested_filename.endswith(".svg")


@pytest.mark.parametrize(("width", "kind"), [(1400, "hundred classes"), (800, "full")])
def test_it_fits_in_light_and_dark(open_page, shared, screenshot, width, kind):
    page = open_page(shared(kind))
    page.set_viewport_size({"width": width, "height": 900})
    for theme in ("light", "dark"):
        page.evaluate("(theme) => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
        page.wait_for_timeout(400)
        screenshot(page, f"{theme}-{width}")
        for element in ("document.documentElement", "document.getElementById('page')"):
            assert page.evaluate(f"() => {element}.scrollWidth") <= width, (theme, element)
    if width == 1400:
        assert page.locator(".iv-bins-plot").count() == 21
        page.get_by_role("button", name=re.compile(r"^Show all \d")).click()
        page.wait_for_function("() => document.querySelectorAll('.iv-bins-plot').length > 21")


@pytest.mark.parametrize("kind", ["no labels", "one sample", "two classes"])
def test_little_to_show(visit, shared, kind):
    page = visit(shared(kind), "/losses")
    page.get_by_role("heading", name="Hardest samples").wait_for()
    page.locator(".part").first.wait_for()
    page.wait_for_timeout(300)
