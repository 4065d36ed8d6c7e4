"""Kernels of Keras 1 that may be mirrored: Theano's convolution turned them, TensorFlow's does not.

Keras 1 often did not write down which of the two a network was trained on. A network with its kernels the wrong way
round still knows a little, so this is decided as the scaling of pixels is: by trying, with a clear lead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model import probing

if TYPE_CHECKING:
    from model.network import Network
    from model.preprocessing import Preprocessing

UNDECIDED = (
    "Keras 1 did not write down what it ran on. The kernels were taken as TensorFlow's; if accuracy is near "
    "chance, they are Theano's, which are mirrored."
)


def choose(
    network: Network, images: NDArray[np.uint8], labels: NDArray[np.int64], *, override: str | None = None
) -> tuple[Preprocessing, list[dict[str, Any]]]:
    """What `probing.choose` gives; of a network whose kernels may be mirrored, after trying them both ways.

    The network is left the way that knows the labels clearly better, as it is if neither does.
    """
    way, tried = probing.choose(network, images, labels, override=override)
    if UNDECIDED not in network.info.notices or not tried:
        return way, tried
    before = probing.calm(network, way, images, labels)
    network.mirror()
    turned, again = probing.choose(network, images, labels, override=override)
    after = probing.calm(network, turned, images, labels)
    if probing.is_clear(before - after):
        _said(network, tried, again, "Theano's, which are mirrored: they were turned")
        network.info = replace(network.info, mirrored=True)
        return turned, [*again, _row(tried, "kernels as they are")]
    network.mirror()
    if probing.is_clear(after - before):
        _said(network, again, tried, "TensorFlow's: they stay as they are")
    return way, [*tried, _row(again, "kernels mirrored")]


def _row(tried: list[dict[str, Any]], kernels: str) -> dict[str, Any]:
    """The best that came out of the kernels that are not used."""
    best = _chosen(tried)
    return {**best, "scaling": f"{best['scaling']}, {kernels}", "chosen": False, "best": False}


def _chosen(tried: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in tried if row["chosen"])


def _said(network: Network, worse: list[dict[str, Any]], better: list[dict[str, Any]], what: str) -> None:
    """Put what was found in place of the doubt."""
    bad, good = _chosen(worse), _chosen(better)
    sentence = (
        f"Keras 1 did not write down what it ran on. The kernels look like {what} "
        f"({100 * good['accuracy']:.0f} % of {good['samples']:,} samples are right, the other way round "
        f"{100 * bad['accuracy']:.0f} %)."
    )
    notices = tuple(sentence if notice == UNDECIDED else notice for notice in network.info.notices)
    network.info = replace(network.info, notices=notices)
