"""What somebody wants to be recorded, checked and made into plain arrays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_METADATA = 32
OWN = "recorded_"  # what the names of the recorder's own columns begin with
SLACK = 1e-3  # how far past its ends a range of pixels may be left, in parts of the range
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")


class RecorderError(ValueError):
    """What cannot be recorded. The message reads `<what>: <what was found>; <what to do>`."""


def array_of(values: Any, what: str) -> NDArray[Any]:
    """Numbers of whatever library as an array."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    try:
        array = np.asarray(values)
    except (ValueError, TypeError) as error:
        raise RecorderError(f"{what}: rows of different lengths, or no numbers; give one array") from error
    if array.dtype.kind not in "buif":
        raise RecorderError(f"{what}: {array.dtype} instead of numbers; give one array of numbers")
    return array


def pictures_of(images: Any) -> NDArray[Any]:
    """(n, h, w, ch), ch 1 or 3."""
    array = array_of(images, "images")
    if array.ndim == 4 and array.shape[3] not in (1, 3) and array.shape[1] in (1, 3):
        array = array.transpose(0, 2, 3, 1)
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or array.shape[3] not in (1, 3) or 0 in array.shape[1:]:
        raise RecorderError(f"images: shape {array.shape}; give (n, height, width) or (n, height, width, 1 or 3)")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise RecorderError("images: NaN or infinite pixels; leave these images out")
    return array


def range_of(images: NDArray[Any]) -> tuple[float, float]:
    """The usual range that the pixels lie in: bytes are from 0 to 255, decimal numbers from 0 or -1 to 1."""
    if images.dtype.kind == "b":
        return 0, 1
    if images.dtype.kind in "ui":
        return 0, 255
    least, most = float(images.min()), float(images.max())
    for low, high in ((0, 1), (-1, 1), (0, 255)):
        slack = SLACK * (high - low)
        if low - slack <= least and most <= high + slack:
            return low, high
    raise RecorderError(
        f"images: pixels from {least:.4g} to {most:.4g}; say what black and white are with Recorder(pixels=(.., ..))"
    )


def bytes_of(images: NDArray[Any], pixels: tuple[float, float]) -> NDArray[np.uint8]:
    """(n, h, w, ch) bytes; `pixels` become 0 and 255, and a thousandth past them is cut off."""
    low, high = pixels
    least, most = float(images.min()), float(images.max())
    slack = SLACK * (high - low)
    if least < low - slack or most > high + slack:
        raise RecorderError(
            f"images: pixels from {least:.4g} to {most:.4g}, where {low:g} to {high:g} was recorded before; "
            "give all in one range, or say which with Recorder(pixels=(.., ..))"
        )
    if images.dtype == np.uint8 and pixels == (0, 255):
        return np.ascontiguousarray(images)
    scaled = (images.astype(np.float64) - low) * (255 / (high - low))
    return np.ascontiguousarray(np.rint(scaled).clip(0, 255).astype(np.uint8))


def rows_of(values: Any, n: int, what: str) -> NDArray[np.float32]:
    """(n, d), all of them finite."""
    array = array_of(values, what)
    if array.ndim < 2 or len(array) != n or not array.size:
        raise RecorderError(f"{what}: shape {array.shape} for {n:,} images; give a row of numbers for each")
    found = np.ascontiguousarray(array.reshape(n, -1), np.float32)
    if not np.isfinite(found).all():
        raise RecorderError(f"{what}: NaN or infinite numbers; leave these samples out")
    return found


def labels_of(values: Any, n: int, classes: int) -> NDArray[np.int64]:
    """(n,) classes, -1 for none; `classes` is how many there are, 0 if nobody said."""
    array = array_of(values, "labels")
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.shape != (n,) or array.dtype.kind not in "ui":
        raise RecorderError(
            f"labels: {array.dtype} of shape {array.shape} for {n:,} images; give a whole number each"
        )
    if array.min() < -1 or (classes and array.max() >= classes):
        raise RecorderError(
            f"labels: from {array.min()} to {array.max()}; give -1 or 0 to {max(classes - 1, 0) or 'more'}"
        )
    return array.astype(np.int64)


def columns_of(metadata: Mapping[str, Any], n: int) -> dict[str, NDArray[Any]]:
    """`metadata.name` -> (n,) numbers, truth values or text."""
    if len(metadata) > MOST_METADATA:
        raise RecorderError(f"metadata: {len(metadata)} names; give at most {MOST_METADATA}")
    found = {}
    for name, values in metadata.items():
        column = np.asarray(values)
        column = np.full(n, column[()]) if column.ndim == 0 else column
        if not _NAME.fullmatch(str(name)) or name.startswith(OWN):
            raise RecorderError(
                f"metadata: {str(name)[:40]!r}; give a name of at most 40 letters, digits and _, "
                f"which does not begin with {OWN}"
            )
        if column.shape != (n,) or column.dtype.kind not in "buifU":
            raise RecorderError(f"metadata {name}: {column.dtype} of shape {column.shape}; give one value, or {n:,}")
        found[f"metadata.{name}"] = column
    return found


def numbers_of(y: Any) -> NDArray[Any] | None:
    """Labels as Keras takes them, one-hot rows as numbers."""
    if y is None:
        return None
    array = array_of(y, "labels")
    array = array.argmax(axis=1) if array.ndim == 2 and array.shape[1] > 1 else array.reshape(len(array))
    return array.astype(np.int64) if array.dtype.kind == "f" else array
