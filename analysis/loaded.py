"""A map that somebody else drew: coordinates that came with the data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule


@rule("projection/{layer}/loaded", title="Loaded map", kind="projection", needs={"coordinates": "coordinates"})
def loaded(coordinates: NDArray[np.float32]) -> NDArray[np.float32]:
    """Coordinates from the file named with --coordinates, as they are; the same whatever layer is chosen.

    coordinates: (n, 2) -> (n, 2) float32.
    """
    return np.asarray(coordinates, np.float32)
