"""Answers on a plane that two networks share: every class is a corner, a sample lies between the corners.

Nothing is fitted, so that the answers of any network come to lie on the same plane: a star plot with
the classes as axes (Kandogan, "Star Coordinates", 2000). What lies in the middle may be unsure of all
classes, or of two that face each other; so classes that are confused should stand side by side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def corners(order: NDArray[np.integer]) -> NDArray[np.float32]:
    """The place of every class on the circle of radius 1, the first of the order on top, then clockwise.

    Args:
        order: (c,) the codes of the classes, each once.

    Returns:
        (c, 2) float32; row k is class k.
    """
    places = np.empty((len(order), 2), np.float32)
    angles = 2 * np.pi * np.arange(len(order)) / max(len(order), 1)
    places[order] = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    return places


def between(probabilities: NDArray[np.float32], places: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where samples lie between the corners: the mean of these, weighted by the square roots of the probabilities.

    The roots pull apart what lies near a corner: a second class of 1 % counts a tenth as much as the first.

    Args:
        probabilities: (n, c).
        places: (c, 2).

    Returns:
        (n, 2) float32 in -1..1; not-a-number where a probability is.
    """
    roots = np.sqrt(probabilities, dtype=np.float32)
    found: NDArray[np.float32] = roots @ places / roots.sum(axis=1, keepdims=True)
    return found
