"""The contract of a rule: a pure function that makes one column out of others.

The names of a rule's parameters ARE the columns it needs; keyword-only parameters with a default
are its settings, and part of the key of what it makes. A `{layer}` in the name stands for any
layer of the network, or for `pixels`; `needs` says which column a parameter means where its own
name is not enough:

    @rule("margin", title="Margin", bad="low")
    def margin(probabilities): ...

    @rule("projection/{layer}/pca", title="PCA", needs={"activations": "activations/{layer}"})
    def pca(activations, *, seed=0): ...

Rules must not open files, draw, or remember anything between calls. Heavy libraries are imported
inside the function, because the server reads this folder too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from util import Registry, UnknownName, nearest

Bad = Literal["high", "low"]
Kind = Literal["score", "class", "vector", "projection", "table"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        name: the column it makes, possibly with `{layer}`.
        function: takes arrays by parameter name, gives one array.
        title: for menus and table heads.
        kind: "score": (n,) float, can color, size and sort. "class": (n,) small integers that
            count classes, splits or yes/no. "vector": (n, ...). "projection": (n, 2).
            "table": not one row per sample.
        bad: which end of a score deserves a look, if either.
        needs: parameter -> column name.
        settings: keyword-only parameters with their defaults.
        leans_on: packages whose version changes the result.
    """

    name: str
    function: Callable[..., Any]
    title: str
    kind: Kind
    bad: Bad | None
    needs: Mapping[str, str]
    settings: Mapping[str, Any]
    leans_on: tuple[str, ...]

    @property
    def description(self) -> str:
        """The first paragraph of the function's docstring, on one line."""
        return " ".join((inspect.getdoc(self.function) or "").split("\n\n")[0].split())

    def layer(self, column: str) -> str | None:
        """The layer that makes this rule's name into the column; "" without one; None if it cannot."""
        before, any_layer, after = self.name.partition("{layer}")
        if not any_layer:
            return "" if column == self.name else None
        layer = column[len(before) : len(column) - len(after)]
        return layer if layer and column == f"{before}{layer}{after}" else None

    def needed(self, layer: str) -> dict[str, str]:
        """Parameter -> column, with the layer filled in."""
        return {parameter: column.replace("{layer}", layer) for parameter, column in self.needs.items()}


RULES: Registry[Rule] = Registry("rule")


def rule(
    name: str,
    *,
    title: str,
    kind: Kind = "score",
    bad: Bad | None = None,
    needs: Mapping[str, str] | None = None,
    leans_on: tuple[str, ...] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the function as the rule that makes column `name`. See the module's docstring."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        columns: dict[str, str] = {}
        settings: dict[str, Any] = {}
        for parameter in inspect.signature(function).parameters.values():
            if parameter.kind is parameter.KEYWORD_ONLY:
                settings[parameter.name] = parameter.default
            else:
                columns[parameter.name] = (needs or {}).get(parameter.name, parameter.name)
        RULES.add(name, Rule(name, function, title, kind, bad, columns, settings, leans_on))
        return function

    return register


def find(column: str) -> tuple[Rule, str]:
    """The rule that makes a column, and its layer. A name without `{layer}` wins over one with it.

    Raises:
        UnknownName: no rule makes it.
    """
    if column in RULES and "{layer}" not in column:
        return RULES[column], ""
    for found in RULES:
        if layer := found.layer(column):
            return found, layer
    raise UnknownName(f"column '{column}': no rule makes it; {nearest(column, RULES.names())}")
