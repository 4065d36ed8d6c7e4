"""An array that is too large for memory: its bytes go to a file as they come, and the file is mapped."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets.dataset import BadDataset


def poured(
    what: str,
    pieces: Iterable[bytes],
    shape: tuple[int, ...],
    scratch: Path | None,
    *,
    advice: str = "save fewer images",
) -> NDArray[np.uint8]:
    """The pieces as one array, mapped from a file that is gone when nobody looks at it any more.

    Args:
        what: the dataset, for messages.
        pieces: as many bytes as the shape says, in order.
        shape: (n, h, w, ch).
        scratch: the folder of the file; by default the system's.
        advice: what to do besides freeing space.

    Raises:
        BadDataset: the disk is too small.
    """
    folder = Path(scratch or tempfile.gettempdir())
    needed, free = int(np.prod(shape, dtype=np.int64)), shutil.disk_usage(folder).free
    advice = f"free space in {folder} or {advice}"
    if needed > free:
        raise BadDataset(
            f"{what}: unpacked it takes {needed / 2**30:.1f} GiB and {free / 2**30:.1f} are free; {advice}"
        )
    number, name = tempfile.mkstemp(prefix="images-", suffix=f".tmp-{os.getpid()}", dir=folder)
    path = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            for piece in pieces:
                file.write(piece)
        found: NDArray[np.uint8] = np.memmap(path, np.uint8, "r", shape=shape)
    except OSError as error:
        raise BadDataset(f"{what}: cannot be written to disk ({error.strerror}); {advice}") from error
    finally:
        with suppress(OSError):  # Windows keeps a file that is in use
            path.unlink(missing_ok=True)
    return found
