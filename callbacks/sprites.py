"""Many small pictures as one: what the image pool shows comes by sheets of up to 128 samples.

The samples stand in the URL one by one, so that a picture and its row can never be mixed up, and
the browser may keep a sheet for ever. A sheet of 128 digits takes about 2 ms and 50 kB.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Flask, Response, abort, request
from numpy.typing import NDArray

from callbacks.kept import Answer, Kept
from callbacks.routes import forever, line

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

MOST = 128  # samples on a sheet
ACROSS = 16  # of them in a row
SMALLEST, LARGEST = 1, 192  # pixels a sample may have on a sheet
KEPT = 48 * 2**20  # bytes of sheets, some 1,000 of digits
THUMBNAILS = "thumbnails/0"

_IDS = re.compile(r"\d{1,9}(?:,\d{1,9})*", re.ASCII)


def register(app: Dash, session: Session) -> None:
    """Add the route to the app's server."""
    server: Flask = app.server

    kept = Kept(KEPT)

    @server.get("/sprite/<fingerprint>/<int:side>.png")
    def sprite(fingerprint: str, side: int) -> Response:
        if not session.following.shows(fingerprint):
            abort(404)
        asked = request.args.get("ids", "")
        if not SMALLEST <= side <= LARGEST or not _IDS.fullmatch(asked) or asked.count(",") >= MOST:
            text = (
                f"sprite: ids must be 1 to {MOST} sample numbers, and the side {SMALLEST} to {LARGEST} pixels; ask so"
            )
            return line(400, text)
        ids = tuple(map(int, asked.split(",")))
        if max(ids) >= session.dataset.n:
            abort(404)

        def drawn() -> Answer:
            return encoded(sheet(pictures(session, np.asarray(ids), side), side))

        return forever(*kept.of((fingerprint, side, ids), drawn))


def pictures(session: Session, indices: NDArray[np.integer], side: int) -> NDArray[np.uint8]:
    """(k, h, w, ch) the samples, from the thumbnails where these are there and have this size."""
    images = session.column("images")
    if max(images.shape[1:3]) > side and session.is_ready(THUMBNAILS):
        thumbnails = session.column(THUMBNAILS)
        if thumbnails.shape[1] == side:
            images = thumbnails
    return np.asarray(images[indices])


def sheet(images: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Images in rows of 16, each fitted into a square, centered on black: larger ones shrunk, small ones doubled.

    Args:
        images: (k, h, w, ch) with k >= 1.
        side: of a square, in pixels. Small images grow by whole factors only, so that every pixel stays one.

    Returns:
        (ceil(k / 16) * side, min(k, 16) * side, ch).
    """
    fitted = [_shrunk(image, side) for image in images] if max(images.shape[1:3]) > side else None
    if fitted is None:
        times = side // max(images.shape[1:3])
        fitted = list(images.repeat(times, axis=1).repeat(times, axis=2))
    height, width, channels = fitted[0].shape
    top, left = (side - height) // 2, (side - width) // 2
    across = min(len(fitted), ACROSS)
    found = np.zeros((-(-len(fitted) // across) * side, across * side, channels), np.uint8)
    for place, image in enumerate(fitted):
        y, x = (place // across) * side + top, (place % across) * side + left
        found[y : y + height, x : x + width] = image
    return found


def encoded(image: NDArray[np.uint8]) -> tuple[bytes, str]:
    """A sheet as a file, and its type.

    Gray sheets are PNG, exact and small; colored ones JPEG of quality 92 without loss of color detail, a
    sixth of the size at a fraction of the time; other numbers of channels PNG again.
    """
    from PIL import Image

    buffer = io.BytesIO()
    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    if image.shape[-1] == 3:
        picture.save(buffer, "JPEG", quality=92, subsampling=0)
        return buffer.getvalue(), "image/jpeg"
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue(), "image/png"


def _shrunk(image: NDArray[np.uint8], side: int) -> NDArray[Any]:
    """An image (h, w, ch) with its longer side as long as `side`; a pixel is the mean of the area it covers."""
    from PIL import Image

    height, width, channels = image.shape
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    picture = Image.fromarray(image[..., 0] if channels == 1 else image)
    return np.asarray(picture.resize(size, Image.Resampling.BOX)).reshape(size[1], size[0], channels)
