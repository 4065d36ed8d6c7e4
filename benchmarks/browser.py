"""70,000 points in a browser: our sample map against plotly's scattergl, same page, same data, one run.

Both pages are Dash apps of one server, opened in turn in a fresh Chromium profile, and both tell the
number of samples in a lasso by a callback of the server. The drawing is done by the processor, so the
seconds are those of a machine without a graphics card; the ratios are what counts.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import serving
from layouts.kit import theme
from layouts.kit.components import SampleMap

ROOT = Path(__file__).resolve().parent.parent
CLASSES = 10
MOVES = 24
ROUNDS = 3
FLAGS = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
         "--ignore-gpu-blocklist")  # fmt: skip
SIZE = {"width": "1200px", "height": "720px"}

# When the points are pixels (reading one back waits for the drawing): seconds since the navigation, and since
# Dash had its layout, which is when a chart can begin: it holds the chart's own script, data and drawing.
READ = """() => {
    const ours = document.querySelector(".iv-map-points");
    const gl = ours && ours.getContext("webgl2");
    if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    const now = performance.now();
    const layout = performance.getEntriesByType("resource").find((entry) => entry.name.endsWith("_dash-layout"));
    return [now / 1000, (now - layout.responseEnd) / 1000];
}"""
OURS_DRAWN = "() => window.innerview && innerview.ready && innerview.drawn > 0"
PLOTLY_DRAWN = """() => {
    const graph = document.querySelector(".js-plotly-plot");
    if (!graph || !graph.calcdata || !graph._fullLayout || graph._promises.length) return false;
    const canvas = graph.querySelector("canvas.gl-canvas-context");
    const gl = canvas && (canvas.getContext("webgl") || canvas.getContext("webgl2"));
    if (!gl) return false;
    const row = new Uint8Array(4 * canvas.width);
    gl.readPixels(0, canvas.height >> 1, canvas.width, 1, gl.RGBA, gl.UNSIGNED_BYTE, row);
    return row.some((value) => value > 0);
}"""
# From the mouse button's release to the count on the screen.
TIMED = """() => {
    window.lasso = new Promise((done) => {
        let start = 0;
        window.addEventListener("pointerup", () => (start = performance.now()), { capture: true, once: true });
        window.addEventListener("mouseup", () => (start = start || performance.now()), { capture: true, once: true });
        new MutationObserver(() => done((performance.now() - start) / 1000))
            .observe(document.getElementById("count"), { childList: true, characterData: true, subtree: true });
    });
}"""


def run(*, data: Path | None = None, full: bool = False) -> None:
    """Print the table; `full` adds 250,000 points."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        print("skipped: needs Chromium")
        return
    for n in (70_000, 250_000) if full else (70_000,):
        with served(n) as url:
            rounds = [{name: measure(path, url, name) for name in PAGES} for _ in range(ROUNDS)]
        rows = {name: {what: min(found[name][what] for found in rounds) for what in MEASURES} for name in PAGES}
        print(f"{n:,} points, best of {ROUNDS}, seconds")
        print(f"{'':34}" + "".join(f"{what:>10}" for what in MEASURES))
        for name, row in rows.items():
            print(f"{LABELS[name]:34}" + "".join(f"{row[what]:10.3f}" for what in MEASURES))
        for name in ("plotly", "frugal"):
            ratios = (rows[name][what] / rows["ours"][what] for what in MEASURES)
            print(f"{'ours is faster than ' + name:34}" + "".join(f"{ratio:9.1f}x" for ratio in ratios))


