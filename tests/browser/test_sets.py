"""Groups in a real browser: hidden across fields, selected by their ring, undone by chips, kept by the link."""

import re

import pytest

from tests.browser.serving import served

pytestmark = pytest.mark.browser


def group(page, grouping, name):
    """The row of a group."""
    return page.locator(f"[data-grouping={grouping}] li", has=page.get_by_text(name, exact=True))


def until_state(page, field, value):
    page.wait_for_function(
        "([field, value]) => (new URL(location.href).searchParams.get(field) || '') === value", arg=[field, value]
    )


def test_hide_agreement_and_train_select_predicted_and_undo(chromium_page, tiny_session, screenshot):
    session = tiny_session("full")
    page = chromium_page
    wrong = len(session.find("not correct"))
    left = session.find('not correct and split != "train"')
    named = session.find('not correct and split != "train" and predicted == "class 1"').indices
    assert 0 < len(named) < len(left) < wrong < 60
    with served(session) as url:
        page.goto(f"{url}/projection")
        group(page, "correct", "agree").locator("button").first.click()
        until_state(page, "hidden", "correct:1")
        page.locator(".iv-map-counts", has_text=re.compile(rf"^{wrong} of 60")).first.wait_for()
        group(page, "split", "train").locator("button").first.click()
        until_state(page, "hidden", "correct:1;split:train")
        row = group(page, "predicted", "class 1")
        row.get_by_text(re.compile(rf"^{len(named)} of \d+$")).wait_for()
        assert group(page, "split", "train").locator("button").first.get_attribute("aria-pressed") == "false"
        screenshot(page, "hidden")

        row.locator(".iv-sets-ring").click()
        page.wait_for_function("() => new URL(location.href).searchParams.get('selection')")
        name = re.search("selection=([0-9a-f]+)", page.url)[1]
        assert sorted(session.selections.read(name).tolist()) == sorted(named.tolist())

        page.reload()
        page.locator(".hidden-chips", has_text=f"{len(left)} of 60 samples shown").wait_for()
        page.locator("a[href=table]").first.click()
        page.locator(".table-bar-text", has_text=f"{len(left)} of 60 samples match").wait_for()
        page.get_by_role("button", name="Show again: Split: train").click()
        until_state(page, "hidden", "correct:1")
        page.locator(".table-bar-text", has_text=f"{wrong} of 60 samples match").wait_for()
        page.go_back()
        page.locator("[data-grouping=correct] .iv-sets-name").first.focus()
        page.keyboard.press("ArrowDown")
        assert "disagree" in page.evaluate("() => document.activeElement.getAttribute('aria-label')")
        page.goto("about:blank")
