"""What a query leaves out of the sample map, which dots lie on top, and the map as a drawing."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from tests.browser.harness import Harness, inside
from tests.browser.test_sample_map import (
    ask,
    drag,
    has_color,
    heard,
    opened,
    pixels,
    right_half,
    settled,
    tool,
    until,
)

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"
TWINS = (3, 4)  # two samples in one place in the tests of what lies on top


def counts(page):
    return page.locator(".iv-map-counts").inner_text()


def said(page, *texts):
    """Wait until the line below the map says so."""
    for text in texts:
        page.locator(".iv-map-counts").get_by_text(text).wait_for()


def test_what_does_not_match_is_not_drawn_hovered_or_chosen(chromium_page, screenshot):
    with Harness(70_000, images=None) as app:
        app.matching = np.arange(app.n) % 4 == 1
        page = opened(chromium_page, app)
        page.locator("#query").click()
        until(page, "visible === 17500")
        settled(page)
        said(page, "17,500 of 70,000 samples shown", "52,500 do not match the query")
        screenshot(page, "query")
        in_class = int((app.matching & (app.label == 3)).sum())
        chip = page.locator(".iv-map-chip", has_text="class 3")
        assert chip.inner_text().split("\n") == ["class 3", f"{in_class:,}"]

        page.mouse.move(*ask(page, "project(8)"))
        assert ask(page, "hovered") % 4 in (1, -1)

        tool(page, "Select with a lasso")
        drag(page, right_half(page))
        lasso = heard(page, app, "lasso", bool)
        mask = inside(app.columns["tsne"], lasso["polygon"]) & app.matching
        assert ask(page, "selected") == mask.sum(), "the browser's own guess"
        page.get_by_text(f"{mask.sum()} chosen").wait_for()
        settled(page)
        assert ask(page, "selected") == mask.sum() > 1000

        page.locator("#everything").click()
        until(page, "visible === 70000")
        said(page, "70,000 of 70,000 samples shown")
        assert "do not match" not in counts(page)


def test_a_query_goes_with_numbers_with_glides_and_with_missing_places(chromium_page):
    with Harness(1000, images=None) as app:
        app.columns["tsne"][:10] = np.nan
        app.columns["loss"][:100] = np.nan
        page = opened(chromium_page, app)
        page.locator("#loss").click()
        page.get_by_text("log scale").wait_for()
        page.locator("#query").click()
        until(page, "visible === 247")
        said(page, "10 without a place", "22 without a value")
        page.locator("#pca").click()
        until(page, "url === '/column/pca.bin'")
        settled(page)
        assert ask(page, "visible") == 250
        page.locator("#label").click()
        page.locator(".iv-map-chip").first.wait_for()
        assert ask(page, "visible") == 250


@pytest.mark.parametrize(("end", "top"), [("front", 0), ("back", 1)])
def test_the_chosen_end_lies_on_top_and_is_pointed_at_first(chromium_page, screenshot, end, top):
    with Harness(300, images=None) as app:
        app.columns["loss"][list(TWINS)] = 0.9, 0.002
        app.columns["tsne"][TWINS[1]] = app.columns["tsne"][TWINS[0]]
        page = opened(chromium_page, app)
        page.locator("#loss").click()
        page.get_by_text("log scale").wait_for()
        page.locator(f"#{end}").click()
        settled(page)
        place = ask(page, f"project({TWINS[top]})")
        screenshot(page, end)
        scale = app.colors["loss"]["scale"]["light"]
        share = np.log(app.columns["loss"][TWINS[top]] / 0.001) / np.log(1000)
        wanted = scale[round(share * (len(scale) - 1))]
        assert comes(page, lambda: has_color(pixels(page, place, 3), wanted, 40))
        page.mouse.move(*place)
        until(page, f"hovered === {TWINS[top]}")


def test_a_large_hard_dot_is_hovered_at_its_rim(chromium_page):
    """The nearest center is another sample's, but what is seen there is the dot that lies on top."""
    with Harness(3, images=None) as app:
        app.columns["loss"][:] = 1.0, 0.001, 0.01
        app.columns["tsne"][:] = [[0, 0], [0.5, 0], [100, 0]]
        page = opened(chromium_page, app)
        for button in ("loss", "sizes", "front"):
            page.locator(f"#{button}").click()
        page.locator(".iv-map-sizes").wait_for()
        settled(page)
        assert comes_under_the_mouse(page, 0)
        page.locator("#back").click()
        assert comes_under_the_mouse(page, 1)


