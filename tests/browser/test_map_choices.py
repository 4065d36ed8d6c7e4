"""What else a map can be, in a real browser: two columns of numbers as places, and settings of its method."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

pytestmark = pytest.mark.browser

MAP = 'innerview.maps[\'{"kind":"map","side":"right"}\']'
SAYS = "([field, value]) => (new URL(location.href).searchParams.get(field) || '') === value"


def control(page, field):
    return page.locator(f"[id='{json.dumps({'control': field}, separators=(',', ':'))}']")


def until(page, field, value):
    page.wait_for_function(SAYS, arg=[field, value])


def test_two_columns_then_a_wrong_setting_and_reset(visit, shared, screenshot):
    session = shared("full")
    page = visit(session, "/projection?layer=dense&method=tsne")
    control(page, "method").select_option("columns")
    control(page, "x").select_option("brightness")
    control(page, "y").select_option("contrast")
    key = session.key(session.scatter.name("brightness", "contrast"))
    page.wait_for_function(f"() => {MAP}?.url?.includes('{key}') && {MAP}.ready")
    assert (control(page, "x").input_value(), control(page, "y").input_value()) == ("brightness", "contrast")
    stage = page.get_by_role("application", name="Map of Contrast against Brightness.")
    page.get_by_text(re.compile(r"^Across: Brightness, .* All 60 samples have both values\.$")).wait_for()
    screenshot(page, "two-columns")

    order = np.argsort(session.column("brightness"), kind="stable")
    dark = order[:25]  # of 60
    ends = page.evaluate(f"(two) => two.map((k) => {MAP}.project(k)[0])", order[24:26].tolist())
    edge = sum(ends) / 2
    area = stage.bounding_box()
    stage.press("b")
    page.mouse.move(area["x"] + 4, area["y"] + 4)
    page.mouse.down()
    page.mouse.move(edge, area["y"] + area["height"] - 4, steps=4)
    page.mouse.up()
    page.wait_for_function("() => new URL(location.href).searchParams.get('selection')")
    name = re.search("selection=([0-9a-f]+)", page.url)[1]
    assert sorted(session.selections.read(name).tolist()) == sorted(dark.tolist())

    page.wait_for_timeout(1500)  # what follows a selection
    control(page, "method").select_option("tsne")
    control(page, "x").wait_for(state="detached")
    page.wait_for_function(f"() => {MAP}.ready && {MAP}.url.includes('{session.key('projection/dense/tsne')}')")
    sheet = page.locator(".map-sheet").nth(1)
    sheet.get_by_text("Settings", exact=True).click()
    control(page, "perplexity").fill("900")
    control(page, "perplexity").press("Enter")
    until(page, "perplexity", "900")
    sheet.get_by_role("alert").get_by_text(
        "Perplexity “900”: is not a number from 2 to 19; the map takes 30"
    ).wait_for()
    screenshot(page, "wrong-setting")
    sheet.get_by_role("button", name="Reset").click()
    until(page, "perplexity", "")
    sheet.get_by_role("alert").wait_for(state="detached")
    assert control(page, "perplexity").input_value() == ""
