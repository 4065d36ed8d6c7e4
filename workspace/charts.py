"""The charts of a metrics board as short text, for links and for boards with a name.

    brightness~loss;mean_distance~loss~label

Charts are apart by `;`. One is what lies across, what is averaged, and, if there is a third, the column whose
groups get a picture each; all by the names that people type. Signs of ours in a name are escaped as in a URL.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

MOST = 12  # charts of a board
LONGEST = 2000  # characters
ESCAPED = {"%": "%25", ";": "%3B", "~": "%7E"}
FIELDS = ("x", "y", "by")


@dataclass(frozen=True, slots=True)
class Chart:
    """What one chart shows: the mean of `y` over ranges or classes of `x`, for all or each class of `by`."""

    x: str
    y: str
    by: str = ""


def read(text: str) -> tuple[Chart, ...]:
    """The charts in a text; what makes no sense is left out, and what is too much."""
    found = []
    for part in text[:LONGEST].split(";"):
        names = [unquote(name) for name in part.split("~")]
        if 2 <= len(names) <= len(FIELDS) and all(names[:2]):
            found.append(Chart(*names))
    return tuple(found[:MOST])


def written(charts: Iterable[Chart]) -> str:
    """The text of `read`."""
    return ";".join("~".join(_escaped(name) for name in (chart.x, chart.y, chart.by) if name) for chart in charts)


def _escaped(name: str) -> str:
    return "".join(ESCAPED.get(letter, letter) for letter in name)
