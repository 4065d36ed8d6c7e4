"""Scalars from TensorBoard's event files, without TensorFlow.

An event file is a chain of records: length (8 bytes), its checksum (4), the event, its checksum (4). An event is
a protocol buffer of which three things matter: the step, the tag and the value, which is a plain float in
what PyTorch and TensorFlow 1 write, and a tensor of one element in what TensorFlow 2 writes. The checksums are not
looked at: a record that is cut off, as in a file that is still being written, ends the reading.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

_FRAME = struct.Struct("<QI")
_TAIL = 4
MOST_BYTES = 2**26  # of one record; graphs can be this large, scalars are a hundred bytes

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_STEP, _SUMMARY = 2, 5  # of an event
_VALUE = 1  # of a summary
_TAG, _SIMPLE, _TENSOR = 1, 2, 8  # of a value
_DTYPE, _CONTENT, _FLOATS, _DOUBLES = 1, 4, 5, 6  # of a tensor
_DTYPES: dict[int, np.dtype[np.generic]] = {
    1: np.dtype("<f4"),
    2: np.dtype("<f8"),
    19: np.dtype("<f2"),
    3: np.dtype("<i4"),
    9: np.dtype("<i8"),
}


def scalars(path: Path) -> Iterator[tuple[str, int, float]]:
    """(tag, step, value) of every scalar in an event file, in the order of writing.

    Ends at the first record that is not whole or makes no sense.
    """
    with path.open("rb") as file:
        while len(frame := file.read(_FRAME.size)) == _FRAME.size:
            length = _FRAME.unpack(frame)[0]
            if length > MOST_BYTES:
                return
            event = file.read(length)
            if len(event) < length or len(file.read(_TAIL)) < _TAIL:
                return
            try:
                yield from _event(event)
            except (ValueError, IndexError, struct.error):
                return


def _event(message: bytes) -> Iterator[tuple[str, int, float]]:
    step, summaries = 0, []
    for number, kind, value in _fields(message):
        if (number, kind) == (_STEP, _VARINT):
            step = int.from_bytes(value, "little")
        elif (number, kind) == (_SUMMARY, _BYTES):
            summaries.append(value)
    for summary in summaries:
        for number, kind, value in _fields(summary):
            if (number, kind) == (_VALUE, _BYTES):
                tag, said = _scalar(value)
                if said is not None:
                    yield tag, step, said


def _scalar(message: bytes) -> tuple[str, float | None]:
    tag, said = "", None
    for number, kind, value in _fields(message):
        if (number, kind) == (_TAG, _BYTES):
            tag = value.decode("utf-8", "replace")
        elif (number, kind) == (_SIMPLE, _FOUR):
            said = struct.unpack("<f", value)[0]
        elif (number, kind) == (_TENSOR, _BYTES):
            said = _element(value)
    return tag, said


def _element(message: bytes) -> float | None:
    """The element of a tensor that has just one; None for any other, such as a picture or a histogram."""
    dtype, content = _DTYPES[1], b""
    for number, kind, value in _fields(message):
        if (number, kind) == (_DTYPE, _VARINT):
            code = int.from_bytes(value, "little")
            if code not in _DTYPES:
                return None
            dtype = _DTYPES[code]
        elif number in (_CONTENT, _FLOATS, _DOUBLES) and kind in (_BYTES, _FOUR, _EIGHT):
            content = value
    return float(np.frombuffer(content, dtype)[0]) if len(content) == dtype.itemsize else None


def _fields(message: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(number, wire type, value) of each field; a varint's value is given as its little-endian bytes."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield number, kind, value.to_bytes(10, "little")
            continue
        if kind == _BYTES:
            size, at = _varint(message, at)
        elif kind in (_FOUR, _EIGHT):
            size = 4 if kind == _FOUR else 8
        else:
            raise ValueError("a wire type that nobody writes")
        if at + size > len(message):
            raise ValueError("a field that is cut off")
        yield number, kind, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = message[at + shift // 7]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at + shift // 7 + 1
    raise ValueError("a number of more than ten bytes")
