"""The query box in a real browser: typing, completing, counting, complaining, links, visitors, saved queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

BOX = ".iv-query input"
COUNT = ".iv-query-count"
TROUBLE = ".iv-query-trouble"


@pytest.fixture
def ask(visit: Callable[..., Any], shared: Callable[[str], Any]) -> Callable[..., Any]:
    """ask(path) -> the page with its box, ready; as a link leads to it, or loaded."""

    def ask(path: str = "/projection", *, load: bool = False) -> Any:
        page = visit(shared("full"), "/projection" if load else path)
        if load:
            page.goto(page.url.partition("/projection")[0] + path)
        page.wait_for_selector(BOX)
        page.wait_for_function("() => window.innerview.ready")
        return page

    return ask


def says(page: Any, text: str) -> None:
    page.locator(COUNT, has_text=re.compile(f"^{re.escape(text)}$")).wait_for()


def test_typing_counts_and_enter_asks(ask, screenshot):
    page = ask()
    says(page, "60 of 60 samples")
    box = page.locator(BOX)
    box.click()
    box.press_sequentially("index < 12")
    says(page, "12 of 60 samples")
    assert "query=" not in page.url, "typing alone changes nothing"
    box.press("Enter")
    page.wait_for_url(re.compile(r"query=index\+%3C\+12"))
    page.get_by_role("button", name="Select these 12").wait_for()
    screenshot(page, "asked")
    page.reload()
    page.wait_for_selector(BOX)
    assert page.locator(BOX).input_value() == "index < 12"
    says(page, "12 of 60 samples")
    page.get_by_role("button", name="Clear the query").click()
    page.wait_for_url(re.compile("^((?!query=).)*$"))
    says(page, "60 of 60 samples")
    assert page.evaluate("() => document.activeElement === document.querySelector('.iv-query input')")


def test_fast_typing_keeps_the_caret_where_it_is(ask):
    page = ask()
    box = page.locator(BOX)
    box.click()
    text = 'index < 50 and label in ["class 1", "class 2"] and not (index == 7)'
    box.press_sequentially(text, delay=0)
    assert box.input_value() == text
    for _ in range(len(" and not (index == 7)")):
        box.press("ArrowLeft")
    box.press_sequentially(" and index > 3", delay=0)
    assert box.input_value() == text.replace('"] and not', '"] and index > 3 and not')
    says(page, "30 of 60 samples")
    box.press("Enter")
    page.wait_for_url(re.compile("query="))
    box.press_sequentially("x", delay=0)
    assert " and index > 3x and not" in box.input_value(), "the echo of what was asked moves nothing"


def test_a_query_is_written_by_keyboard_from_the_list(ask, screenshot):
    page = ask()
    page.keyboard.press("/")
    assert page.evaluate("() => document.activeElement === document.querySelector('.iv-query input')")
    box = page.locator(BOX)
    options = page.locator("#query-box-list [role=option]")
    box.press("Control+Space")
    options.first.wait_for()
    assert {"label", "loss", "correct"} <= set(options.locator(".iv-query-item").all_inner_texts())
    box.press_sequentially("lab")
    offered = options.locator(".iv-query-item").all_inner_texts()
    assert offered[0] == "label" and "loss" not in offered
    box.press("Tab")
    assert box.input_value() == "label "
    assert "is another class" in page.locator("#query-box-list").inner_text()
    screenshot(page, "operators")
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    assert options.first.get_attribute("aria-selected") == "true"
    box.press("Enter")
    assert box.input_value() == "label == "
    box.press_sequentially("2")
    box.press("Tab")
    assert box.input_value() == 'label == "class 2" '
    box.press_sequentially("and mar")
    box.press("Tab")
    box.press_sequentially("> ")
    assert "of the 60 samples are below" in options.first.inner_text()
    box.press("ArrowUp")
    box.press("Escape")
    assert options.count() == 0 and box.get_attribute("aria-expanded") == "false"
    box.press_sequentially("-1")
    box.press("Enter")
    says(page, "20 of 60 samples")
    page.wait_for_url(re.compile("query=label"))
    box.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "iv-query-clear", "Tab leads on"


def test_a_list_is_chosen_from_by_mouse(ask):
    page = ask()
    page.click(BOX)
    for item in ("predicted", "in", "[", "class 1", ",", "class 0", "]"):
        page.locator(".iv-query-item", has_text=re.compile(f"^{re.escape(item)}$")).click()
    assert page.locator(BOX).input_value() == 'predicted in ["class 1", "class 0"] '
    page.locator("h1").click()
    page.wait_for_url(re.compile("query=predicted"))


def test_an_error_after_a_rest_with_its_place_and_a_mend(ask, screenshot):
    page = ask()
    box = page.locator(BOX)
    box.click()
    box.press_sequentially("index < 30 and Los")
    box.press("Escape")
    box.press_sequentially(" > -1 ")
    page.wait_for_timeout(250)
    assert page.locator(TROUBLE).count() == 0, "not while somebody types"
    page.locator(TROUBLE, has_text="no column 'Los'; did you mean 'loss'?").wait_for()
    assert box.get_attribute("aria-invalid") == "true"
    mark, field = page.locator(".iv-query-caret").bounding_box(), box.bounding_box()
    assert 6 < (mark["x"] - field["x"]) / len("index < 30 and ") < 9, "the mark stands under the L"
    screenshot(page, "trouble")
    box.press("Enter")
    page.wait_for_timeout(300)
    assert "query=" not in page.url, "a query with an error is not asked"
    page.get_by_role("button", name="Write loss").click()
    assert box.input_value() == "index < 30 and loss > -1 "
    says(page, "30 of 60 samples")
    page.wait_for_url(re.compile("query=index"))
    assert page.locator(TROUBLE).count() == 0


@pytest.mark.parametrize(
    ("link", "load", "said"),
    [
        ("query=loss+%3E", False, "a value is missing at column 7"),
        ("query=loss+%3E+1&query=los+%3E+1", False, "no column 'los'"),
        ("query=" + "x" * 10_000, True, "longer than 2,000 characters"),
        ("query=%ff%", True, "unexpected"),
        ("query=@pd.io.common.os.system('id')", False, "unexpected '@' at column 1"),
    ],
)
def test_a_broken_query_in_a_link_opens_the_page_and_is_told(ask, link, load, said):
    page = ask(f"/projection?{link}", load=load)
    page.locator(TROUBLE, has_text=said).wait_for()
    page.get_by_role("heading", name="Projection").wait_for()


def test_text_is_text(ask):
    page = ask()
    page.evaluate("() => { window.planted = 0 }")
    box = page.locator(BOX)
    box.fill("\"<img src=x onerror='window.planted = 1'>\" == `<script>window.planted = 1</script>`")
    box.press("Enter")
    page.locator(TROUBLE).wait_for()
    assert page.evaluate("() => window.planted") == 0


def test_ready_made_queries_and_steps_back(ask):
    page = ask()
    page.get_by_role("button", name="Close calls").click()
    page.wait_for_url(re.compile("query=margin"))
    page.wait_for_function("() => document.querySelector('.iv-query input').value === 'margin < 0.1'")
    page.get_by_role("button", name="Errors", exact=True).click()
    page.wait_for_function("() => document.querySelector('.iv-query input').value === 'not correct'")
    page.goto(page.url.replace("not+correct", "index+%3C+5"))
    page.wait_for_selector(BOX)
    says(page, "5 of 60 samples")
    page.get_by_role("button", name="Select these 5").click()
    page.locator("#selection-tray", has_text="5 of 60 selected").wait_for()
    page.get_by_role("link", name="Losses").click()
    page.get_by_role("heading", name="Losses", exact=True).wait_for()
    says(page, "5 of 60 samples")


def test_saved_queries_are_everybodys(ask, chromium, screenshot):
    page = ask("/projection?query=index+%3C+7")
    page.get_by_text("Save …").click()
    page.get_by_label("Name of the query to save").fill("first <b>seven</b>")
    page.keyboard.press("Enter")
    chip = page.get_by_role("button", name="first <b>seven</b>", exact=True)
    chip.wait_for()
    screenshot(page, "saved")
    other = chromium.new_context().new_page()
    other.goto(page.url.partition("?")[0])
    other.get_by_role("button", name="first <b>seven</b>", exact=True).click()
    other.wait_for_url(re.compile("query=index"))
    says(other, "7 of 60 samples")
    other.get_by_role("button", name="Remove the saved query first <b>seven</b>").click()
    other.locator(".query-saved button").first.wait_for(state="detached")
    other.context.close()
    page.reload()
    page.wait_for_selector(BOX)
    page.wait_for_function("() => window.innerview.ready")
    assert page.locator(".query-saved button").count() == 0


def test_help_by_example(ask, screenshot):
    page = ask()
    page.get_by_text("Help", exact=True).click()
    card = page.locator(".query-help")
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    page.keyboard.press("Enter")  # the focus is on its button again
    card.get_by_text("Missing values").wait_for()
    assert "loss_rank" in card.inner_text()
    assert card.evaluate("(e) => e.getBoundingClientRect().right <= innerWidth")
    screenshot(page, "help")
    page.click("#theme-button")
    card.wait_for(state="hidden")
    page.set_viewport_size({"width": 800, "height": 860})
    page.get_by_text("Help", exact=True).click()
    card.get_by_text("Missing values").wait_for()
    screenshot(page, "help-dark-narrow")
    assert card.evaluate(
        "(e) => { const r = e.getBoundingClientRect(); return r.left >= 0 && r.right <= innerWidth }"
    )
