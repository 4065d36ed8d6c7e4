"""Two choices in quick succession, the second while the server still draws what the first one changes: both count."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.browser

ANSWER = 300  # ms that every answer of the server takes longer
APART = 100  # ms from one choice to the next
WALL = 'innerview.maps[\'{"mosaic":"confusion"}\']'
SLOW = """(late) => {
    window.plainFetch = window.fetch;
    window.fetch = async (...asked) => {
        const answer = await window.plainFetch(...asked);
        await new Promise((done) => setTimeout(done, late));
        return answer;
    };
}"""
CHOOSE = """async ([choices, apart]) => {
    const value = Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value");
    for (const [id, text] of choices) {
        const chosen = document.getElementById(JSON.stringify(id));
        if (chosen instanceof HTMLButtonElement) chosen.click();
        else {
            value.set.call(chosen, text);
            chosen.dispatchEvent(new Event("change", { bubbles: true }));
        }
        await new Promise((done) => setTimeout(done, apart));
    }
}"""
STANDS = """([fields, menus]) => {
    const said = new URL(location.href).searchParams;
    return Object.entries(fields).every(([field, text]) => said.get(field) === text)
        && menus.every(([id, text]) => {
            const now = document.getElementById(JSON.stringify(id));
            return now instanceof HTMLButtonElement || now?.value === text;
        });
}"""
CASES = {
    "confusion": (
        "/confusion?split=test&down=loss:6:quantile",
        [({"bins": "down"}, "loss:3:width"), ({"control": "arrange"}, "fill")],
        {"down": "loss:3:width", "arrange": "fill"},
        f"{WALL}.key.includes('arrange=fill') && {WALL}.key.includes('loss%3A3%3Awidth') && {WALL}.ready",
    ),
    "calibration": (
        "/calibration?split=test",
        [({"at": "ready-made-Errors", "go": "query", "value": "not correct"}, ""), ({"control": "risk"}, "0.1")],
        {"query": "not correct", "risk": "0.1"},
        "document.querySelector('.calibration').textContent.includes('an error of at most 10 %')",
    ),
    "metrics": (
        "/metrics?split=test&charts=ink~loss;ink~correct~label",
        [({"at": 0, "chart_field": "x"}, "contrast"), ({"at": 1, "chart_field": "by"}, "-")],
        {"charts": "contrast~loss;ink~correct"},
        "document.querySelectorAll('.charts .chart.wide').length === 0 && "
        "document.querySelector('.charts .xtitle').textContent === 'Contrast'",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_both_choices_count(visit, shared, name):
    path, choices, fields, shown = CASES[name]
    page = visit(shared("full"), path)
    for id, _ in choices:
        page.locator(f"[id='{json.dumps(id, separators=(',', ':'))}']").wait_for()
    page.wait_for_timeout(1000)  # what the page draws at first
    page.evaluate(SLOW, ANSWER)
    try:
        page.evaluate(CHOOSE, [choices, APART])
        page.wait_for_timeout(3 * ANSWER)
        page.wait_for_function(f"() => {shown}")
        assert page.evaluate(STANDS, [fields, choices]), page.url
    finally:
        page.evaluate("() => { window.fetch = window.plainFetch; }")


BOARD = "ink~loss;brightness~loss;contrast~loss"
PRESSES = [
    (APART, ["Remove chart 1", "Remove chart 3"], "brightness~loss"),
    (APART, ["Duplicate chart 2", "Remove chart 3", "Remove chart 3"], "ink~loss;brightness~loss;brightness~loss"),
    (0, ["+", "+", "Remove chart 2"], "ink~loss;contrast~loss;sharpness~loss;slant~loss"),
]


@pytest.mark.parametrize(("apart", "presses", "board"), PRESSES)
def test_every_press_counts_and_means_the_chart_that_one_sees(visit, shared, apart, presses, board):
    page = visit(shared("full"), f"/metrics?charts={BOARD}&split=test")
    page.locator(".charts .chart .js-plotly-plot").nth(2).wait_for()
    page.wait_for_timeout(1000)  # what the page draws at first
    page.evaluate(SLOW, ANSWER)
    try:
        page.evaluate(
            """async ([names, apart]) => {
                const place = (name) => (name === "+" ? ".add-chart" : `[title="${name}"]`);
                const buttons = names.map((name) => document.querySelector(place(name)));
                for (const button of buttons) {
                    button.click();
                    if (apart) await new Promise((done) => setTimeout(done, apart));
                }
            }""",
            [presses, apart],
        )
        page.wait_for_function("(board) => new URL(location.href).searchParams.get('charts') === board", arg=board)
        n = board.count(";") + 1
        page.wait_for_function("(n) => document.querySelectorAll('.charts .chart').length === n", arg=n)
    finally:
        page.evaluate("() => { window.fetch = window.plainFetch; }")
