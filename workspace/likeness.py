"""How like every sample is to one of them, or to an uploaded picture, as a column.

`similarity_12_in_dense`, `cosine_12_in_pixels`; for a picture `similarity_to_<its name>_in_dense`. It is worked out
in the server when somebody asks for it, and so are the field and the color of that name.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.similar import distances
from util import InspectorError, digest
from workspace.on_demand import KEPT, OnDemand
from workspace.plan import UnknownColumn
from workspace.query import Field
from workspace.similar import Question
from workspace.units import Unit
from workspace.uploads import UnknownUpload

if TYPE_CHECKING:
    from workspace.session import Session

NAME = re.compile(r"(similarity|cosine)_(?:(\d{1,11})|to_([0-9a-f]+))_in_(.+)")
METRICS = {"similarity": "euclidean", "cosine": "cosine"}


class Likeness(OnDemand):
    """The likenesses of one session; safe for several threads. The last ones asked for are kept."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._values = lru_cache(KEPT)(self._make)

    def name(self, about: int | str, layer: str, metric: str) -> str:
        """What the column is called that says how like the samples are to one, or to an upload by its name."""
        word = next(word for word, known in METRICS.items() if known == metric)
        return f"{word}_{about if isinstance(about, int) else f'to_{about}'}_in_{layer}"

    def owns(self, column: str) -> bool:
        """Whether a column is one of these."""
        return NAME.fullmatch(column) is not None

    def has(self, column: str) -> bool:
        """Whether a column can be worked out now."""
        asked = self._asked(column)
        if asked is None or not self.session.is_ready(f"activations/{asked.layer}"):
            return False
        if asked.upload:
            with suppress(InspectorError):  # the network has not looked at it yet, or never will in this layer
                return len(self.session.similar.vector(asked)) > 0
            return False
        return True

    def unit(self, column: str) -> Unit | None:
        """What it is as a color; None for any other name."""
        asked = self._asked(column)
        if asked is None:
            return None
        where = "raw pixels" if asked.layer == "pixels" else asked.layer
        word = "cosine" if asked.metric == "cosine" else "Euclidean"
        whom = "the uploaded picture" if asked.upload else f"sample {asked.index:,}"
        said = (
            f"How like {whom} in {where}: 1 is the same, 0 as far away as two samples drawn at "
            f"random are in the median, by {word} distance."
        )
        return Unit(column, f"Like {whom} in {where}", "score", description=said)

    def field(self, name: str) -> Field | None:
        """What it is to a query; None for any other name."""
        unit = self.unit(name)
        if unit is None:
            return None
        return Field(name, unit.title, "number", (), unit.description, lambda: self.session.column(name))

    def column(self, column: str) -> NDArray[Any]:
        """(n,) float32, 1 and below, high is like it; not-a-number without a distance. Raises UnknownColumn."""
        return self._values(column, self.key(column))

    def key(self, column: str) -> str:
        """The key that stands for its content. Raises UnknownColumn, and ColumnNotReady as activations do."""
        asked = self._asked(column)
        if asked is None:
            raise UnknownColumn(f"column '{column[:60]}': there is no such sample or layer")
        return self._remembered(digest("likeness", column, self.session.key(f"activations/{asked.layer}")), column)

    def _asked(self, column: str) -> Question | None:
        found = NAME.fullmatch(column)
        if found is None or not self.session.has_dataset or found[4] not in self.session.layers:
            return None
        word, index, upload, layer = found.groups()
        asked = Question(layer, METRICS[word], index=int(index) if index else None, upload=upload or "")  # type: ignore[arg-type]
        if asked.index is not None:
            return asked if asked.index < self.session.dataset.n else None
        try:
            self.session.similar.upload(asked.upload)
        except UnknownUpload:
            return None
        return asked

    def _make(self, column: str, key: str) -> NDArray[Any]:
        asked = self._asked(column)
        assert asked is not None
        points = self.session.column(f"activations/{asked.layer}")
        apart = distances(points, self.session.similar.vector(asked), metric=asked.metric)
        usual = float(np.median(self.session.similar.pairs(asked).distances)) if len(points) > 1 else 0.0
        like = 1 - apart / np.float32(usual) if usual > 0 else np.where(apart == 0, np.float32(1), np.float32(np.nan))
        like.flags.writeable = False
        return np.asarray(like, np.float32)
