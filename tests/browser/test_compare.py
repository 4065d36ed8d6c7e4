"""The compare page in a real browser: maps of both, a lasso for all, the way to the samples behind a number."""

from __future__ import annotations

import pytest

from tests.beside import pair
from tests.browser.serving import served
from tests.browser.test_losses import state, until_state

pytestmark = pytest.mark.browser

MAPS = "Object.entries(innerview.maps).filter(([name]) => name.includes('side'))"
ONE = "(side) => Object.entries(innerview.maps).find(([name]) => name.includes(side))[1]"


def until_drawn(page, maps):
    page.wait_for_function(
        f"(n) => {MAPS}.length === n && {MAPS}.every(([, map]) => map.drawn && map.ready && !map.errors.lines)",
        arg=maps,
    )


def test_two_networks_from_the_verdict_to_a_broken_sample(tiny_session, chromium_page, screenshot):
    session = tiny_session("full")
    pair(session, got="everything")
    page = chromium_page
    page.set_viewport_size({"width": 1280, "height": 1500})  # the whole first map is in sight
    with served(session) as address:
        page.goto(f"{address}/compare?split=train")
        until_drawn(page, 3)
        tally = session.contrast.tallies("other", "train")[0]
        cells = page.locator(".outcome .count-link:not(.note), .outcome .nothing").all_inner_texts()
        assert [int(text) for text in cells] == [tally.both_right, tally.broken, tally.fixed, tally.both_wrong]
        screenshot(page, "light")

        # What is drawn around on one map is selected on all of them.
        page.locator("[id*=circle] .iv-map-stage").focus()
        box = page.locator("[id*=circle] .iv-map-stage").bounding_box()
        page.keyboard.press("b")
        page.mouse.move(box["x"] + 3, box["y"] + 3)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 3, box["y"] + box["height"] - 3, steps=5)
        page.mouse.up()
        until_state(page, "selection", "^[0-9a-f]{12}$")
        page.wait_for_function(f"() => {MAPS}.every(([, map]) => map.selected === 60)")

        # Dots go to where the other network puts them; the sample stays the same.
        before = page.evaluate(f"({ONE})('circle').url")
        page.get_by_label("Dots at the answers of").select_option("theirs")
        page.wait_for_function(f"(old) => ({ONE})('circle').url !== old", arg=before)
        until_drawn(page, 3)

        page.locator(".outcome.broken .count-link:not(.note)").click()
        page.wait_for_function("() => innerview.path() === '/table'")
        assert state(page)["query"] == 'vs_other == "broken" and split == "train"'
        page.get_by_text(f"{tally.broken} of 60").first.wait_for()
        page.goto("about:blank")  # before its server ends
