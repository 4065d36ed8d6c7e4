"""The confusion page in a real browser: from the whole wall to one picture, cells, lasso, link, dark, narrow."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.browser

WALL = 'innerview.maps[\'{"mosaic":"confusion"}\']'
ALL = "/confusion?split=all&arrange=same"


class Wall:
    """What a test may ask of the wall on a page."""

    def __init__(self, page: Any, session: Any) -> None:
        self.page = page
        self.session = session

    def ready(self) -> None:
        self.page.wait_for_function(f"() => {WALL} && {WALL}.ready")

    def ask(self, what: str) -> Any:
        return self.page.evaluate(f"() => {WALL}.{what}")

    def until(self, what: str) -> None:
        self.page.wait_for_function(f"() => {WALL}.{what}")

    def samples(self) -> None:
        """Have it learn which sample is where, as pointing at a picture does."""
        self.page.mouse.move(*self.middle(0, 0))
        self.until("samples")

    def middle(self, row: int, column: int) -> tuple[float, float]:
        """The first picture of a cell."""
        left, top, width, height = self.ask(f"cell({row}, {column})")
        return left + min(width, height) * 0.2, top + height * 0.4

    def wait_for_state(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.wait_for_url(re.compile(f"[?&]{name}={value}"))


@pytest.fixture
def open_wall(visit: Callable[..., Any], shared: Callable[[str], Any]) -> Callable[..., Wall]:
    """open_wall(kind, path) -> the wall, drawn."""

    def open_wall(kind: str = "full", path: str = ALL) -> Wall:
        session = shared(kind)
        wall = Wall(visit(session, path), session)
        wall.ready()
        return wall

    return open_wall


def test_from_the_whole_wall_to_one_picture(open_wall, screenshot):
    wall = open_wall()
    page, mosaic = wall.page, wall.session.mosaics.find(split="all", arrange="same")
    assert wall.ask("shown") == 60
    assert wall.ask("tiles") > 0
    screenshot(page, "whole")
    wall.samples()
    index = int(mosaic.cell(1, 1)[2])
    x, y = wall.ask(f"project({index})")
    page.mouse.move(x, y)
    for _ in range(12):
        page.mouse.wheel(0, -240)
    wall.ready()
    stage = page.locator(".iv-mosaic-stage").bounding_box()
    page.mouse.move(x + 1, y)
    wall.until(f"hovered === {index}")
    side = wall.ask("view")["scale"]
    assert side > 0.6 * min(stage["width"], stage["height"]), "one picture nearly fills the stage"
    wall.until("close > 0")
    assert np.abs(np.subtract(wall.ask(f"project({index})"), (x, y))).max() < side, "under the mouse it stayed"
    screenshot(page, "one")
    page.mouse.click(x, y)
    page.locator("#sample-panel h2", has_text=f"Sample {index}").wait_for()
    wall.wait_for_state(focus=str(index))
    page.focus(".iv-mosaic-stage")
    page.keyboard.press("0")
    wall.until("view.whole")
    wall.ready()
    screenshot(page, "focus")


def test_what_is_under_the_mouse_is_what_the_server_says(open_wall):
    """At many places and three zooms, the browser's index is the server's."""
    wall = open_wall()
    page, mosaic = wall.page, wall.session.mosaics.find(split="all", arrange="same")
    wall.samples()
    stage = page.locator(".iv-mosaic-stage").bounding_box()
    random = np.random.default_rng(0)
    checked = 0
    for zoom in range(3):
        view = wall.ask("view")
        origin = wall.ask("cell(0, 0)")
        for _ in range(12):
            px = stage["x"] + random.uniform(0.25, 0.95) * stage["width"]
            py = stage["y"] + random.uniform(0.2, 0.95) * stage["height"]
            page.mouse.move(px, py)
            x = mosaic.left[0] + (px - origin[0]) / view["scale"]
            y = mosaic.top[0] - mosaic.strip + (py - origin[1]) / view["scale"]
            expected = mosaic.at(x, y)
            assert wall.ask("hovered") == (-1 if expected is None else expected)
            checked += expected is not None
        page.focus(".iv-mosaic-stage")
        page.keyboard.press("+")
        page.wait_for_function(f"(before) => {WALL}.view.scale > before", arg=view["scale"])
        assert zoom < 3
    assert checked > 8


def test_a_cell_becomes_selection_and_query_and_a_pair_is_zoomed_to(open_wall, screenshot):
    wall = open_wall()
    page, session = wall.page, wall.session
    mosaic = session.mosaics.find(split="all", arrange="same")
    row, column = (int(at[0]) for at in np.nonzero(mosaic.wrong))
    page.mouse.click(*wall.ask(f"strip({row}, {column})"))
    count = int(mosaic.counts[row, column])
    page.locator("#selection-tray", has_text=f"{count} of 60 selected").wait_for()
    page.wait_for_url(re.compile("query=label"))
    wall.until(f"selected === {count}")
    assert wall.ask("shown") == 60, "the other cells stay"
    page.locator(".iv-mosaic-said", has_text="faded").wait_for()
    page.wait_for_timeout(600)
    page.locator(".pair").nth(1).click()
    page.wait_for_function(f"() => !{WALL}.view.whole")
    wall.ready()
    screenshot(page, "pair")


def test_a_double_click_zooms_to_a_cell(open_wall):
    wall = open_wall()
    page = wall.page
    x, y = wall.ask("strip(2, 2)")
    page.mouse.dblclick(x, y)
    page.wait_for_function(f"() => !{WALL}.view.whole")
    wall.ready()
    stage = page.locator(".iv-mosaic-stage").bounding_box()
    left, _, width, height = wall.ask("cell(2, 2)")
    assert max(width / stage["width"], height / stage["height"]) > 0.5
    assert stage["x"] <= left + width / 2 <= stage["x"] + stage["width"]


def test_a_lasso_selects_what_is_inside_and_shift_adds(open_wall, screenshot):
    wall = open_wall()
    page, mosaic = wall.page, wall.session.mosaics.find(split="all", arrange="same")
    page.focus(".iv-mosaic-stage")
    page.keyboard.press("l")

    def around(row: int, column: int) -> None:
        left, top, width, height = wall.ask(f"cell({row}, {column})")
        page.mouse.move(left - 1, top - 1)
        page.mouse.down()
        for x, y in ((left + width + 1, top - 1), (left + width + 1, top + height + 1), (left - 1, top + height + 1)):
            page.mouse.move(x, y, steps=4)
        page.mouse.up()

    around(0, 0)
    first = len(mosaic.cell(0, 0))
    page.locator("#selection-tray", has_text=f"{first} of 60 selected").wait_for()
    wall.ready()
    page.keyboard.down("Shift")
    around(1, 1)
    page.keyboard.up("Shift")
    page.locator("#selection-tray", has_text=f"{first + len(mosaic.cell(1, 1))} of 60 selected").wait_for()
    wall.until(f"selected === {first + len(mosaic.cell(1, 1))}")
    screenshot(page, "lasso")


def test_facets_and_arrangement_are_part_of_the_link(open_wall):
    wall = open_wall()
    page = wall.page
    page.get_by_label("Rows by").select_option("loss:6:quantile")
    page.get_by_label("Rows cut into").select_option("loss:3:width")
    page.wait_for_url(re.compile("down=loss%3A3%3Awidth"))
    page.wait_for_function(f"() => {WALL}.key.includes('loss%3A3%3Awidth') && {WALL}.ready")  # the menus stand anew
    page.locator("select[id*=arrange]").select_option("fill")
    page.wait_for_url(re.compile("arrange=fill"))
    page.wait_for_function(f"() => {WALL}.key.includes('arrange=fill') && {WALL}.ready")
    key = wall.ask("key")
    page.reload()
    wall.ready()
    assert wall.ask("key") == key
    page.get_by_label("Rows by").select_option("label")
    page.get_by_text("Similar classes together").click()
    page.wait_for_url(re.compile("down=label%3Asimilar"))
    page.wait_for_function(f"() => {WALL}.key.includes('predicted%3Asimilar') && {WALL}.ready")


def test_the_query_says_which_pictures_hang(open_wall):
    wall = open_wall(path=ALL + "&query=loss+%3E+0.5")
    expected = len(wall.session.find("loss > 0.5"))
    assert 0 < expected < 60
    assert wall.ask("shown") == expected
    wall.page.locator(".iv-mosaic-counts", has_text=f"{expected} of 60 samples shown").wait_for()


def test_what_is_seen_can_be_saved(open_wall):
    wall = open_wall()
    with wall.page.expect_download() as saved:
        wall.page.get_by_role("button", name="Save what is seen as PNG").click()
    assert saved.value.suggested_filename == "confusion.png"
    with wall.page.expect_download() as saved:
        wall.page.get_by_role("button", name="Save what is seen as SVG").click()
    drawing = saved.value.path().read_text("utf-8")
    assert drawing.startswith("<svg ")
    assert "data:image/png;base64," in drawing
    assert ">class 1</text>" in drawing


@pytest.mark.parametrize("kind", ["hundred classes", "one sample", "no labels", "nothing", "no column"])
def test_it_stands_with_much_little_and_nothing(open_wall, screenshot, kind):
    wall = open_wall(kind, "/confusion")
    wall.page.wait_for_timeout(300)
    wall.ready()
    if kind in ("nothing", "no column"):
        assert wall.page.locator(".iv-mosaic-empty").inner_text()
    else:
        assert wall.ask("hits") > 0
    screenshot(wall.page, kind.replace(" ", "-"))


@pytest.mark.parametrize(("theme", "width"), [("dark", 1400), ("light", 800)])
def test_dark_and_narrow(open_wall, screenshot, theme, width):
    wall = open_wall()
    wall.page.set_viewport_size({"width": width, "height": 900})
    wall.page.emulate_media(color_scheme=theme)
    wall.page.reload()
    wall.ready()
    assert wall.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    wall.page.locator(".pair").first.wait_for()
    screenshot(wall.page, f"{theme}-{width}")
