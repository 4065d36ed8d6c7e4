"""The table in a real browser: sort, filter, check, select all, clear, jump; reload and another visitor."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

READY = "() => window.innerview && innerview.maps && innerview.maps.table && innerview.maps.table.ready"


def settled(page: Any) -> None:
    """Wait until the table shows what it should."""
    page.wait_for_selector(".iv-table")
    page.wait_for_function(READY)


def until_url(page: Any, pattern: str) -> None:
    page.wait_for_function("(pattern) => new RegExp(pattern).test(decodeURIComponent(location.href))", arg=pattern)


def column(page: Any, name: str, count: int = 8) -> list[str]:
    """The first texts of a column, from the top of the screen."""
    return page.evaluate(
        """([name, count]) => [...document.querySelectorAll(`.ag-cell[col-id="${name}"]`)]
            .map((cell) => [Number(cell.closest(".ag-row").getAttribute("row-index")), cell.innerText])
            .sort((a, b) => a[0] - b[0]).slice(0, count).map((pair) => pair[1])""",
        [name, count],
    )


def cell(page: Any, row: int, name: str) -> Any:
    return page.locator(f'.ag-row[row-index="{row}"] .ag-cell[col-id="{name}"]')


def head(page: Any, name: str) -> Any:
    return page.locator(f'.ag-header-cell[col-id="{name}"]')


def bar(page: Any) -> str:
    return page.locator(".table-bar-text").inner_text()


@pytest.fixture
def page(visit: Callable[..., Any], shared: Callable[[str], Any]) -> Any:
    page = visit(shared("full"), "/table")
    settled(page)
    return page


def losses(page: Any) -> list[float]:
    return [float(text) for text in column(page, "loss")]


def test_the_hardest_come_first_with_their_pictures(page, screenshot):
    assert losses(page) == sorted(losses(page), reverse=True)
    assert head(page, "loss").get_attribute("aria-sort") == "descending"
    assert "60 of 60 samples match, by loss, highest first" in bar(page)
    picture = page.locator(".table-picture img").first
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 6
    assert column(page, "predicted", 1)[0].startswith("✗ "), "wrong ones are marked by a sign"
    screenshot(page, "first")


def test_a_head_sorts_up_down_and_not_at_all_and_a_reload_keeps_it(page):
    head(page, "index").click()
    until_url(page, "sort=index")
    settled(page)
    assert column(page, "index", 4) == ["0", "1", "2", "3"]
    head(page, "index").click()
    until_url(page, "sort=-index")
    settled(page)
    assert column(page, "index", 3) == ["59", "58", "57"]
    page.reload()
    settled(page)
    assert column(page, "index", 3) == ["59", "58", "57"]
    assert head(page, "index").get_attribute("aria-sort") == "descending"
    head(page, "index").click()
    page.wait_for_function("() => !location.href.includes('sort=')")
    settled(page)
    assert losses(page) == sorted(losses(page), reverse=True)
    assert head(page, "loss").get_attribute("aria-sort") == "descending"


def filter_of(page: Any, name: str, how: str, value: str) -> None:
    """Set the filter of a column's head as a person does."""
    head(page, name).locator(".ag-header-cell-filter-button").click()
    menu = page.locator(".ag-filter")
    menu.locator(".ag-filter-select").first.click()
    page.get_by_role("option", name=how, exact=True).click()
    menu.locator("input:visible").first.fill(value)
    menu.get_by_role("button", name="Apply").click()


def test_filters_of_the_heads_are_seen_and_survive_a_reload(page, screenshot):
    filter_of(page, "loss", "Greater than", "0.5")
    until_url(page, r"filters=loss\+>\+0\.5")
    settled(page)
    chip = page.locator(".table-chip")
    chip.get_by_text("loss > 0.5").wait_for()
    assert min(losses(page)) > 0.5
    filter_of(page, "label", "Equals", "class 1")
    until_url(page, "class")
    page.wait_for_function(
        """() => [...document.querySelectorAll('.ag-cell[col-id="label"]')].every((c) => c.innerText === "class 1")"""
    )
    settled(page)
    assert set(column(page, "label")) == {"class 1"}
    chip.nth(1).wait_for()
    assert chip.count() == 2
    screenshot(page, "filtered")
    page.reload()
    settled(page)
    chip.nth(1).wait_for()
    assert chip.count() == 2
    assert set(column(page, "label")) == {"class 1"}
    assert "ag-header-cell-filtered" in head(page, "label").get_attribute("class"), "the head shows it too"
    page.get_by_role("button", name="Take the filter loss > 0.5 away").click()
    page.wait_for_function("() => document.querySelectorAll('.table-chip').length === 1")
    settled(page)
    assert re.match(r"20 of 60", bar(page))
    page.get_by_role("button", name=re.compile("Take the filter label")).click()
    page.wait_for_function("() => document.querySelectorAll('.table-chip').length === 0")
    settled(page)
    assert re.match(r"60 of 60", bar(page))
    assert "ag-header-cell-filtered" not in head(page, "label").get_attribute("class")


