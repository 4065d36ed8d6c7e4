"""Which columns, in which order, under which keys.

The key of a column is made of content: its name, the bytes of its rule's file, the rule's settings,
the keys of what it needs, and the versions of the packages it leans on. So whoever changes a weight,
an image, a setting or a rule changes the keys of just what depends on it, and finds the rest again.
"""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Container, Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import analysis.rule
from analysis.rule import Rule
from util import InspectorError, UnknownName, digest, discover
from workspace.request import Request, Value, is_request, parsed

discover("analysis")

PIXELS = "pixels"
METADATA = "metadata/"


class UnknownColumn(UnknownName):
    """A column that neither a rule nor the dataset nor the network makes."""


class ColumnNotReady(InspectorError):
    """A column that is not there yet: a page shows that it is coming."""


class ColumnFailed(ColumnNotReady):
    """A column that could not be made: a page says why, and offers to try again.

    Attributes:
        column: its name.
    """

    def __init__(self, text: str, column: str) -> None:
        super().__init__(text)
        self.column = column


class NoClassHead(ColumnNotReady):
    """A column of predictions or losses of a network that has none; it never will be there. Says why not."""


MOST_UNMADE = 1000  # columns without a key whose fate is remembered
MOST_ASKED = 1000  # requests whose keys are remembered


