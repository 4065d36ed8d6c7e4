"""What has become of the files of a dataset since they were read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasets.origins import FIELDS

_ROOT, _BYTES, _CHANGED = (FIELDS.index(name) for name in ("root", "bytes", "changed"))


@dataclass(frozen=True, slots=True)
class Changes:
    """Of `checked` files, which are gone and which are not as they were; (k,) positions in the list of files."""

    checked: int
    gone: NDArray[np.int64]
    newer: NDArray[np.int64]


def since(roots: Sequence[str], names: NDArray[np.str_], files: NDArray[np.int64]) -> Changes:
    r"""Look at every file, without opening it; 100,000 take half a second.

    Args:
        roots: folders that the names are relative to.
        names: (m,) paths. One with a byte that is no text (it is kept as \xff) cannot be found, and is passed over.
        files: (m, 6) as `Origins.files` has them.
    """
    gone, newer, checked = [], [], 0
    for row, (name, about) in enumerate(zip(names.tolist(), files.tolist(), strict=True)):
        if not name or "\\x" in name or about[_ROOT] >= len(roots):
            continue
        checked += 1
        try:
            info = os.stat(os.path.join(roots[about[_ROOT]], name))
        except (OSError, ValueError):
            gone.append(row)
            continue
        if (info.st_size, info.st_mtime_ns) != (about[_BYTES], about[_CHANGED]):
            newer.append(row)
    return Changes(checked, np.array(gone, np.int64), np.array(newer, np.int64))