def measure(path: str, url: str, name: str) -> dict[str, float]:
    """Seconds: until drawn since navigation and since the layout; from a lasso's release to its count; its drag."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.set_default_timeout(120_000)
        page.goto(url + name, wait_until="commit")
        page.wait_for_function(PAGES[name])
        whole, chart = page.evaluate(READ)
        page.wait_for_timeout(500)
        page.evaluate(TIMED)
        drag = lasso(page)
        found = {"page": whole, "drawn": chart, "lasso": page.evaluate("window.lasso"), "drag": drag}
        browser.close()
    return found


def lasso(page: Any) -> float:
    """Draw a loop around nearly everything; the seconds from the first move to the release."""
    begin = page.evaluate("performance.now()")
    for k in range(MOVES + 1):
        angle = 2 * math.pi * k / MOVES
        page.mouse.move(620 + 400 * math.cos(angle), 380 + 300 * math.sin(angle))
        if k == 0:
            page.mouse.down()
    end = page.evaluate("performance.now()")
    page.mouse.up()
    return float(end - begin) / 1000


@contextmanager
def served(n: int) -> Iterator[str]:
    """All pages on a free port."""
    from flask import Flask

    random = np.random.default_rng(0)
    label = random.integers(0, CLASSES, n).astype(np.uint8)
    angle = label * 2 * np.pi / CLASSES
    places = np.stack([np.cos(angle), np.sin(angle)], 1) * 5 + random.normal(0, 0.8, (n, 2))
    flask = Flask("benchmark")
    for name, build in (("ours", ours), ("plotly", plotly), ("frugal", frugal)):
        build(flask, f"/{name}/", places.astype(np.float32), label)
    with serving.threaded(flask) as address:
        yield address


def ours(flask: Any, path: str, places: Any, label: Any) -> None:
    """The sample map; the lasso's polygon goes to the server, which counts."""
    from dash import Input, Output, html
    from flask import Response

    columns = {"places": places, "label": label}

    def column(name: str) -> Response:
        found = columns[name]
        shape = ",".join(map(str, found.shape))
        headers = {"X-Innerview-Dtype": found.dtype.name, "X-Innerview-Shape": shape}
        return Response(found.tobytes(), mimetype="application/octet-stream", headers=headers)

    flask.add_url_rule("/column/<name>", view_func=column)
    color = {
        "url": "/column/label", "kind": "category", "title": "Class", "names": [str(k) for k in range(CLASSES)],
        "colors": theme.class_colors(CLASSES), "missing": theme.MISSING,
    }  # fmt: skip
    app = dash(
        flask, path, assets_folder=str(ROOT / "assets"), assets_ignore="^(?!sample_map|stage|columns|download)"
    )
    chart = SampleMap(
        "map", positions={"url": "/column/places", "name": "places"}, color=color, tool="lasso", style=SIZE
    )
    app.layout = html.Div([chart, html.Div(id="count")])

    def count(lasso: dict[str, Any]) -> str:
        return f"{inside(places, lasso['polygon']).sum()} samples"

    app.callback(Output("count", "children"), Input("map", "lasso"), prevent_initial_call=True)(count)


def plotly(flask: Any, path: str, places: Any, label: Any) -> None:
    """The usual way: a callback of the server gets `selectedData`."""
    from dash import Input, Output, html

    app = dash(flask, path)
    app.layout = html.Div([graph(places, label), html.Div(id="count")])

    def count(selected: dict[str, Any] | None) -> str:
        return f"{len((selected or {'points': []})['points'])} samples"

    app.callback(Output("count", "children"), Input("map", "selectedData"), prevent_initial_call=True)(count)


def frugal(flask: Any, path: str, places: Any, label: Any) -> None:
    """Plotly at its best: only the lasso's corners go to the server."""
    from dash import Input, Output, dcc, html

    app = dash(flask, path)
    app.layout = html.Div([graph(places, label), html.Div(id="count"), dcc.Store(id="corners")])
    app.clientside_callback(
        "(selected) => selected ? selected.lassoPoints : window.dash_clientside.no_update",
        Output("corners", "data"), Input("map", "selectedData"), prevent_initial_call=True,
    )  # fmt: skip

    def count(corners: dict[str, Any]) -> str:
        polygon = [list(corner) for corner in zip(corners["x"], corners["y"], strict=True)]
        return f"{inside(places, polygon).sum()} samples"

    app.callback(Output("count", "children"), Input("corners", "data"), prevent_initial_call=True)(count)


def graph(places: Any, label: Any) -> Any:
    """One scattergl trace with a color per point, the same dots as ours."""
    from dash import dcc
    from plotly import graph_objects as go

    colors = theme.class_colors(CLASSES)
    scale = [[(k + side) / CLASSES, color] for k, color in enumerate(colors) for side in (0, 1)]
    marker = {"color": label, "colorscale": scale, "cmin": -0.5, "cmax": CLASSES - 0.5, "size": 4}
    figure = go.Figure(go.Scattergl(x=places[:, 0], y=places[:, 1], mode="markers", marker=marker))
    figure.update_layout(template=theme.template(), dragmode="lasso", yaxis={"scaleanchor": "x"})
    config: Any = {"showSendToCloud": False, "displaylogo": False}
    return dcc.Graph(id="map", figure=figure, config=config, style=SIZE)


def dash(flask: Any, path: str, **options: Any) -> Any:
    """A Dash app under a path of the server."""
    from dash import Dash

    return Dash(path.strip("/"), server=flask, url_base_pathname=path, **options)


def inside(points: Any, polygon: list[list[float]]) -> Any:
    """(n,) mask of the points inside a polygon, by the even-odd rule."""
    x, y = points.T
    found = np.zeros(len(points), bool)
    for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if ay != by:
            found ^= ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return found


MEASURES = ("page", "drawn", "lasso", "drag")
PAGES: dict[str, str] = {
    "ours": OURS_DRAWN,
    "plotly": PLOTLY_DRAWN,
    "frugal": PLOTLY_DRAWN,
}
LABELS = {
    "ours": "sample map",
    "plotly": "plotly, selectedData to server",
    "frugal": "plotly, only corners to server",
}


if __name__ == "__main__":
    run()
