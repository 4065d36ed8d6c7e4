"""The metrics page in a real browser: a dot is clicked, a chart added and changed, a board saved and taken again."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

CHARTS = "() => document.querySelectorAll('.charts .chart .js-plotly-plot .point').length > 0 && " \
         "document.querySelectorAll('.charts .chart').length === {n}"  # fmt: skip


def state(page):
    return page.evaluate("() => Object.fromEntries(new URL(location.href).searchParams)")


def until_state(page, field, pattern):
    page.wait_for_function(
        "([field, pattern]) => new RegExp(pattern).test(new URL(location.href).searchParams.get(field) || '')",
        arg=[field, pattern],
    )


def test_a_board_from_the_first_click_to_its_name(visit, shared, screenshot):
    session = shared("full")
    page = visit(session, "/metrics?charts=ink~loss;ink~correct~label&split=test")
    page.set_viewport_size({"width": 1400, "height": 1300})
    page.wait_for_function(CHARTS.format(n=2))
    page.wait_for_timeout(500)

    dot = page.locator(".chart").first.locator("path.point").nth(2).bounding_box()
    page.mouse.move(dot["x"] - 20, dot["y"] - 20)
    page.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    page.locator(".hovertext", has_text="n = ").wait_for()
    page.mouse.down()
    page.mouse.up()
    until_state(page, "selection", "^[0-9a-f]{12}$")
    chosen = session.selections.read(state(page)["selection"])
    (chart, *_) = session.board.charts(state(page)["charts"])
    drawn = session.board.draw(chart, split="test")
    assert len(chosen) == drawn.panels[0].n[2] > 0
    page.locator(".board-said").get_by_text(f"{len(chosen)} of 60 samples, selected now").wait_for()
    page.locator(".board-said .thumbnail").nth(len(chosen) - 1).wait_for()

    page.get_by_role("button", name="+ Add a chart").click()
    page.wait_for_function(CHARTS.format(n=3))
    page.locator(".chart").nth(2).locator("select").nth(1).select_option("slant")
    until_state(page, "charts", "slant~correct$")
    page.get_by_role("button", name="Remove chart 2").click()
    page.wait_for_function(CHARTS.format(n=2))
    assert state(page)["charts"] == "ink~loss;slant~correct"

    page.locator(".board-bar summary").click()
    page.get_by_placeholder("light and slant").fill("my board")
    page.get_by_placeholder("light and slant").press("Enter")
    mine = page.get_by_role("button", name="my board", exact=True)
    mine.wait_for()
    page.get_by_role("button", name="Usual board").click()
    page.wait_for_function(CHARTS.format(n=3))
    mine.click()
    until_state(page, "charts", "^ink~loss;slant~correct$")
    page.reload()
    page.wait_for_function(CHARTS.format(n=2))
    page.get_by_role("button", name="Remove the board my board").click()
    mine.wait_for(state="detached")

    for theme in ("light", "dark"):
        page.evaluate("(theme) => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
        for width in (1400, 800):
            page.set_viewport_size({"width": width, "height": 1000})
            page.wait_for_timeout(300)
            screenshot(page, f"{theme}-{width}")
            assert page.evaluate("() => document.getElementById('page').scrollWidth") <= width, (theme, width)
