"""The tour: from the errors of one class to a tagged cluster, hidden again, and there after a restart."""

import json
import re

import numpy as np
import pytest

from tests.browser.harness import inside
from tests.browser.serving import served

pytestmark = pytest.mark.browser

PANEL = json.dumps({"picker": "inspection"}, separators=(",", ":"))
MAP = json.dumps({"kind": "map", "side": "right"}, separators=(",", ":"))
AROUND = 7  # pixels between the lasso and the dots that it holds


def group(page, grouping, name):
    """The row of a group."""
    return page.locator(f"[data-grouping={grouping}] li", has=page.get_by_text(name, exact=True))


def until_listed(page, count):
    """Wait until the inspection panel lists as many."""
    page.wait_for_function(
        "([key, n]) => { const list = innerview.maps[key]; return list && list.ready && list.rows === n; }",
        arg=[PANEL, count],
    )


def listed(page, count):
    """The first samples of the panel, in order."""
    script = "([key, n]) => Array.from({ length: n }, (_, at) => innerview.maps[key].index(at))"
    return page.evaluate(script, [PANEL, count])


def until_order(page, rows):
    """Wait until the panel lists these first, in this order."""
    script = """([key, rows]) => {
        const list = innerview.maps[key];
        return list.ready && rows.every((row, at) => list.index(at) === row);
    }"""
    page.wait_for_function(script, arg=[PANEL, rows])


def hidden_is(page, value):
    page.wait_for_function("(value) => new URL(location.href).searchParams.get('hidden') === value", arg=value)


def selected(page, session):
    return sorted(session.selections.read(re.search("selection=([0-9a-f]+)", page.url)[1]).tolist())


def lasso(page, rows, wrong):
    """Draw one around some samples on the right map; gives those of the shown ones that it holds."""
    page.locator(".map-frame").nth(1).scroll_into_view_if_needed()
    page.locator(".map-sheet").nth(1).get_by_role("button", name=re.compile("Select with a lasso")).click()
    page.wait_for_function("(key) => innerview.maps[key].ready", arg=MAP)
    script = "([key, rows]) => rows.map((row) => innerview.maps[key].project(row))"
    dots = np.array(page.evaluate(script, [MAP, wrong.tolist()]))
    mine = dots[np.isin(wrong, rows)]
    (left, top), (right, bottom) = mine.min(axis=0) - AROUND, mine.max(axis=0) + AROUND
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in [*corners[1:], corners[0]]:
        page.mouse.move(*corner, steps=4)
    page.mouse.up()
    return wrong[inside(dots, corners)].tolist()


def test_from_disagreement_to_a_tagged_cluster_and_back_after_a_restart(chromium_page, opened, screenshot):
    page, first = chromium_page, opened()
    wrong = first.find("not correct").indices
    named = first.find('not correct and predicted == "class 0"', sort="quality").indices
    assert 1 < len(named) < len(wrong) < 60 and (np.diff(first.column("quality")[named]) > 0).all()
    with served(first) as url:
        page.goto(f"{url}/projection?color=labels")
        page.locator("[data-grouping=label] .iv-sets-swatch").first.wait_for()
        page.locator("select[id*='color']").select_option("predicted")
        page.locator("[data-grouping=predicted] .iv-sets-swatch").first.wait_for()
        until_listed(page, 60)
        group(page, "correct", "agree").locator("button").first.click()
        hidden_is(page, "correct:1")
        until_listed(page, len(wrong))
        group(page, "predicted", "class 0").locator(".iv-sets-ring").click()
        until_listed(page, len(named))
        for sort, order in (("-quality", named[::-1]), ("quality", named)):
            page.locator(".inspection select").select_option(sort)
            until_order(page, order.tolist())
        page.locator(".inspection .iv-card-words", has_text="Quality").first.wait_for()
        assert selected(page, first) == sorted(named.tolist())

        worst = named[:1]
        cluster = lasso(page, worst, wrong)
        page.locator("#selection-tray", has_text=f"{len(cluster)} of 60 selected").wait_for()
        until_listed(page, len(cluster))
        assert selected(page, first) == sorted(cluster) and set(worst.tolist()) <= set(cluster) != set(wrong.tolist())
        page.locator("#viewer-name").fill("Ann")
        page.locator("#selection-tag-box").fill("with a foot, look again")
        page.keyboard.press("Enter")
        page.locator(".tags-said", has_text=re.compile(r"saved \d\d:\d\d:\d\d")).wait_for()
        for name in ("with a foot", "look again"):
            group(page, "tags", name).get_by_text(str(len(cluster)), exact=True).wait_for()
        page.locator(".inspection .iv-card-tags span", has_text="with a foot").first.wait_for()
        screenshot(page, "tagged")

        left = len(wrong) - len(cluster)
        group(page, "tags", "with a foot").locator("button").first.click()
        hidden_is(page, "correct:1;tags:with a foot")
        until_listed(page, 0)
        page.locator(".inspection").get_by_text("Everything is hidden").wait_for()
        page.locator(".inspection").get_by_role("button", name="All shown").click()
        until_listed(page, left)
        assert not set(listed(page, left)) & set(cluster)
        page.locator(".hidden-chips", has_text=f"{left} of 60 samples shown").wait_for()
        group(page, "tags", "look again").get_by_text(f"0 of {len(cluster)}", exact=True).wait_for()
        view = page.evaluate("() => location.search")
        page.locator("a[href=table]").first.click()
        page.locator(".table-bar-text", has_text=f"{left} of 60 samples match").wait_for()
        page.goto("about:blank")

    second = opened()
    assert second.tags.members("with a foot").tolist() == sorted(cluster)
    with served(second) as url:
        page.goto(f"{url}/projection{view}")
        until_listed(page, left)
        group(page, "tags", "look again").get_by_text(f"0 of {len(cluster)}", exact=True).wait_for()
        group(page, "tags", "with a foot").locator("button").first.click()
        until_listed(page, len(wrong))
        screenshot(page, "restarted")
        page.goto("about:blank")
