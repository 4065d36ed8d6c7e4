"""Networks: opened safely, described, and run over images. The only room that speaks Keras.

`reading` looks at a file without Keras and refuses it in one line; `network` opens it; `info` and
`graph` describe it in plain values that every process can read; `preprocessing` says how pixels
become input. Importing these modules imports neither Keras nor h5py: that happens inside functions.
"""

from __future__ import annotations

from util import InspectorError


class BadModel(InspectorError):
    """A network file that cannot be used: missing, damaged, unsafe, or not an image classifier."""

    exit_code = 3


class Mismatch(InspectorError):
    """A network and a dataset that do not fit each other."""

    exit_code = 3


def shown(text: object, length: int = 48) -> str:
    r"""A word out of a file, fit for a message: one line, no control characters, at most `length` long.

    >>> shown("conv\n1"), shown("a" * 99, 9)
    ('conv 1', 'aaaa...aa')
    """
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in str(text)).split())
    if len(line) <= length:
        return line
    tail = (length - 3) // 3
    return f"{line[: length - 3 - tail]}...{line[-tail:]}"
