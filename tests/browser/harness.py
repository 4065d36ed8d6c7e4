"""A tiny Dash app around two sample maps: columns from memory, the callbacks a page would have."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from dash import Dash, Input, Output, State, dcc, html, no_update
from flask import Response, abort
from werkzeug.serving import make_server

from layouts.kit import theme
from layouts.kit.components import SampleMap

ROOT = Path(__file__).parents[2]
BUTTONS = ("pca", "loss", "label", "sizes", "select", "query", "everything", "front", "back", "away", "unmount")
PAGE = """<!DOCTYPE html><html data-bs-theme="light"><head>{%metas%}<title>sample map</title>{%css%}
<style>body{margin:0;padding:16px;background:#f4f5f8;font-family:system-ui,sans-serif}
[data-bs-theme=dark] body{background:#14161b}
:root{--iv-sheet:#fff}[data-bs-theme=dark]{--iv-sheet:#1c1f26;--bs-body-color:#e3e6ec;--bs-secondary-color:#9aa4b5;
--bs-border-color:#2d323d;--bs-primary:#8aa0ff;color-scheme:dark}
.frame{background:var(--iv-sheet);padding:14px;border-radius:10px;height:720px;min-width:0}
</style></head><body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body></html>"""


def inside(points: Any, polygon: Any) -> Any:
    """(n,) mask of the points inside a polygon, by the even-odd rule: the plain way, to compare with."""
    x, y = points[:, 0].astype(float), points[:, 1].astype(float)
    found = np.zeros(len(points), bool)
    for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        crosses = (ay > y) != (by > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            found ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return found


class Door:
    """One address for all harnesses, one after the other: a browser that has read the scripts there keeps them."""

    def __init__(self) -> None:
        self.inside: Any = None
        self.server = make_server("127.0.0.1", 0, self.pass_on, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def pass_on(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return self.inside(environ, start)  # type: ignore[no-any-return]

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@cache
def door() -> Door:
    """The one of this process."""
    return Door()


class Harness:
    """`with Harness(n) as app:` serves at app.url. What callbacks received is in app.heard."""

    def __init__(self, n: int = 1000, categories: int = 10, maps: int = 1, **props: Any) -> None:
        random = np.random.default_rng(0)
        self.n = n
        self.label = random.integers(0, categories, n)
        angle = self.label * 2 * np.pi / categories
        centers = np.stack([np.cos(angle), np.sin(angle)], 1) * 5
        pca = (centers * 0.5 + random.normal(0, 1.2, (n, 2))).astype(np.float32)
        tsne = (centers * 8 + random.normal(0, 4.5, (n, 2))).astype(np.float32)
        loss = random.exponential(0.3, n).astype(np.float32) ** 2
        self.columns = {"pca": pca, "tsne": tsne, "label": self.label.astype(np.int32), "loss": loss}
        self.matching = np.ones(n, bool)  # what a server would leave to a lasso
        self.requests: list[str] = []
        self.heard: dict[str, Any] = {}
        names = [f"class {code}" for code in range(categories)]
        self.colors = {
            "label": {
                "url": "/column/label.bin", "kind": "category", "title": "Label", "names": names,
                "colors": theme.class_colors(categories), "missing": theme.MISSING,
            },
            "loss": {
                "url": "/column/loss.bin", "kind": "number", "title": "Loss", "missing": theme.MISSING,
                "low": 0.001, "high": 1.0, "log": True,
                "scale": {"light": theme.sequential(), "dark": theme.sequential(dark=True)},
            },
        }  # fmt: skip
        self.common = {
            "color": self.colors["label"],
            "images": "/sample/f00d/{index}.png",
            "imageSize": [28, 28],
            "facts": [
                {"url": "/column/label.bin", "title": "label", "names": names},
                {"url": "/column/loss.bin", "title": "loss", "digits": 3},
            ],
            **props,
        }
        self.maps = ["left", "right"][:maps]
        self.app = self._app()

    def positions(self, name: str) -> dict[str, str]:
        return {"url": f"/column/{name}.bin", "name": f"projection/dense/{name}"}

    def map(self, name: str) -> SampleMap:
        method = {"left": "tsne", "right": "pca"}[name]
        return SampleMap(id=name, positions=self.positions(method), **self.common)

    def _app(self) -> Dash:
        assets = str(ROOT / "assets")
        app = Dash(
            "harness", assets_folder=assets, assets_ignore="^(?!sample_map|stage|columns|download)", index_string=PAGE
        )
        columns = f"repeat({len(self.maps)}, minmax(0, 1fr))"
        app.layout = html.Div(
            [
                html.Div(
                    [html.Div(self.map(name), className="frame") for name in self.maps], id="frames",
                    style={"display": "grid", "gridTemplateColumns": columns, "gap": "16px"},
                ),
                *(html.Button(word, id=word) for word in BUTTONS),
                html.Span(id="said"),
                dcc.Store(id="sink"),
            ]
        )  # fmt: skip
        self._routes(app)
        self._callbacks(app)
        return app

    def _routes(self, app: Dash) -> None:
        @app.server.get("/column/<name>.bin")
        def column(name: str) -> Response:
            self.requests.append(name)
            if name not in self.columns:
                abort(404)
            found = np.ascontiguousarray(self.columns[name])
            headers = {
                "X-Innerview-Dtype": found.dtype.name,
                "X-Innerview-Shape": ",".join(map(str, found.shape)),
                "Cache-Control": "no-store",  # the next harness has others at this address
            }
            return Response(found.tobytes(), mimetype="application/octet-stream", headers=headers)

        @app.server.get("/sample/<fingerprint>/<int:index>.png")
        def sample(fingerprint: str, index: int) -> Response:
            return Response(self.picture(index), mimetype="image/png")

        @app.server.get("/favicon.ico")
        def icon() -> Response:
            return Response(status=204)

    def picture(self, index: int) -> bytes:
        from PIL import Image

        y, x = np.mgrid[0:28, 0:28]
        code = self.label[index]
        pixels = 255 * (np.hypot(x - 14, y - 14 - code % 3) < 5 + code) * ((x + y * (code + 1)) % 7 > 1)
        file = io.BytesIO()
        Image.fromarray(pixels.astype(np.uint8)).save(file, "png")
        return file.getvalue()

    def _callbacks(self, app: Dash) -> None:
        first = self.maps[0]

        def button(word: str, prop: str, value: Any) -> None:
            app.callback(
                Output(first, prop, allow_duplicate=True), Input(word, "n_clicks"), prevent_initial_call=True
            )(lambda clicks: value)

        button("pca", "positions", self.positions("pca"))
        button("loss", "color", self.colors["loss"])
        button("label", "color", self.colors["label"])
        button("query", "shown", self.selection(np.arange(self.n) % 4 == 1))
        button("everything", "shown", None)
        button("front", "front", "high")
        button("back", "front", "low")
        button("away", "focus", int(np.argmax(self.columns["tsne"][:, 0])))
        button("sizes", "size", {**self.colors["loss"], "kind": "size"})

        @app.callback(Output("frames", "children"), Input("unmount", "n_clicks"), prevent_initial_call=True)
        def unmount(clicks: int) -> Any:
            return [] if clicks % 2 else [html.Div(self.map(name), className="frame") for name in self.maps]

        @app.callback(Output(first, "selection"), Input("select", "n_clicks"), prevent_initial_call=True)
        def select(clicks: int) -> Any:
            return self.selection(np.arange(self.n) % 10 == 0)

        @app.callback(
            Output("said", "children"), Output(first, "selection", allow_duplicate=True),
            Input(first, "lasso"), State(first, "positions"), prevent_initial_call=True,
        )  # fmt: skip
        def lasso(lasso: Any, positions: Any) -> Any:
            if lasso is None:  # the map has just come back
                return no_update, no_update
            self.heard["lasso"] = lasso
            if lasso["mode"] != "replace":
                return f"{lasso['mode']}", no_update
            if not lasso["polygon"]:
                return "0 chosen", None
            points = self.columns[positions["name"].rpartition("/")[2]]
            mask = inside(points, lasso["polygon"]) & self.matching
            return f"{mask.sum()} chosen", self.selection(mask)

        @app.callback(
            Output("sink", "data"), Input(first, "clicked"), Input(first, "view"),
            Input(first, "unsupported"), Input(first, "tool"),
        )  # fmt: skip
        def hear(clicked: Any, view: Any, unsupported: Any, tool: Any) -> Any:
            self.heard.update(clicked=clicked, view=view, unsupported=unsupported, tool=tool)
            return no_update

    def selection(self, mask: Any) -> dict[str, Any]:
        name = f"set-{int(mask.sum())}-{len(self.columns)}"
        self.columns[name] = np.packbits(mask, bitorder="little")
        return {"url": f"/column/{name}.bin", "count": int(mask.sum())}

    def __enter__(self) -> Self:
        """From now on this is what stands behind the door, until the next one comes."""
        door().inside = self.app.server
        self.url = door().url
        return self

    def __exit__(self, *problem: object) -> None:
        """The page may still be asking, and it may go on until it is closed."""
