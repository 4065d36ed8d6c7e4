"""The sample map in a real browser: what a person sees and does, and what Dash hears of it."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from tests.browser.harness import Harness

pytestmark = pytest.mark.browser
LEFT = "window.innerview.maps.left"


def opened(page, app):
    page.goto(app.url)
    settled(page)
    return page


def settled(page):
    page.wait_for_function("window.innerview && window.innerview.ready && innerview.ready")


def ask(page, expression):
    return page.evaluate(f"{LEFT}.{expression}")


def until(page, condition):
    page.wait_for_function(f"{LEFT} && {LEFT}.{condition}")


def place(page, index, name="left"):
    return page.evaluate(f"innerview.maps.{name}.project({index})")


def drag(page, corners, **keys):
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=4)
    page.mouse.up()


def around(page):
    """Corners of a square around the right half of the stage."""
    box = page.locator(".iv-map-stage").first.bounding_box()
    left, right = box["x"] + box["width"] / 2, box["x"] + box["width"] - 4
    top, bottom = box["y"] + 4, box["y"] + box["height"] - 4
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def colors(png):
    """How many pixels of which color a PNG (8 bit, RGB or RGBA, as browsers write it) has."""
    width = struct.unpack(">I", png[16:20])[0]
    depth = {2: 3, 6: 4}[png[25]]
    data, at = b"", 8
    while at < len(png):
        length = struct.unpack(">I", png[at : at + 4])[0]
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += length + 12
    raw = np.frombuffer(zlib.decompress(data), np.uint8).reshape(-1, width * depth + 1)
    rows = np.zeros((len(raw), width * depth), np.uint8)
    for y, (kind, line) in enumerate(zip(raw[:, 0], raw[:, 1:], strict=True)):
        above = rows[y - 1] if y else np.zeros(width * depth, np.uint8)
        if kind in (0, 2):
            rows[y] = line + (above if kind == 2 else 0)
            continue
        for x in range(width * depth):
            a = int(rows[y, x - depth]) if x >= depth else 0
            b, c = int(above[x]), int(above[x - depth]) if x >= depth else 0
            paeth = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            rows[y, x] = (int(line[x]) + {1: a, 3: (a + b) // 2, 4: paeth}[int(kind)]) & 255
    return rows.reshape(-1, depth)[:, :3]


@pytest.mark.parametrize("n", [1, 1000, 70_000])
def test_draws_every_sample(chromium_page, screenshot, n):
    with Harness(n, total=70_000) as app:
        page = opened(chromium_page, app)
        assert ask(page, "points") == ask(page, "visible") == n
        assert ask(page, "url") == "/column/tsne.bin"
        assert f"{n:,} of 70,000 samples shown" in page.locator(".iv-map-counts").inner_text()
        screenshot(page, f"{n}-points")
        spot = place(page, 0)
        clip = {"x": round(spot[0]) - 1, "y": round(spot[1]) - 1, "width": 2, "height": 2}
        seen = colors(page.screenshot(clip=clip)).astype(int)
        base = [
            int(app.colors["label"]["colors"][app.label[0]][k : k + 2], 16) for k in (1, 3, 5)
        ]  # another dot may lie over sample 0 in a crowd
        if n < 70_000:
            assert np.abs(seen - base).sum(axis=1).min() < 60
