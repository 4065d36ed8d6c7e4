"""The Python version of CIFAR is a pickle: a program that builds objects. This runs it harmlessly.

Only three names may be called up, those with which a pickled numpy array rebuilds itself, and each is
answered by a stand-in of ours that just remembers what it is given. So nothing in the file can reach
numpy or anything else; numbers, text, lists and mappings need no names.

Python's own unpickler written in C is not used: ten bytes make it reserve gigabytes for its memo. The
one written in Python keeps a mapping. It takes 0.3 s more for all of CIFAR.
"""

from __future__ import annotations

import io
import pickle
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray


class Refused(Exception):
    """The pickle wants something that plain arrays, text and mappings do not need."""


def _as_text(value: Any) -> Any:
    return value.decode("latin1") if isinstance(value, bytes) else value


class _DType:
    """Stands in for numpy.dtype."""

    def __init__(self, name: Any, *rest: Any) -> None:
        self.name = _as_text(name)

    def __setstate__(self, state: Any) -> None:
        pass


class _Array:
    """Stands in for numpy.ndarray: (version, shape, dtype, is Fortran, bytes)."""

    state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


def _reconstruct(kind: Any, shape: Any, letter: Any) -> _Array:
    return _Array()


def _encode(text: Any, encoding: Any = None) -> bytes:
    """How Python 3 writes bytes in the old protocols: as text in latin1."""
    if not isinstance(text, str) or _as_text(encoding) != "latin1":
        raise Refused("text that is not bytes in disguise")
    return text.encode("latin1")


_STAND_INS = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _DType,
    ("_codecs", "encode"): _encode,
}


class _Unpickler(pickle._Unpickler):
    dispatch: ClassVar[dict[int, Any]] = dict(pickle._Unpickler.dispatch)
    stack: list[Any]

    def load_build(self) -> None:
        """Give an object its state: ours only, as it could set attributes of anything."""
        if type(self.stack[-2]) not in (_Array, _DType):
            raise Refused("the state of something that is no array")
        pickle._Unpickler.load_build(self)  # type: ignore[attr-defined]

    dispatch[pickle.BUILD[0]] = load_build

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _STAND_INS[module, name]
        except KeyError:
            raise Refused(f"{module}.{name}") from None


def mapping(content: bytes) -> dict[str, Any]:
    """The mapping that a pickle holds; its keys as text, arrays of bytes as they are.

    Raises:
        Refused: it asks for more than plain arrays, or is no mapping.
        Exception: whatever a broken program may do; all of it means a damaged file.
    """
    found = _Unpickler(io.BytesIO(content), encoding="bytes").load()
    if not isinstance(found, dict):
        raise Refused(f"a {type(found).__name__} where a mapping was expected")
    return {_as_text(key): value for key, value in found.items() if isinstance(key, bytes | str)}


def whole_numbers(value: Any) -> NDArray[np.int64]:
    """A plain list of numbers, none below 0.

    Raises:
        Refused: something else.
    """
    if not isinstance(value, list) or not all(type(item) is int and 0 <= item < 2**31 for item in value):
        raise Refused("labels that are no list of whole numbers")
    return np.array(value, np.int64)


def array_of_bytes(value: Any) -> NDArray[np.uint8]:
    """The uint8 array, of two axes, that a stand-in remembers.

    Raises:
        Refused: something else.
    """
    match getattr(value, "state", None):
        case (_, (int(n), int(d)), _DType(name="u1"), is_fortran, bytes(raw)) if n * d == len(raw):
            array = np.frombuffer(raw, np.uint8)
            return array.reshape(d, n).T if is_fortran else array.reshape(n, d)
    raise Refused("no array of bytes")