class Plan:
    """The columns of one network on one dataset.

    Args:
        roots: keys of the columns that no rule makes: the dataset's and, once it is open, the network's.
        layers: the layers a `{layer}` may stand for; empty while the network is not open yet.
        no_head: why the network gives no class scores, a sentence; "" if it does.
        given: keys of columns that came with the data in files of their own; under another name where the network
            has a layer of that one.
    """

    def __init__(
        self,
        roots: Mapping[str, str],
        layers: Iterable[str] = (),
        no_head: str = "",
        given: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.roots = dict(roots)
        self.layers = tuple(layers)
        self.no_head = no_head
        self.given = {f"{name} (file)" if name in roots else name: key for name, key in given.items()}
        self._keys: dict[str, str] = {**roots, **self.given}
        self._unmade: dict[str, bool] = {}
        self._asked: dict[str, str] = {}

    def key(self, column: str) -> str:
        """The key a column is kept under.

        Raises:
            ColumnNotReady: it needs the network, which is not open yet.
            NoClassHead: it needs class scores, which the network does not give.
            UnknownColumn: nothing makes it.
        """
        if is_request(column):
            if column not in self._asked:
                if len(self._asked) >= MOST_ASKED:
                    self._asked.clear()
                self._asked[column] = self._request_key(column)
            return self._asked[column]
        if column not in self._keys:
            rule, layer = self._rule(column)
            needs = {parameter: self.key(needed) for parameter, needed in rule.needed(layer).items()}
            versions = {package: version(package) for package in rule.leans_on}
            self._keys[column] = digest(column, code(rule.function.__module__), dict(rule.settings), needs, versions)
        return self._keys[column]

    def known_keys(self) -> set[str]:
        """The keys of all columns that anybody has asked for so far."""
        return set(self._keys.values())

    def makes(self, column: str) -> bool:
        """Whether this network on this dataset ever makes a column, ready or not."""
        if column in self._keys:
            return True
        if column not in self._unmade:  # to find out costs a millisecond, and pages ask for all columns each time
            try:
                self.key(column)
            except (NoClassHead, UnknownColumn):
                makes = False
            except ColumnNotReady:
                makes = True
            else:
                return True
            if len(self._unmade) >= MOST_UNMADE:
                self._unmade.clear()
            self._unmade[column] = makes
        return self._unmade[column]

    def needs(self, column: str) -> tuple[str, ...]:
        """What must be there before a column can be made."""
        if column in self.roots or column in self.given:
            return ()
        if is_request(column):
            found, values = _request(column)
            return found.needed(values, self.layers)
        rule, layer = self._rule(column)
        return tuple(rule.needed(layer).values())

    def order(self, wanted: Iterable[str]) -> list[str]:
        """The wanted columns and all that they need, each after its needs, otherwise in the order given."""
        ordered: dict[str, None] = {}

        def visit(column: str) -> None:
            if column not in ordered:
                for needed in self.needs(column):
                    visit(needed)
                ordered[column] = None

        for column in wanted:
            visit(column)
        return list(ordered)

    def rule(self, column: str) -> Rule:
        """The rule that makes a column. Raises UnknownColumn, also for a root."""
        return self._rule(column)[0]

    def title(self, column: str) -> str:
        """What to call a column in a sentence: "t-SNE of dense", also for what no rule makes, or nobody knows."""
        if is_request(column):
            return parsed(column)[0].title
        try:
            rule, layer = self._rule(column)
        except (UnknownColumn, ColumnNotReady):
            kind, _, layer = column.partition("/")
            title = kind.capitalize()
        else:
            title = rule.title
        return f"{title} of {layer}" if layer else title

    def _request_key(self, column: str) -> str:
        """Made of the values, the code, data and network as they are, and the columns it needs."""
        found, values = _request(column)
        if not self.layers:
            raise ColumnNotReady("The network is being opened; wait a moment")
        roots = {root: key for root, key in self.roots.items() if not root.startswith("earlier")}
        needs = {needed: self.key(needed) for needed in found.needed(values, self.layers)}
        return found.name + digest(column, [code(module) for module in found.modules()], roots, needs)

    def _rule(self, column: str) -> tuple[Rule, str]:
        try:
            rule, layer = analysis.rule.find(column)
        except UnknownName as error:
            if not self.roots:
                raise ColumnNotReady("The dataset is being read; wait a moment") from None
            if column == "logits" and self.no_head:
                raise NoClassHead(self.no_head) from None
            if column == "logits" or column.startswith(("activations/", "features/")):
                if not self.layers:
                    raise ColumnNotReady("The network is being opened; wait a moment") from None
                raise UnknownColumn(
                    f"column '{column}': the network has no such layer; known: {', '.join(self.layers)}"
                ) from None
            raise UnknownColumn(str(error)) from None
        return rule, layer


def _request(column: str) -> tuple[Request, dict[str, Value]]:
    try:
        return parsed(column)
    except UnknownName as error:
        raise UnknownColumn(str(error)) from None


def standard(layer: str, layers: Iterable[str] = (), roots: Container[str] = ()) -> list[str]:
    """What is worked out for everybody, in the order in which it is wanted.

    Losses and a first map of the layer, then every score, then the maps that take their time, the
    neighbors, how true the maps are, for every one of `layers` what its units are like, and the scores that
    read the network's features, which take longest. Where there is a
    map of an earlier version of the data among `roots`, a slow map waits until somebody asks for it, and the new
    points are placed into the earlier one.
    """
    spaces = (layer, PIXELS)
    maps = {space: f"{space}/tsne" for space in spaces}
    placed = {space: "placed" if f"earlier/{name}" in roots else "" for space, name in maps.items()}
    slow = {space: f"{placed[space] or 'projection'}/{name}" for space, name in maps.items()}
    whole = [rule for rule in analysis.rule.RULES if "{layer}" not in rule.name and described(rule, roots)]
    truths = [f"{placed[space] and 'placed_'}trustworthiness/{name}" for space, name in maps.items()]
    return [
        "loss",
        "predicted",
        f"projection/{layer}/pca",
        "digests",
        "copies",
        *(rule.name for rule in whole if not _reads_features(rule)),
        f"projection/{PIXELS}/pca",
        slow[layer],
        f"neighbors/{layer}",
        f"neighbor_distances/{layer}",
        slow[PIXELS],
        *truths,
        *(f"trustworthiness/{space}/pca" for space in spaces),
        *(f"unit_ranges/{name}" for name in layers),
        *(rule.name for rule in whole if _reads_features(rule)),
    ]


def described(rule: Rule, roots: Container[str]) -> bool:
    """Whether the data tell what a rule needs to know of them: not every data set has each `metadata/...`."""
    return all(needed in roots for needed in rule.needs.values() if needed.startswith(METADATA))


def _reads_features(rule: Rule) -> bool:
    """Whether a rule needs `features/...`, itself or by what it needs."""
    rules = analysis.rule.RULES
    return any(
        needed.startswith("features/") or (needed in rules and _reads_features(rules[needed]))
        for needed in rule.needs.values()
    )


@cache
def version(package: str) -> str:
    """The installed version of a package, or "absent"."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


@cache
def code(module: str) -> str:
    """Hash of a module's file and of the files of our own modules that it takes things from."""
    files = {Path(sys.modules[name].__file__ or "") for name in _modules(module)}
    return digest([path.read_bytes() for path in sorted(files)])


def _modules(module: str) -> set[str]:
    room = module.split(".")[0]
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for value in vars(sys.modules[name]).values():
            home = getattr(value, "__module__", None) or getattr(value, "__name__", "")
            if isinstance(home, str) and home.startswith(f"{room}.") and home != "analysis.rule":
                waiting.append(home)
    return found
