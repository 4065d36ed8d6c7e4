"""One picture file, of the kinds that people have, made into bytes that a network can be shown.

Pictures come from anywhere, so they are opened within limits: only plain files, only six formats (each
by its content, so that a PostScript program named .png never starts an interpreter), no more bytes and
pixels than a camera makes. What is wrong with one is a `BadPicture`, which says why in a few words.
"""

from __future__ import annotations

import io
import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from datasets.loader import shown

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
ENDINGS = frozenset(
    (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".dib", ".webp", ".tif", ".tiff", ".apng")
)
MOST_BYTES = 2**28
MOST_PIXELS = 50_000_000
LARGE = 250_000

TRANSPARENT, DEEP, FRAMES, TURNED, INKS = "transparent", "deep", "frames", "turned", "inks"
"""What was done to a picture that a person should know."""

_ORIENTATION = 0x0112
_OTHERS = (
    (b"%!PS", "PostScript"),
    (b"%PDF", "a PDF document"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML document"),
    (b"<", "a web page"),
    (b"PK", "a zip archive"),
    (b"version https://git-lfs", "a Git LFS pointer; run 'git lfs pull'"),
)
_STARTS = (b"\x89PNG", b"\xff\xd8", b"GIF8", b"BM", b"RIFF", b"II*\0", b"MM\0*")


class BadPicture(Exception):
    """Why a picture cannot be used, in a few words."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a picture's header says: its size in pixels as a person sees it, and whether it has no color."""

    width: int
    height: int
    gray: bool


@contextmanager
def undisturbed() -> Iterator[None]:
    """Pillow's warnings about odd pictures are left out; what matters of them becomes a BadPicture."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def look(file: Path | bytes) -> Look:
    """The size of a picture, from its header alone.

    Raises:
        BadPicture: it is no picture, too large, or cannot be read.
    """
    with _opened(file) as image:
        width, height = image.size
        turned = "exif" in image.info and _orientation(image) > 4
        return Look(height, width, _is_gray(image)) if turned else Look(width, height, _is_gray(image))


def decode(file: Path | bytes, width: int, height: int, channels: int) -> tuple[NDArray[np.uint8], frozenset[str]]:
    """The pixels of a picture, resized if need be, and what was done to it.

    The picture is turned as its camera says; of several frames the first is taken; what lies behind
    transparent pixels is black; 16 bits are scaled to 8; the aspect is not kept.

    Returns:
        (height, width, channels) uint8, and words such as TURNED.

    Raises:
        BadPicture: it is no picture, damaged, too large, or cannot be read.
    """
    with _opened(file) as image:
        if image.format == "JPEG":
            longest = max(width, height)
            image.draft(None, (2 * longest, 2 * longest))  # decodes a large photograph several times faster
        plain, done = _plain(image, turned=True)
        return _resized(plain, width, height, channels), done


def stored_size(file: Path | bytes) -> tuple[int, int]:
    """Width and height of a picture as it is stored, before it is turned. Raises BadPicture."""
    with _opened(file) as image:
        width, height = image.size
        return width, height


def whole(file: Path | bytes, *, turned: bool = True) -> tuple[NDArray[np.uint8], frozenset[str]]:
    """All pixels of a picture, (h, w) if it is gray, else (h, w, 3), and what was done to it.

    Args:
        file: the picture.
        turned: whether it is turned as its camera noted.

    Raises:
        BadPicture: it is no picture, damaged, too large, or cannot be read.
    """
    with _opened(file) as image:
        plain, done = _plain(image, turned=turned)
        return np.array(plain, np.uint8), done


def fitted(pixels: NDArray[np.uint8], width: int, height: int, channels: int) -> NDArray[np.uint8]:
    """A part of what `whole` gives, as (height, width, channels) uint8."""
    from PIL import Image

    return _resized(Image.fromarray(np.ascontiguousarray(pixels)), width, height, channels)


def reduced(file: Path | bytes, longest: int, *, turned: bool = True) -> tuple[bytes, str]:
    """A picture written anew, no edge longer than so many pixels, and its media type.

    Nothing but pixels comes along. It is a JPEG file if it was one, or if it is large, else a PNG file.

    Raises:
        BadPicture: it is no picture, damaged, too large, or cannot be read.
    """
    with _opened(file) as image:
        kind = "JPEG" if image.format == "JPEG" else "PNG"
        if kind == "JPEG":
            image.draft(None, (longest, longest))
        plain, _ = _plain(image, turned=turned)
        plain.thumbnail((longest, longest))
        plain.info.clear()
        if plain.width * plain.height > LARGE:
            kind = "JPEG"
        buffer = io.BytesIO()
        if kind == "JPEG":
            plain.save(buffer, kind, quality=88)
        else:
            plain.save(buffer, kind, compress_level=1)
        return buffer.getvalue(), f"image/{kind.lower()}"


def _plain(image: Image.Image, *, turned: bool) -> tuple[Image.Image, frozenset[str]]:
    """An opened picture in mode L or RGB, upright if it is to be turned, and what was done to it."""
    done = {FRAMES} if getattr(image, "is_animated", False) else set()
    image.load()
    turn = _turns(_orientation(image)) if turned else None
    plain = _eight_bits(image, done)
    if turn is not None:
        done.add(TURNED)
        plain = plain.transpose(turn)
    return plain, frozenset(done)


def _resized(plain: Image.Image, width: int, height: int, channels: int) -> NDArray[np.uint8]:
    from PIL import Image

    if plain.size != (width, height):
        plain = plain.resize((width, height), Image.Resampling.BILINEAR)
    plain = plain.convert("L" if channels == 1 else "RGB")
    return np.asarray(plain, np.uint8).reshape(height, width, channels)


@contextmanager
def _opened(file: Path | bytes) -> Iterator[Image.Image]:
    """The picture, its header read and found within limits; whatever goes wrong inside is a BadPicture."""
    from PIL import Image, UnidentifiedImageError

    start = b""
    with _stream(file) as stream:
        try:
            start = stream.read(256)
            stream.seek(0)
            with Image.open(stream, formats=FORMATS) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise BadPicture(f"too many pixels ({width:,} x {height:,}; at most {MOST_PIXELS:,} are read)")
                if not width * height:
                    raise BadPicture("no pixels in it")
                yield image
        except BadPicture:
            raise
        except UnidentifiedImageError:
            raise BadPicture(_instead(start)) from None
        except Image.DecompressionBombError:
            raise BadPicture(f"too many pixels (at most {MOST_PIXELS:,} are read)") from None
        except MemoryError:
            raise BadPicture("too large for the memory that is left") from None
        except Exception as error:  # decoders fail in every way there is on damaged files
            cut = isinstance(error, EOFError) or "truncated" in str(error).lower()
            raise BadPicture("cut off: a part is missing" if cut else f"damaged ({_said(error)})") from error


@contextmanager
def _stream(file: Path | bytes) -> Iterator[IO[bytes]]:
    """The bytes of a plain file; never waits for a pipe."""
    if isinstance(file, bytes):
        if not file:
            raise BadPicture("empty: no bytes in it")
        if len(file) > MOST_BYTES:
            raise BadPicture(f"too large a file ({len(file):,} bytes; at most {MOST_BYTES:,} are read)")
        yield io.BytesIO(file)
        return
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        number = os.open(file, flags)
    except (OSError, ValueError) as error:
        raise BadPicture(unreadable(error)) from error
    try:
        info = os.fstat(number)
        if not stat.S_ISREG(info.st_mode):
            raise BadPicture("not a plain file")
        if not info.st_size:
            raise BadPicture("empty: no bytes in it")
        if info.st_size > MOST_BYTES:
            raise BadPicture(f"too large a file ({info.st_size:,} bytes; at most {MOST_BYTES:,} are read)")
        with os.fdopen(number, "rb", closefd=False) as stream:
            yield stream
    finally:
        os.close(number)


def unreadable(error: Exception) -> str:
    """Why the system does not give a file, in a few words."""
    match error:
        case PermissionError():
            return "permission denied"
        case FileNotFoundError():
            return "no such file"
        case IsADirectoryError():
            return "a folder, not a picture"
        case OSError():
            return (error.strerror or "it cannot be read").lower()
        case _:
            return "a path that this system does not know"


def _instead(start: bytes) -> str:
    """What a file that is no picture is."""
    if start.startswith(_STARTS):
        return "damaged: it begins like a picture and cannot be read"
    for magic, kind in _OTHERS:
        if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(magic):
            return f"not a picture but {kind}"
    text = all(32 <= byte < 127 or byte in b"\t\r\n" for byte in start)
    return "not a picture but text" if text else "not a PNG, JPEG, GIF, BMP, WebP or TIFF picture"


def _said(error: Exception) -> str:
    return shown(str(error) or type(error).__name__)[:60]


def _orientation(image: Image.Image) -> int:
    """1 to 8 as EXIF counts; 1, upright, where nothing sensible is said."""
    with suppress(Exception):  # what cameras write here is often broken, and the picture is not
        value = int(image.getexif().get(_ORIENTATION, 1))
        return value if 1 <= value <= 8 else 1
    return 1


def _turns(orientation: int) -> Any:
    """What makes a picture upright that is stored in this orientation, or None."""
    from PIL.Image import Transpose

    return {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation)


def _is_gray(image: Image.Image) -> bool:
    """Whether the way a picture is stored has no room for color."""
    if image.mode in ("P", "PA"):
        palette = image.getpalette() or []
        return palette[0::3] == palette[1::3] == palette[2::3]
    return image.mode in ("1", "L", "LA", "La", "F") or image.mode.startswith("I")


def _eight_bits(image: Image.Image, done: set[str]) -> Image.Image:
    """The picture in mode L or RGB."""
    from PIL import Image

    if image.mode.startswith("I"):
        numbers = np.asarray(image)
        least, most = int(numbers.min()), int(numbers.max())
        if least < 0 or most > 65535:
            raise BadPicture(f"its pixels run from {least:,} to {most:,}; save them with 8 or 16 bits")
        done.add(DEEP)
        return Image.fromarray(np.rint(numbers * (255 / 65535)).astype(np.uint8))
    if image.mode == "F":
        raise BadPicture("its pixels are decimal numbers; save them with 8 or 16 bits")
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or (image.mode == "P" and "transparency" in image.info):
        full = image.convert("RGBA")
        if np.asarray(full.getchannel("A")).min() < 255:
            done.add(TRANSPARENT)
            full = Image.alpha_composite(Image.new("RGBA", full.size, (0, 0, 0, 255)), full)
        return full.convert("RGB")
    if image.mode in ("L", "RGB"):
        return image
    if image.mode == "CMYK":
        done.add(INKS)
    return image.convert("L" if image.mode == "1" else "RGB")
