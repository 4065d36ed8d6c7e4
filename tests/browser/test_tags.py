"""Tags in a real browser: given by keyboard, seen by another visitor, there after a restart, taken back."""

import re

import pytest

from tests.browser.serving import served

pytestmark = pytest.mark.browser


def test_tags_are_given_seen_by_another_kept_and_taken_back(chromium, chromium_page, opened, screenshot):
    page, first = chromium_page, opened()
    chosen = first.selections.save(first.find("index < 5").indices)
    with served(first) as url:
        other = chromium.new_context().new_page()
        other.goto(f"{url}/tags")
        other.get_by_text("Tags are words for samples").wait_for()
        page.goto(f"{url}/table?selection={chosen}&focus=3")
        page.locator(".tray-tags").wait_for()
        page.locator("#viewer-name").fill("Ann")
        page.locator("h1").click()
        page.keyboard.press("t")
        page.keyboard.type("to check, odd")
        page.keyboard.press("Enter")
        page.locator(".tags-said", has_text=re.compile(r"Tagged 5 samples .* saved \d\d:\d\d:\d\d")).wait_for()
        page.locator("#sample-tags", has_text="to check").wait_for()
        assert page.locator("#selection-tag-box").input_value() == ""
        page.locator("#selection-tag-box").press_sequentially("odd, to")
        offered = page.evaluate(
            "() => [...document.querySelectorAll('#tag-completions option')].map((one) => one.value)"
        )
        assert offered == ["odd, to check"]
        screenshot(page, "given")
        other.locator(".tag-row").nth(1).wait_for(timeout=10_000)
        assert "5 of 60" in other.locator(".tag-row").first.inner_text()
        assert "by Ann" in other.locator(".tag-row").first.inner_text()
        other.context.close()
        page.goto("about:blank")
    with served(opened()) as url:
        page.goto(f"{url}/tags")
        page.locator(".tag-row").nth(1).wait_for()
        assert page.locator("#viewer-name").input_value() in ("Ann", ""), (
            "another port is another place to the browser"
        )
        screenshot(page, "page")
        page.locator("#viewer-name").fill("Ann")
        page.locator("h1").click()
        page.wait_for_function("() => !document.getElementById('undo-button').disabled")
        page.keyboard.press("Control+z")
        page.locator(".tags-said", has_text="Took back").wait_for()
        page.get_by_text("Tags are words for samples").wait_for()
        page.keyboard.press("Control+Shift+Z")
        page.locator(".tag-row").first.wait_for()
        page.get_by_label("Name of the tag odd").fill("strange")
        page.keyboard.press("Enter")
        page.locator(".tag-history", has_text="renamed “odd” to “strange”").wait_for()
        page.locator(".tag-row", has=page.get_by_label("Name of the tag strange")).get_by_text("Table").click()
        page.wait_for_function(
            "() => innerview.path() === '/table' && innerview.maps.table && innerview.maps.table.ready"
        )
        page.get_by_text("5 of 60", exact=False).first.wait_for()
        assert page.locator('.ag-cell[col-id="tags"]').first.inner_text() == "strange, to check"
        page.goto("about:blank")
