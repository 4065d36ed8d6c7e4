"""Which heat maps can be asked for, and under which column each of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model import saliency
from util import InspectorError
from workspace.request import asking

if TYPE_CHECKING:
    from workspace.session import Session

NAME, SHARED = "heatmap", "sharedheat"


@dataclass(frozen=True, slots=True)
class Look:
    """What is asked for of one sample.

    Attributes:
        method: a key of the methods.
        title: what to call it.
        layer: where it looks; "" if it takes no layer.
        column: that stands for the answer.
    """

    method: str
    title: str
    layer: str
    column: str


class Heat:
    """The heat maps of a session's samples."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def layers(self) -> tuple[str, ...]:
        """The layers with maps, input to output. Raises ColumnNotReady while the network is being opened."""
        return saliency.with_maps(self._session.network.info)

    def methods(self) -> dict[str, str]:
        """Key -> title of the methods that suit the network; those that need maps only where some layer has them."""
        mapped = bool(self.layers())
        return {key: method.title for key, method in saliency.METHODS.items() if mapped or not method.layered}

    def look(self, index: int, method: str = "", layer: str = "") -> Look:
        """What is asked for: the usual method and layer for what is not said, or does not suit the network."""
        methods, layers = self.methods(), self.layers()
        if method not in methods:
            method = saliency.usual_method(self._session.network.info, self._session.dataset.image_shape)
        layered = saliency.METHODS[method].layered
        if not layered:
            layer = ""
        elif layer not in layers:
            layer = saliency.usual_layer(self._session.network.info)
        column = asking(NAME, index=index, method=method, layer=layer)
        return Look(method, methods[method], layer, column)

    def shared(self, index: int, others: Sequence[int], layer: str = "") -> str:
        """The column that says where samples show what makes them like another one: a row for it, then one for each.

        Its rows have pictures at the same address as the maps of one sample. "" if no layer has maps.
        """
        layers = self.layers()
        if not layers or not others:
            return ""
        layer = layer if layer in layers else saliency.usual_layer(self._session.network.info)
        return asking(SHARED, index=index, others=",".join(map(str, others)), layer=layer)

    def row(self, key: str, row: int) -> NDArray[np.float32]:
        """One map (h, w) of an answer, in shares of its scale: -1 to 1.

        All classes have one scale, so that their maps can be compared; the loss has its own, and so has every map of
        what is shared.

        Raises:
            InspectorError: there is no such answer, or it has no such row.
        """
        array = self._session.by_key(key)
        about = self._session.store.about(key)
        column = str(about.get("column", ""))
        if not column.startswith((f"{NAME}?", f"{SHARED}?")) or not 0 <= row < len(array):
            raise InspectorError(f"heat map {key}: not here; reload the page")
        if column.startswith(SHARED):
            return np.asarray(array[row], np.float32)  # is in shares already
        classes = len(about["facts"]["classes"])
        top = _scales(array, classes)[int(row >= classes)]
        return np.asarray(array[row] / top if top else array[row], np.float32)

    def scales(self, column: str) -> tuple[float, float]:
        """The largest value of all maps of classes, and of that of the loss; 0 where there is nothing.

        Raises:
            ColumnNotReady: the answer is not there.
        """
        return _scales(self._session.column(column), len(self._session.facts(column)["classes"]))


def _scales(array: NDArray[np.float32], n: int) -> tuple[float, float]:
    return float(np.abs(array[:n]).max(initial=0)), float(np.abs(array[n:]).max(initial=0))
