"""Maps by settings of the visitor's own: what can be set, within which bounds, and the column of such a map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from util import UnknownName
from workspace.request import asking, is_request, parsed
from workspace.requests.own_map import MIN_DIST, NEIGHBORS, PERPLEXITY, SPACES

if TYPE_CHECKING:
    from workspace.session import Session

START = "map?"
NAMES = ("perplexity", "neighbors", "min_dist")


@dataclass(frozen=True, slots=True)
class Setting:
    """What can be set of a method.

    Attributes:
        name: of the rule's setting.
        title: for the page.
        about: one sentence.
        low, high: the bounds, both allowed.
        usual: what the standard map is made with.
        whole: whether only whole numbers make sense.
    """

    name: str
    title: str
    about: str
    low: float
    high: float
    usual: float
    whole: bool = False

    def read(self, text: str) -> float:
        """The number that somebody typed. Raises ValueError with a sentence."""
        try:
            value = float(text.strip().replace(",", "."))
        except ValueError:
            value = float("nan")
        is_number = self.low <= value <= self.high and (not self.whole or value == int(value))
        if not is_number and value != self.usual:
            kind = "a whole number" if self.whole else "a number"
            raise ValueError(
                f"{self.title} “{text.strip()[:20]}”: is not {kind} from {self.low:g} to {self.high:g}; "
                f"the map takes {self.usual:g}"
            )
        return value


@dataclass(frozen=True, slots=True)
class OwnMap:
    """A map that is there. `truth` as `analysis.trustworthiness` gives it; `stands_in`: it is PCA after all."""

    truth: tuple[float, ...]
    stands_in: bool


class OwnMaps:
    """What pages ask about maps by own settings. Safe for several threads: it keeps nothing."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def settings(self, method: str) -> list[Setting]:
        """What can be set of a method; nothing for one like PCA, which has no choices."""
        if method not in SPACES or method not in self.session.methods():
            return []
        usual = self.session.methods()[method].settings
        n = self.session.dataset.n if self.session.has_dataset else 0
        known = {
            "perplexity": Setting(
                "perplexity",
                "Perplexity",
                "About how many neighbors count for each sample: few show small groups, many the large picture",
                PERPLEXITY[0],
                _within(PERPLEXITY, (n - 1) // 3),
                usual.get("perplexity", 0),
            ),
            "neighbors": Setting(
                "neighbors",
                "Neighbors",
                "How many neighbors count for each sample: few show small groups, many the large picture",
                NEIGHBORS[0],
                _within(NEIGHBORS, n - 1),
                usual.get("neighbors", 0),
                whole=True,
            ),
            "min_dist": Setting(
                "min_dist",
                "Minimal distance",
                "How close dots may come on the map: small makes tight clumps, large spreads them out",
                *MIN_DIST,
                usual.get("min_dist", 0),
            ),
        }
        return [known[name] for name in NAMES if name in usual]

    def read(self, method: str, said: Mapping[str, str]) -> tuple[dict[str, float], list[str]]:
        """What somebody typed, by name -> the numbers that are not the usual ones, and a sentence per wrong value."""
        values: dict[str, float] = {}
        wrong = []
        for setting in self.settings(method):
            text = said.get(setting.name, "")
            if not text.strip():
                continue
            try:
                value = setting.read(text)
            except ValueError as error:
                wrong.append(str(error))
                continue
            if value != setting.usual:
                values[setting.name] = int(value) if setting.whole else value
        return values, wrong

    def column(self, layer: str, method: str, said: Mapping[str, str]) -> str:
        """The column of a map with these settings; "" where they are the standard map's."""
        values, _ = self.read(method, said)
        return asking("map", layer=layer, method=method, space=SPACES[method], **values) if values else ""

    def owns(self, column: str) -> bool:
        """Whether a column is a map by own settings of something that is open."""
        if not column.startswith(START) or not is_request(column):
            return False
        try:
            values = parsed(column)[1]
        except UnknownName:
            return False
        return values["layer"] in self.session.layers and bool(self.settings(str(values["method"])))

    def described(self, column: str) -> dict[str, object]:
        """What such a map was made of, for who reads it elsewhere."""
        _, values = parsed(column)
        layer, method = str(values["layer"]), str(values["method"])
        settings = {**self.session.methods()[method].settings, **(self.of(column, layer, method) or {})}
        return {"layer": layer, "method": method, "settings": settings}

    def of(self, column: str, layer: str, method: str) -> dict[str, float] | None:
        """The settings that such a map of a layer by a method was made with; None for any other column."""
        if not self.owns(column):
            return None
        _, values = parsed(column)
        if (values["layer"], values["method"]) != (layer, method):
            return None
        return {setting.name: float(values[setting.name]) for setting in self.settings(method)}

    def about(self, column: str) -> OwnMap:
        """How true a map is. Raises ColumnNotReady."""
        facts = self.session.facts(column)
        truth = tuple(float("nan") if value is None else float(value) for value in facts["truth"])
        return OwnMap(truth, bool(facts["stands_in"]))


def _within(bounds: tuple[int, int], most: int) -> int:
    return max(bounds[0], min(bounds[1], most))