def test_checked_rows_are_the_selection_of_all_pages(page, chromium):
    for row in (0, 2, 3):
        cell(page, row, "iv-check").click()
    page.locator(".table-selected", has_text="3 selected").wait_for()
    page.locator("#selection-tray", has_text="3 of 60 selected").wait_for()
    assert page.locator(".table-box.checked").count() == 3
    cell(page, 2, "iv-check").click()
    page.locator(".table-selected", has_text="2 selected").wait_for()
    page.reload()
    settled(page)
    page.wait_for_function("() => document.querySelectorAll('.table-box.checked').length === 2")

    visitor = chromium.new_context()
    other = visitor.new_page()
    other.goto(page.url)
    settled(other)
    other.wait_for_function("() => document.querySelectorAll('.table-box.checked').length === 2")
    other.locator(".table-choices").get_by_role("button", name="Clear selection").click()
    other.wait_for_function("() => document.querySelectorAll('.table-box.checked').length === 0")
    other.goto("about:blank")
    visitor.close()
    assert page.locator(".table-box.checked").count() == 2, "one visitor does not disturb the other"


def test_all_of_a_result_are_selected_whether_loaded_or_not(page):
    filter_of(page, "label", "Equals", "class 2")
    until_url(page, "filters=")
    settled(page)
    page.get_by_role("button", name="Select all 20", exact=True).click()
    page.locator(".table-selected", has_text="20 selected").wait_for()
    page.wait_for_function("() => !document.querySelector('.ag-row .table-box:not(.checked):not([hidden])')")
    page.get_by_role("button", name=re.compile("Take the filter")).click()
    page.wait_for_function("() => document.querySelectorAll('.table-chip').length === 0")
    settled(page)
    page.locator(".table-selected", has_text="20 selected").wait_for()
    page.locator(".table-choices").get_by_role("button", name="Clear selection").click()
    page.wait_for_function("() => !location.href.includes('selection=')")
    page.locator("#selection-tray").wait_for(state="hidden")


def test_keyboard_and_click_open_the_sample(page):
    first = column(page, "index", 3)
    cell(page, 0, "label").click()
    page.locator("#sample-panel h2", has_text=f"Sample {first[0]}").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("#sample-panel h2", has_text=f"Sample {first[1]}").wait_for()
    page.keyboard.press("Space")
    page.locator(".table-selected", has_text="1 selected").wait_for()
    assert cell(page, 1, "iv-check").locator(".checked").count() == 1
    assert page.locator(".ag-row.table-focus").first.get_attribute("row-index") == "1"


def test_jumps_say_where_they_lead(page):
    page.get_by_label("Go to row").fill("60")
    page.get_by_label("Go to row").press("Enter")
    cell(page, 59, "index").wait_for()
    page.get_by_label("Go to row").fill("61")
    page.get_by_label("Go to row").press("Enter")
    page.get_by_text("Rows go from 1 to 60").wait_for()
    page.get_by_label("Go to sample").fill("17")
    page.get_by_label("Go to sample").press("Enter")
    said = page.get_by_text(re.compile(r"Sample 17 is row \d+"))
    said.wait_for()
    row = int(re.findall(r"\d+", said.inner_text())[1]) - 1
    assert cell(page, row, "index").inner_text() == "17"


def test_columns_are_chosen_from_a_menu(page, screenshot):
    page.get_by_text("Columns", exact=True).click()
    page.locator(".table-menu-list").get_by_text("Entropy").click()
    until_url(page, "columns=.*entropy")
    settled(page)
    head(page, "entropy").wait_for()
    page.locator(".table-menu-list").get_by_text("Split").click()
    head(page, "split").wait_for(state="detached")
    screenshot(page, "columns")
    page.reload()
    settled(page)
    assert head(page, "entropy").count() == 1
    assert head(page, "split").count() == 0


def test_a_broken_query_is_told_and_nothing_found_too(visit, shared):
    page = visit(shared("full"), "/table?filters=loss+%3E")
    page.locator(".table-bar-text [role=alert]").wait_for()
    visit(shared("full"), "/table?filters=loss+%3E+1000")
    settled(page)
    page.get_by_text("0 of 60 samples match. Widen the query").wait_for()
    page.get_by_role("button", name="Take the filter loss > 1000 away").click()
    page.wait_for_function("() => document.querySelectorAll('.ag-row .ag-cell').length > 20")
    settled(page)
    assert "60 of 60" in bar(page)


@pytest.mark.parametrize("kind", ["no column", "no labels", "nothing", "hundred classes", "one sample"])
def test_what_there_is_is_shown(visit, shared, kind, screenshot):
    page = visit(shared(kind), "/table")
    settled(page)
    screenshot(page, kind.replace(" ", "-"))


def test_readable_at_800_px(page, screenshot):
    page.set_viewport_size({"width": 800, "height": 900})
    colors = "() => ['.ag-row', 'body'].map((s) => getComputedStyle(document.querySelector(s)).color)"
    seen = []
    for theme in ("light", "dark"):
        page.wait_for_function("(theme) => document.documentElement.dataset.bsTheme === theme", arg=theme)
        assert page.evaluate("() => document.getElementById('page').scrollWidth") <= 800, theme
        row, body = page.evaluate(colors)
        assert row == body, f"{theme}: the table takes its colors from the page"
        seen.append(row)
        screenshot(page, f"narrow-{theme}")
        page.click("#theme-button")
    assert seen[0] != seen[1]
