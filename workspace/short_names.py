"""Short names of networks that can stand in a query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath

LONGEST = 32  # letters
FILES = r"\.(h5|hdf5|keras)$"


def short_names(models: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """The end of each file's path that tells it from the others, as one word in small letters.

    Args:
        models: paths or names of networks.
        taken: words that mean something else already.

    >>> short_names(["mnist.h5", "runs/1/net.keras", "runs/2/net.keras", "keras:MobileNetV2"])
    ['mnist', '1_net', '2_net', 'keras_mobilenetv2']
    """
    folders = [PurePath(re.sub(FILES, "", model, flags=re.IGNORECASE)).parts for model in models]
    found = [_word(parts[-1:]) for parts in folders]
    for depth in range(2, max(map(len, folders), default=1) + 1):
        twice = {name for name in found if found.count(name) > 1}
        found = [_word(parts[-depth:]) if name in twice else name for name, parts in zip(found, folders, strict=True)]
    found = [f"{name}_network" if name in taken else name for name in found]
    for place, name in enumerate(found):
        number = 2
        while found[place] in found[:place]:  # the same file, opened in two ways
            found[place] = f"{name}_{number}"
            number += 1
    return found


def _word(parts: tuple[str, ...]) -> str:
    return re.sub(r"[^0-9a-z]+", "_", "_".join(parts).lower()).strip("_")[-LONGEST:].strip("_") or "network"