def comes(page, condition):
    """Whether something becomes true, once a new order of drawing has arrived."""
    for _ in range(800):
        if condition():
            return True
        page.wait_for_timeout(50)
    return False


def comes_under_the_mouse(page, expected):
    """Whether a sample becomes what is pointed at where sample 1 lies."""

    def is_hovered():
        page.mouse.move(5, 5)
        page.mouse.move(*ask(page, "project(1)"))
        page.wait_for_timeout(50)  # a frame
        return ask(page, "hovered") == expected

    return comes(page, is_hovered)


def test_the_map_goes_to_the_sample_looked_at(chromium_page):
    with Harness(images=None) as app:
        page = opened(chromium_page, app)
        far = int(np.argmax(app.columns["tsne"][:, 0]))
        page.locator(".iv-map-stage").focus()
        for key in ["+"] * 6 + ["ArrowLeft"] * 10:
            page.keyboard.press(key)
        box = page.locator(".iv-map-stage").bounding_box()
        assert ask(page, f"project({far})")[0] > box["x"] + box["width"]
        zoom = ask(page, "view")["zoom"]
        page.locator("#away").click()
        until(page, f"focus === {far}")
        settled(page)
        middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
        assert np.allclose(ask(page, f"project({far})"), middle, atol=1.5)
        assert ask(page, "view")["zoom"] == zoom


def saved(page):
    with page.expect_download() as download:
        tool(page, "Save as SVG")
    assert download.value.suggested_filename == "projection-dense-tsne.svg"
    return ElementTree.fromstring(download.value.path().read_text("utf-8"))


def words(drawing):
    return [element.text for element in drawing.iter(f"{SVG}text")]


def test_the_drawing_holds_every_dot_and_the_legend(chromium_page):
    with Harness(2000) as app:
        page = opened(chromium_page, app)
        matching = np.arange(app.n) % 4 == 1
        page.locator("#query").click()
        until(page, f"visible === {matching.sum()}")
        drawing = saved(page)
        stage = next(drawing.iter(f"{SVG}g"))
        dots = list(stage.iter(f"{SVG}circle"))
        assert len(dots) == ask(page, "visible")
        fills = {group.get("fill") for group in stage.iter(f"{SVG}g") if group.get("fill")}
        assert len(fills) == 10, "a group for every class that is shown"
        wanted = np.array(ask(page, "project(1)")) - [
            page.locator(".iv-map-stage").bounding_box()[side] for side in ("x", "y")
        ]
        found = [np.hypot(float(dot.get("cx")) - wanted[0], float(dot.get("cy")) - wanted[1]) for dot in dots]
        assert min(found) < 0.2
        assert f"class 5 {(matching & (app.label == 5)).sum()}" in words(drawing)
        assert f"{len(dots)} of 2,000 samples shown" in words(drawing)


def test_the_drawing_has_scale_sizes_selection_and_pictures(chromium_page):
    with Harness(1000) as app:
        page = opened(chromium_page, app)
        for button in ("loss", "sizes", "front", "select"):
            page.locator(f"#{button}").click()
        until(page, "selected === 100")
        page.locator(".iv-map-sizes").wait_for()
        settled(page)
        drawing = saved(page)
        assert "Loss (log scale)" in words(drawing) and "≥ 1" in words(drawing)
        assert drawing.find(f"{SVG}linearGradient") is not None
        passes = [group for group in drawing.find(f"{SVG}g") if group.get("opacity")]
        assert [len(list(group.iter(f"{SVG}circle"))) for group in passes] == [900, 100]
        assert [group.get("opacity") for group in passes] == ["0.2", "1"]
        radii = [float(dot.get("r")) for dot in passes[1].iter(f"{SVG}circle")]
        assert radii == sorted(radii) and radii[0] < radii[-1], "the largest on top"
        tool(page, "Images instead of dots")
        until(page, "pictures > 50")
        settled(page)
        images = list(saved(page).iter(f"{SVG}image"))
        assert len(images) == ask(page, "pictures")
        assert all(image.get("href").startswith("data:image/png;base64,") for image in images)
