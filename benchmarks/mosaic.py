"""The confusion page's pictures: our wall of tiles against one large picture in a plotly chart, same data, one run.

Both are Dash apps of one server, opened in turn in a fresh Chromium profile. The large picture is made
beforehand and not counted. Seconds are from the navigation until the pictures are on the screen, and
from when Dash had its layout; bytes are those of pictures and layout, without scripts.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.thumbnails import LEVELS, halved, thumbnails
from benchmarks import serving
from benchmarks.machine import timed
from layouts.kit.mosaic import Mosaic as Wall
from workspace.facets import Facet
from workspace.mosaic import ERRORS, SAME, Mosaic, arranged, layout
from workspace.tiles import TILE, levels, tile

ROOT = Path(__file__).resolve().parent.parent
CLASSES, ACCURACY = 10, 0.92
ROUNDS = 3
SIZE = {"width": "900px", "height": "700px"}
FLAGS = ("--no-sandbox",)

OURS = "() => window.innerview && innerview.maps && innerview.maps.wall && innerview.maps.wall.ready"
PLOTLY = """() => {
    if (window.decoded !== undefined) return window.decoded;
    const image = document.querySelector(".js-plotly-plot image");
    const href = image && (image.getAttribute("href") || image.getAttribute("xlink:href"));
    if (!href) return false;
    window.decoded = false;
    const probe = new Image();
    probe.src = href;
    probe.decode().then(() => { window.decoded = true; });
    return false;
}"""
READ = """() => {
    const entries = performance.getEntriesByType("resource");
    const layout = entries.find((entry) => entry.name.endsWith("_dash-layout"));
    const ours = entries.filter((entry) => entry.name.includes("/wall/"));
    const now = performance.now();
    const bytes = ours.reduce((sum, entry) => sum + entry.encodedBodySize, 0);
    return [now / 1000, (now - layout.responseEnd) / 1000, bytes / 1e6];
}"""


@dataclass(frozen=True, eq=False)
class Data:
    """Pictures in all sizes, with what sorts them."""

    name: str
    pyramid: tuple[NDArray[np.uint8], ...]
    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]
    loss: NDArray[np.float64]

    @cache  # noqa: B019 - three of them live as long as the process
    def wall(self, arrange: str) -> Mosaic:
        """The wall of all of them."""
        names = tuple(map(str, range(CLASSES)))
        rows, columns = (
            Facet(title, title, title, "class", codes.astype(np.int32), names, ("",) * CLASSES)
            for title, codes in (("label", self.labels), ("predicted", self.predicted))
        )
        correct = (self.labels == self.predicted).astype(np.int64)
        return arranged(
            rows, columns, np.arange(len(self.labels)), loss=self.loss, correct=correct, arrange=arrange,
            pixels=self.pyramid[0].shape[1], key=arrange, parameters={"arrange": arrange},
        )  # fmt: skip

    @cache  # noqa: B019
    def picture(self) -> bytes:
        """The whole wall as one file, each picture with all its pixels, up to the largest side a browser draws."""
        from PIL import Image

        wall = self.wall(SAME)
        pixels = min(float(self.pyramid[0].shape[1]), 8000 / max(wall.size))
        width, height = (int(np.ceil(side * pixels / TILE)) for side in wall.size)
        whole = [[tile(wall, pixels, x, y, self.pyramid) for x in range(width)] for y in range(height)]
        file = io.BytesIO()
        Image.fromarray(np.concatenate([np.concatenate(row, axis=1) for row in whole])).save(
            file, "PNG", compress_level=1
        )
        return file.getvalue()


def data_sets() -> Iterator[Data]:
    """10,000 and 70,000 of 28 x 28, and 10,000 of 224 x 224 in color."""
    for n, side, channels in ((10_000, 28, 1), (70_000, 28, 1), (10_000, 224, 3)):
        random = np.random.default_rng(0)
        labels = random.integers(0, CLASSES, n)
        predicted = np.where(random.random(n) < ACCURACY, labels, random.integers(0, CLASSES, n))
        seconds, pyramid = _pyramid(n, side, channels, labels)
        print(f"{n:,} of {side} x {side} x {channels}: thumbnails of 1,000 take {seconds:.2f} s")
        yield Data(f"{n:,} of {side}", pyramid, labels, predicted, random.exponential(1, n))


def _pyramid(
    n: int, side: int, channels: int, labels: NDArray[np.int64]
) -> tuple[float, tuple[NDArray[np.uint8], ...]]:
    """Smooth blobs with a little noise, which compress as photographs and digits do; and what 1,000 cost."""
    random = np.random.default_rng(1)
    s = min(side, 64)
    coarse = random.integers(0, 256, (n, 7, 7, channels), dtype=np.uint8)
    place = np.minimum(np.arange(s) * 7 // s, 6)
    level = coarse[:, place][:, :, place]
    if channels == 1:
        level = np.where(level > 170, level, 0).astype(np.uint8)
    else:
        level = np.clip(level.astype(np.int16) + random.integers(-9, 9, level.shape, dtype=np.int8), 0, 255)
    first = level.astype(np.uint8)
    large = np.repeat(np.repeat(first[:1000], -(-side // s), axis=1), -(-side // s), axis=2)[:, :side, :side]

    def shrink() -> None:
        made = thumbnails(large)
        for _ in range(1, LEVELS):
            made = halved(made)

    found = [first]
    for _ in range(1, LEVELS):
        found.append(halved(found[-1]))
    return timed(shrink)[1].cpu, tuple(found)


def run(*, data: Path | None = None, full: bool = False) -> None:
    """Print the table."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        print("skipped: needs Chromium")
        return
    for found in data_sets():
        with served(found) as url:
            print(f"{found.name}, best of {ROUNDS}{'':14}   page s   drawn s       MB")
            for name, (label, waits) in PAGES.items():
                rounds = [measure(path, url + name, waits) for _ in range(ROUNDS)]
                page, drawn, size = (min(column) for column in zip(*rounds, strict=True))
                print(f"{label:40} {page:8.2f} {drawn:9.2f} {size:8.2f}")


