"""A visitor's picture file, made into an image of the dataset's shape. Every change becomes a sentence.

Only formats that are decoded by plain libraries are read, never those that start another program or
hold scripts. A picture that has the dataset's own shape passes unchanged, so that a copy is found as one.
"""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from util import InspectorError

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")
MOST_PIXELS = 50_000_000
ORIENTATION = 0x0112  # the number of a tag
LONGEST_NAME = 60
ADVICE = "save it as PNG or JPEG"

_ONE_AT_A_TIME = threading.Lock()  # fifty million pixels take some hundred megabytes


class BadPicture(InspectorError):
    """An uploaded file that cannot be used as a picture."""


def read(body: bytes, shape: tuple[int, int, int], what: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """The picture in a file, fitted to a dataset's images.

    Args:
        body: the file.
        shape: (h, w, ch) of the dataset's images; ch is 1 or 3.
        what: how to call the file in a message.

    Returns:
        (h, w, ch) uint8, and what was done to it, a sentence each; nothing for a picture that fits as it is.

    Raises:
        BadPicture: it is none, or too large.
    """
    from PIL import Image

    bad = BadPicture(f"{what}: not a picture that can be read; {ADVICE}")
    if not body:
        raise BadPicture(f"{what}: is empty; {ADVICE}")
    with _ONE_AT_A_TIME:
        try:
            with Image.open(io.BytesIO(body), formats=FORMATS) as picture:
                width, height = picture.size
                if width * height > MOST_PIXELS:
                    raise _too_large(what, width, height)
                return _fitted(picture, shape)
        except BadPicture:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise BadPicture(f"{what}: has more than {MOST_PIXELS:,} pixels; make it smaller") from None
        except MemoryError:
            raise BadPicture(f"{what}: needs too much memory; make it smaller") from None
        except Exception as error:  # decoders raise whatever they like on a damaged file
            raise bad from error


def clean_name(name: str) -> str:
    """A visitor's file name as a message may show it: printable, on one line, not long."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in name.replace("\\", "/").split("/")[-1])
    shown = shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 12]}...{shown[-9:]}"
    return shown.strip() or "uploaded file"


def _too_large(what: str, width: int, height: int) -> BadPicture:
    return BadPicture(f"{what}: is {width:,} x {height:,} pixels, more than {MOST_PIXELS:,} in all; make it smaller")


def _fitted(picture: Image, shape: tuple[int, int, int]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    from PIL import Image, ImageOps

    height, width, channels = shape
    notes: list[str] = []
    frames = int(getattr(picture, "n_frames", 1))
    if frames > 1:
        notes.append(f"The first of {frames:,} pictures in the file was taken.")
        picture.seek(0)
    picture.load()
    if picture.getexif().get(ORIENTATION, 1) in range(2, 9):
        notes.append("It was turned as the camera noted it.")
    turned = ImageOps.exif_transpose(picture)
    flat = _on_background(_eight_bits(turned, notes), notes)
    mode = "L" if channels == 1 else "RGB"
    if flat.mode != mode:
        gray = np.asarray(flat.convert("RGB"))
        is_gray = bool((gray[..., :1] == gray).all())
        if not (mode == "L" and is_gray):
            notes.append("Its colors became shades of gray." if mode == "L" else "Its grays became colors.")
        flat = flat.convert(mode)
    if flat.size != (width, height):
        notes.append(_resizing(flat.size, (width, height)))
        flat = ImageOps.fit(flat, (width, height), method=Image.Resampling.LANCZOS)
    return np.asarray(flat, np.uint8).reshape(shape), tuple(notes)


def _eight_bits(picture: Image, notes: list[str]) -> Image:
    """The same in 8 bits per channel: scaled where it has more, never clipped."""
    from PIL import Image

    if picture.mode.startswith(("I", "F")):
        values = np.asarray(picture).astype(np.float64)
        if not np.isfinite(values).all():
            raise ValueError("not every pixel is a number")
        least, most = 0.0, 65535.0
        if picture.mode == "F" or values.min() < 0 or values.max() > most:
            least, most = float(values.min()), float(values.max())
            notes.append(f"Its values from {least:.6g} to {most:.6g} were stretched to 0 to 255.")
        else:
            notes.append("Its 16 bits per pixel were scaled to 8.")
        scaled = (values - least) * (255 / max(most - least, 1e-300))
        return Image.fromarray(np.rint(scaled).clip(0, 255).astype(np.uint8))
    return picture


def _on_background(picture: Image, notes: list[str]) -> Image:
    """Gray or RGB; what is see-through stands on white or black, whichever differs more from the rest."""
    from PIL import Image

    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture if picture.mode in ("L", "RGB") else picture.convert("L" if picture.mode == "1" else "RGB")
    whole = picture.convert("RGBA")
    alpha = np.asarray(whole)[..., 3].astype(np.float64)
    if (alpha == 255).all():
        return whole.convert("RGB")
    gray: Any = np.asarray(whole.convert("L"), np.float64)
    light = float((gray * alpha).sum() / alpha.sum()) > 127.5 if alpha.any() else False
    name, ground = ("black", (0, 0, 0, 255)) if light else ("white", (255, 255, 255, 255))
    notes.append(f"What is see-through in it was put on {name}.")
    return Image.alpha_composite(Image.new("RGBA", whole.size, ground), whole).convert("RGB")


def _resizing(was: tuple[int, int], wanted: tuple[int, int]) -> str:
    """What `ImageOps.fit` does, in words."""
    scale = max(wanted[0] / was[0], wanted[1] / was[1])
    kept = tuple(max(1, round(size / scale)) for size in wanted)
    direction = "down" if scale < 1 else "up"
    whole = all(abs(a - b) <= 1 for a, b in zip(kept, was, strict=True))
    cut = "" if whole else f"cut to its middle {_by(kept)} and "
    if scale == 1:
        return f"Its {_by(was)} pixels were cut to the middle {_by(wanted)}."
    return f"Its {_by(was)} pixels were {cut}scaled {direction} to {_by(wanted)}."


def _by(size: tuple[int, ...]) -> str:
    return " x ".join(f"{each:,}" for each in size)
