"""Pictures, columns and selections by URL, and the health of the server.

Whatever is named by its content may be kept by the browser for ever; nothing here takes a path.
"""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Flask, Response, abort, jsonify, send_from_directory
from numpy.typing import NDArray

from callbacks.kept import Kept
from util import InspectorError

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

FOR_EVER = "private, max-age=31536000, immutable"
KEPT_IMAGES = 32 * 2**20  # bytes, some 80,000 of digits
ROOMS = (
    "sample", "picture", "column", "selection", "bootstrap", "result", "hits", "sprite", "mosaic", "export", "query",
    "vocabulary", "upload", "pair", "whole", "difference", "heatmap",
)  # fmt: skip


def register(app: Dash, session: Session) -> None:
    """Add the routes to the app's server."""
    server: Flask = app.server

    kept = Kept(KEPT_IMAGES)

    @server.get("/sample/<fingerprint>/<int:index>.png")
    def sample(fingerprint: str, index: int) -> Response:
        if not session.following.shows(fingerprint) or index >= session.dataset.n:
            abort(404)
        return forever(*kept.of((fingerprint, index), lambda: (png(session.image(index)), "image/png")))

    @server.get("/sample/<index>")
    def page(index: str) -> Any:
        """The page of a sample is a page like any other; its pictures lie one level deeper."""
        return app.index()

    @server.get("/picture/<key>/<int:row>.png")
    def row(key: str, row: int) -> Response:
        try:
            images = session.by_key(key)
        except InspectorError:
            abort(404)
        if images.dtype != np.uint8 or images.ndim != 4 or row >= len(images):
            abort(404)
        return forever(png(images[row]), "image/png")

    @server.get("/column/<key>.bin")
    def column(key: str) -> Response:
        try:
            array = session.by_key(key)
        except InspectorError:
            abort(404)
        if array.dtype.kind not in "biuf":
            abort(404)  # text is for exports, not for a browser's arrays
        return numbers(compact(array))

    @server.get("/selection/<fingerprint>/<name>.bin")
    def selection(fingerprint: str, name: str) -> Response:
        if not session.following.shows(fingerprint):
            abort(404)
        try:
            return numbers(session.selections.bitmap(name))
        except InspectorError:
            abort(404)

    @server.get("/health")
    def health() -> Response:
        status = session.status
        progress = {
            "what": status.what,
            "done": status.done,
            "total": status.total,
            "unit": status.unit,
            "made": status.made,
            "planned": status.planned,
            "seconds": round(status.seconds, 1),
            "cancelled": status.cancelled,
            "trouble": status.trouble,
        }
        answer = jsonify(
            status="working" if status.working else "ready",
            progress=progress,
            samples=session.dataset.n if session.has_dataset else 0,
            ready=readiness(session),
            forward_passes=status.forward_passes,
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @server.get("/bootstrap/static/<path:name>")
    def bootstrap(name: str) -> Response:
        response = send_from_directory(bootstrap_folder(), name)
        response.headers["Cache-Control"] = "private, max-age=86400"
        return response

    # What none of these takes would otherwise get Dash's page, with a status of 200.
    @server.get(f"/<any({', '.join(ROOMS)}):room>/<path:rest>")
    def nothing(room: str, rest: str) -> Response:
        abort(404)


def bootstrap_folder() -> Path:
    """Where Bootstrap-Flask keeps Bootstrap's files; found without importing it, which takes its time."""
    found = importlib.util.find_spec("flask_bootstrap")
    if found is None or not found.submodule_search_locations:
        raise InspectorError("Bootstrap-Flask: not installed; run pip install -r requirements.txt")
    return Path(found.submodule_search_locations[0]) / "static"


def readiness(session: Session) -> dict[str, bool]:
    """Which of the things that a person waits for first are there: pictures, scores, a map."""
    first_map = f"projection/{session.network.layer}/pca" if session.has_network else ""
    return {
        "images": session.has_dataset,
        "scores": session.is_ready("predicted") and session.is_ready("loss"),
        "map": bool(first_map) and session.is_ready(first_map),
    }


def png(image: NDArray[np.uint8]) -> bytes:
    """An image (h, w, ch) as PNG."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def compact(array: NDArray[Any]) -> NDArray[Any]:
    """The same values in a type that a browser reads: uint8, int32 or float32, little endian."""
    if array.dtype == bool:
        return array.astype(np.uint8)
    if np.issubdtype(array.dtype, np.integer):
        small = array.size and array.min() >= 0 and array.max() < 256
        return np.ascontiguousarray(array, dtype="<u1" if small else "<i4")
    return np.ascontiguousarray(array, dtype="<f4")


def numbers(array: NDArray[Any]) -> Response:
    """An array as raw bytes, with the two headers by which the browser's half reads it."""
    response = forever(array.tobytes(), "application/octet-stream")
    response.headers["X-Innerview-Dtype"] = array.dtype.name
    response.headers["X-Innerview-Shape"] = ",".join(map(str, array.shape))
    return response


def forever(body: bytes, kind: str) -> Response:
    """An answer that its URL names by content."""
    response = Response(body, mimetype=kind)
    response.headers["Cache-Control"] = FOR_EVER
    return response


def line(status: int, text: str) -> Response:
    """A refusal that says why, in one line whatever stands in the text."""
    return Response(f"{' '.join(text.split())}\n", status=status, mimetype="text/plain")