def measure(path: str, url: str, waits: str) -> tuple[float, float, float]:
    """Seconds until drawn since the navigation and since the layout, and MB of pictures."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.set_default_timeout(120_000)
        page.goto(url, wait_until="commit")
        page.wait_for_function(waits)
        whole, drawn, size = page.evaluate(READ)
        browser.close()
    return float(whole), float(drawn), float(size)


@contextmanager
def served(data: Data) -> Iterator[str]:
    """All pages on a free port."""
    from flask import Flask, Response, jsonify

    from callbacks.mosaic import encoded

    kind = "png" if data.pyramid[0].shape[3] == 1 else "webp"
    sizes = [images.shape[1] for images in data.pyramid]
    flask = Flask("benchmark")

    @flask.get("/wall/<arrange>/layout.json")
    def wall_layout(arrange: str) -> Response:
        wall = data.wall(arrange)
        return jsonify({**layout(wall), "levels": levels(wall, sizes), "tile": TILE})

    @flask.get("/wall/<arrange>/<int:z>/<int:x>/<int:y>")
    def wall_tile(arrange: str, z: int, x: int, y: int) -> Response:
        wall = data.wall(arrange)
        pixels = tile(wall, levels(wall, sizes)[z], x, y, data.pyramid)
        return Response(encoded(pixels, kind), mimetype=f"image/{kind}")

    @flask.get("/wall/picture.png")
    def picture() -> Response:
        return Response(data.picture(), mimetype="image/png")

    ours(flask, "/errors/", ERRORS)
    ours(flask, "/all/", SAME)
    plotly(flask, "/plotly/", data.wall(SAME).size)
    data.wall(ERRORS)
    data.picture()
    with serving.threaded(flask) as address:
        yield address


def ours(flask: Any, path: str, arrange: str) -> None:
    """The wall of tiles."""
    from dash import Dash, html

    wall = {
        "layout": f"/wall/{arrange}/layout.json",
        "ids": f"/wall/{arrange}/ids.bin",
        "tiles": f"/wall/{arrange}/{{z}}/{{x}}/{{y}}",
        "asked": {},
    }
    app = Dash(
        path.strip("/"), server=flask, url_base_pathname=path, assets_folder=str(ROOT / "assets"),
        assets_ignore="^(?!mosaic|stage|columns|download)",
    )  # fmt: skip
    app.layout = html.Div(html.Div(Wall("wall", wall=wall), style=SIZE))


def plotly(flask: Any, path: str, size: tuple[float, float]) -> None:
    """The usual way: one picture under an empty chart, zoomed as a chart is."""
    from dash import Dash, dcc, html
    from plotly import graph_objects as go

    width, height = size
    app = Dash(path.strip("/"), server=flask, url_base_pathname=path)
    figure = go.Figure(go.Scatter(x=[0, width], y=[0, height], mode="markers", opacity=0))
    image = {"source": "/wall/picture.png", "x": 0, "y": 0, "sizex": width, "sizey": height, "xref": "x", "yref": "y"}
    figure.update_layout(images=[{**image, "sizing": "stretch"}])
    figure.update_yaxes(autorange="reversed", scaleanchor="x")
    config: Any = {"showSendToCloud": False, "displaylogo": False}
    app.layout = html.Div(dcc.Graph(id="wall", figure=figure, config=config, style=SIZE))


PAGES = {
    "errors/": ("wall of tiles, errors (the default)", OURS),
    "all/": ("wall of tiles, all pictures", OURS),
    "plotly/": ("plotly, one PNG of all pictures", PLOTLY),
}


if __name__ == "__main__":
    run()
