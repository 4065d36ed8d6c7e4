"""The lists of faults in a real browser: the list, one view of it, a sample, and the way to the other pages."""

from __future__ import annotations

import pytest

from tests.browser.serving import served
from tests.browser.test_losses import until_state

pytestmark = pytest.mark.browser


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def test_from_the_list_to_the_samples(full, chromium_page, screenshot):
    page = chromium_page
    far = full.find('stranger == "far out"', sort="-outlier").indices.tolist()
    assert far
    with served(full) as address:
        page.goto(f"{address}/outliers")
        page.locator("[id*=outliers-list] .thumbnail").first.wait_for()
        page.wait_for_function("() => innerview.ready")
        assert page.locator("[id*=outliers-list] .thumbnail").count() == len(far)
        screenshot(page, "outliers")
        page.locator("[id*=outliers-views] .count-link").first.click()
        until_state(page, "query", "odd_view")
        page.locator("[id*=outliers-list] .thumbnail").first.click()
        until_state(page, "focus", "^[0-9]+$")
        for name in ("Duplicates", "Label issues"):
            page.get_by_role("link", name=name, exact=True).click()
            page.get_by_role("heading", name=name, exact=True).wait_for()
            page.locator(".fault-head").wait_for()
        page.locator(".fault-link", has_text="Table").click()
        page.wait_for_function("() => innerview.path() === '/table'")
        until_state(page, "query", "label_suspect.*odd_view")
        until_state(page, "sort", "^-label_issue$")
        page.goto("about:blank")  # before its server ends


def test_the_limit_of_likeness_is_moved_and_put_back(visit, shared):
    session = shared("full")
    page = visit(session, "/duplicates")
    lead = page.locator(".fault-lead")
    lead.wait_for()
    before = lead.inner_text()
    box = page.locator(".alike-line input[type=number]")
    box.press("Control+a")
    box.press_sequentially("0.83")
    box.press("Tab")
    until_state(page, "alike", "^0.83$")
    n = 60 - session.faults.duplicate_counts(0.83)["alone"]
    page.locator(".fault-lead", has_text="at least 0.83 like another one").wait_for()
    assert n and lead.inner_text().startswith(f"{n} of 60 pictures are")
    assert "copy_likeness" in page.locator(".fault-link", has_text="Table").get_attribute("href")
    page.locator(".alike-slider [role=slider]").press("ArrowRight")
    until_state(page, "alike", "^0.831$")
    page.get_by_role("button", name="Usual verdict").click()
    page.wait_for_function("(text) => document.querySelector('.fault-lead').innerText === text", arg=before)
    assert "alike" not in page.url and box.input_value() == "0.96"
