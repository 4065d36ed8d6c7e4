"""The image pool's first screen at 10,000 and 1,000,000 samples, against 500 pictures as base64 in a callback.

The other way is the usual one in Dash: a callback returns one `html.Img` a sample, the picture in its address. It
has no labels, no losses and no keyboard, and all of its cards exist; ours has those, and only what is in sight.
Times go from the navigation to all pictures of the first screen; then ours is scrolled and jumped in.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import serving, synthetic
from benchmarks.table import served

SIZES = (10_000, 1_000_000)
PICTURES = (500, 2_000)
ROUNDS = 5
SCROLLS = 40
# In a process of its own: what one app imports, all apps of a process serve.
BASE64 = """
import base64, io, sys
import numpy as np
from dash import Dash, Input, Output, html
from PIL import Image
images = np.random.default_rng(0).integers(0, 256, (int(sys.argv[2]), 8, 8), dtype=np.uint8)
app = Dash()
app.layout = html.Div([html.Button("show", id="button"), html.Div(id="wall")])
def address(image):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
@app.callback(Output("wall", "children"), Input("button", "n_clicks"))
def show(clicks):
    return [html.Img(src=address(image), width=96, height=96, title=f"sample {i}") for i, image in enumerate(images)]
app.run(port=int(sys.argv[1]))
"""
FLAGS = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
ALL_THERE = (
    "(n) => { const all = [...document.images]; return all.length === n && all.every((one) => one.complete); }"
)
KEY = '{"picker":"gallery"}'
OURS_THERE = "(key) => window.innerview && innerview.maps && innerview.maps[key] && innerview.maps[key].ready"
NODES = "() => document.querySelectorAll('*').length"
# Seconds of the frames while a wheel is turned: [median, longest].
FRAMES = """async (turns) => {
    const wall = document.querySelector(".iv-gallery-wall"), times = [];
    let last = performance.now();
    for (let turn = 0; turn < turns; turn++) {
        wall.scrollTop += 700;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        times.push((now - last) / 1000);
        last = now;
    }
    times.sort((a, b) => a - b);
    return [times[times.length >> 1], times[times.length - 1]];
}"""


def run(*, data: Path | None = None, full: bool = False) -> None:
    """Print the times; `full` adds 2,000 pictures of the other way, which take very long."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        print("skipped: needs Chromium")
        return
    for n in PICTURES if full else PICTURES[:1]:
        port = serving.free_port()
        with serving.started([sys.executable, "-c", BASE64, str(port), str(n)], port):
            seconds, nodes = _opened(path, f"http://127.0.0.1:{port}/", ALL_THERE, n)
            print(f"base64 in a callback, {n:,} pictures: {seconds:.2f} s, {nodes:,} elements (median of {ROUNDS})")
    for n in SIZES:
        with synthetic.session(n) as session, served(session) as address:
            url = address.replace("/table", "/images?sort=-loss")
            seconds, nodes = _opened(path, url, OURS_THERE, KEY)
            print(f"image pool, {n:,} samples by loss: {seconds:.2f} s, {nodes:,} elements (median of {ROUNDS})")
            _moved(path, url)


def _opened(path: str, url: str, there: str, argument: Any) -> tuple[float, int]:
    """Seconds to the first screen, median over fresh browsers, and the elements on the page."""
    from playwright.sync_api import sync_playwright

    seconds, nodes = [], 0
    with sync_playwright() as driver:
        for _ in range(ROUNDS):
            browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
            page = _page(browser, url, there, argument)
            seconds.append(float(page.evaluate("performance.now()")) / 1000)
            nodes = int(page.evaluate(NODES))
            browser.close()
    return median(seconds), nodes


def _moved(path: str, url: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        page = _page(browser, url, OURS_THERE, KEY)
        page.wait_for_timeout(1000)
        middle, longest = page.evaluate(FRAMES, SCROLLS)
        page.wait_for_function(OURS_THERE, arg=KEY)
        nodes = int(page.evaluate(NODES))
        page.focus(".iv-gallery-wall")
        begin = float(page.evaluate("performance.now()"))
        page.keyboard.press("End")
        page.wait_for_function(
            f"(key) => ({OURS_THERE})(key) && innerview.maps[key].active === innerview.maps[key].rows - 1", arg=KEY
        )
        seconds = (float(page.evaluate("performance.now()")) - begin) / 1000
        print(
            f"  scrolled by {SCROLLS} screens: {1000 * middle:.0f} ms a frame, longest {1000 * longest:.0f} ms, "
            f"{nodes:,} elements; key End to the last screen: {seconds:.2f} s"
        )
        browser.close()


def _page(browser: Any, url: str, there: str, argument: Any) -> Any:
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.set_default_timeout(120_000)
    page.goto(url, wait_until="commit")
    page.wait_for_function(there, arg=argument)
    return page


if __name__ == "__main__":
    run()
