"""Reviewing by keyboard in a real browser: five verdicts, one taken back, and they are there after a restart."""

import pytest

from tests.browser.serving import served

pytestmark = pytest.mark.browser


def test_five_verdicts_by_keyboard_one_taken_back_and_all_there_after_a_restart(chromium_page, opened, screenshot):
    page, first = chromium_page, opened()
    order = first.queues.queue("loss").indices.tolist()
    labels = first.column("labels")

    def shown():
        return int(page.locator(".review-sample").get_attribute("data-index"))

    def press(key, until):
        page.keyboard.press(key)
        page.locator(f'.review-sample[data-index="{until}"]').wait_for()

    with served(first) as url:
        page.goto(f"{url}/review?review=loss")
        page.locator(f'.review-sample[data-index="{order[0]}"]').wait_for()
        page.locator("#viewer-name").fill("Ann")
        page.keyboard.press("k")  # in a box a key is a letter
        assert page.locator("#viewer-name").input_value() == "Annk" and shown() == order[0]
        page.locator("#viewer-name").fill("Ann")
        page.locator("h1").click()
        press("k", order[1])
        page.keyboard.press("r")
        page.locator(".review-box input").wait_for()
        wanted = (int(labels[order[1]]) + 1) % 3
        screenshot(page, "choose")
        page.keyboard.type(f"class {wanted}")  # the last letter makes it the only one
        page.locator(f'.review-sample[data-index="{order[2]}"]').wait_for()
        press("d", order[3])
        press("u", order[4])
        suggested = first.queues.suggestion(order[4])
        press("Enter", order[5])
        press("z", order[4])
        press("s", order[5])
        page.locator(".review-rate").get_by_text("of 4 reviewed were wrong").wait_for()
        page.keyboard.press("ArrowLeft")  # nothing undecided lies before
        page.wait_for_timeout(300)
        press("ArrowRight", order[6])
        press("ArrowLeft", order[5])
        page.wait_for_function("() => location.search.includes('reviewing=')")
        screenshot(page, "page")
        address = page.evaluate("() => location.search")
        page.goto("about:blank")
    second = opened()
    decided = second.reviews.decided()
    new = [int(decided.new[index]) for index in order[:5]]
    kinds = [decided.lines[index].verdict for index in order[:5]]
    taken = "keep" if suggested == labels[order[4]] else "relabel"
    assert kinds == ["keep", "relabel", "drop", "unsure", taken] and new[1] == wanted
    assert {line.who for line in decided.lines.values()} == {"Ann"} and len(decided.lines) == 5
    with served(second) as url:
        page.goto(f"{url}/review{address}&decided=show")
        page.locator(f'.review-sample[data-index="{order[5]}"]').wait_for()
        page.locator("h1").click()
        press("ArrowLeft", order[4])
        assert "by Ann" in page.locator(".review-before").inner_text()
        page.locator(".review-export summary").click()
        with page.expect_download() as got:
            page.locator(".review-export a", has_text="JSON").click()
        assert got.value.suggested_filename.endswith("-fixes.json")
        page.goto("about:blank")
