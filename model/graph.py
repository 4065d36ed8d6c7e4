"""The shape of a network: where it narrows, what repeats, and how to draw it beside a table.

Pure functions on the rows of `info.Layer`, which are in topological order. Edges join row numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from model.info import Layer, NetworkInfo

ACTIVATIONS = frozenset({"Activation", "ELU", "LeakyReLU", "PReLU", "ReLU", "Relu", "Softmax", "Sigmoid"})
NORMALIZATIONS = frozenset(
    {"BatchNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization", "UnitNormalization"}
)
FEWEST_CUTS = 8
OPEN_SIZE = 32  # stands for a side of a map that the file leaves open


@dataclass(frozen=True, slots=True)
class Block:
    """A box of the collapsed view: rows between two narrow places, or several equal ones in a row.

    Attributes:
        layers: names of all its rows, those of the repeats too.
        kinds: (class, how often) within one repeat, in order of appearance.
        joined_by: class of the row where its branches meet again; "" for a plain chain.
        repeat: how many equal blocks stand here one after the other.
        parameters: over all repeats.
        output_shape: of the last row.
    """

    layers: tuple[str, ...]
    kinds: tuple[tuple[str, int], ...]
    joined_by: str
    repeat: int
    parameters: int
    output_shape: tuple[int | None, ...]

    def to_dict(self) -> dict[str, Any]:
        """In types that JSON knows (tuples become lists on the way)."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from row `start` to row `end` that runs down lane `lane` in between."""

    start: int
    end: int
    lane: int


@dataclass(frozen=True, slots=True)
class Gutter:
    """What stands left of the layer table: the lane of each row's dot, the lines, the width in lanes."""

    rows: tuple[int, ...]
    edges: tuple[Edge, ...]
    width: int

    def to_dict(self) -> dict[str, Any]:
        """In types that JSON knows (tuples become lists on the way)."""
        return asdict(self)


def edges(layers: Sequence[Layer]) -> list[tuple[int, int]]:
    """(from row, to row) of every connection, each once, by target."""
    rows = {layer.name: row for row, layer in enumerate(layers)}
    return [
        (rows[source], row)
        for row, layer in enumerate(layers)
        for source in dict.fromkeys(layer.inputs)
        if source in rows and rows[source] < row
    ]


def cuts(layers: Sequence[Layer]) -> list[int]:
    """The rows that no connection jumps over: everything the network knows passes through them."""
    opens = [0] * (len(layers) + 1)
    for start, end in edges(layers):
        opens[start + 1] += 1
        opens[end] -= 1
    jumps, found = 0, []
    for row in range(len(layers)):
        jumps += opens[row]
        if jumps == 0:
            found.append(row)
    return found


def cost(layers: Sequence[Layer], *, channels_first: bool = False) -> int:
    """Multiplications per image, roughly: every weight is used once per place of the layer's map."""
    total = 0
    for layer in layers:
        shape = layer.output_shape
        places = shape[2:] if channels_first and len(shape) > 3 else shape[1:-1]
        total += layer.parameters * math.prod(OPEN_SIZE if size is None else size for size in places)
    return total


def penultimate(layers: Sequence[Layer], head: str = "") -> str:
    """The last layer before the class scores, not counting dropout, reshaping and activation layers.

    `head` names the row that gives the scores; the last one if it is not said.

    Found from the connections: back from the end to the layer that makes the scores (the first one
    that has weights or several inputs), then back to the first one worth a look. A network with
    nothing before its scores gives the scores themselves.
    """
    rows = {layer.name: layer for layer in layers}

    def back(layer: Layer) -> Layer | None:
        sources = [name for name in layer.inputs if name in rows]
        return rows[sources[-1]] if sources else None

    scores = rows.get(head, layers[-1])
    while (scores.parameters == 0 or scores.kind in NORMALIZATIONS) and len(scores.inputs) == 1:
        source = back(scores)
        if source is None:
            break
        scores = source
    found = back(scores)
    while found is not None and (not found.usable or found.kind in ACTIVATIONS):
        found = back(found)
    if found is not None:
        return found.name
    return next((layer.name for layer in (scores, *reversed(layers)) if layer.usable), scores.name)


def embedding(layers: Sequence[Layer], end: str) -> str:
    """The layer to look at first in a network without class scores: what it gives out, or the last worth a look."""
    rows = {layer.name: layer for layer in layers}
    found: Layer | None = rows.get(end, layers[-1])
    while found is not None and not found.usable:
        sources = [name for name in found.inputs if name in rows]
        found = rows[sources[-1]] if sources else None
    if found is not None:
        return found.name
    return next((layer.name for layer in reversed(layers) if layer.usable), layers[-1].name)


def usable_layers(info: NetworkInfo, limit: int = 24) -> tuple[str, ...]:
    """The layers to keep activations of, in the network's order: all, or `limit` of a deep network.

    Of a deep network these are the default layer and places spread evenly over those that no
    connection jumps over (over all usable layers where there are hardly any such places).
    """
    usable = [layer.name for layer in info.layers if layer.usable]
    if len(usable) <= limit:
        return tuple(usable)
    narrow = {info.layers[row].name for row in cuts(info.layers)}
    points = [name for name in usable if name in narrow]
    if len(points) < min(FEWEST_CUTS, limit):
        points = usable
    points = [name for name in points if name != info.default_layer]
    count = min(limit - 1, len(points))
    chosen = {points[step * (len(points) - 1) // max(count - 1, 1)] for step in range(count)}
    return tuple(name for name in usable if name in chosen or name == info.default_layer)


def blocks(layers: Sequence[Layer]) -> list[Block]:
    """The collapsed view: branches and the row that joins them are one block, equal neighbors become one.

    A plain chain is split where a layer with weights or a pooling layer begins; normalization,
    activation, dropout and the like stay with what they follow. The last block is never merged into
    a neighbor, so that the class scores stand alone.
    """
    narrow = set(cuts(layers))
    groups: list[list[int]] = []
    for row, layer in enumerate(layers):
        in_branches = row > 0 and row - 1 not in narrow
        if groups and (in_branches or (row in narrow and not _begins(layer))):
            groups[-1].append(row)
        else:
            groups.append([row])

    made: list[Block] = []
    previous: object = None
    for position, group in enumerate(groups):
        block, signature = _block(layers, group), _signature(layers, group)
        if made and signature == previous and position < len(groups) - 1:
            last = made.pop()
            block = Block(
                last.layers + block.layers,
                block.kinds,
                block.joined_by,
                last.repeat + 1,
                last.parameters + block.parameters,
                block.output_shape,
            )
        made.append(block)
        previous = signature
    return made


def _begins(layer: Layer) -> bool:
    return (layer.parameters > 0 and layer.kind not in NORMALIZATIONS | ACTIVATIONS) or "Pooling" in layer.kind


def _block(layers: Sequence[Layer], group: list[int]) -> Block:
    kinds: dict[str, int] = {}
    for row in group:
        kinds[layers[row].kind] = kinds.get(layers[row].kind, 0) + 1
    joins = [layers[row].kind for row in group if len(set(layers[row].inputs)) > 1]
    return Block(
        tuple(layers[row].name for row in group),
        tuple(kinds.items()),
        joins[-1] if joins else "",
        1,
        sum(layers[row].parameters for row in group),
        layers[group[-1]].output_shape,
    )


def _signature(layers: Sequence[Layer], group: list[int]) -> object:
    """Equal for two blocks that are wired alike, whatever their sizes."""
    inside = {layers[row].name: row - group[0] for row in group}
    return [(layers[row].kind, tuple(inside.get(name, -1) for name in layers[row].inputs) or (-1,)) for row in group]


def lanes(layers: Sequence[Layer]) -> Gutter:
    """Where each row's dot stands and which lane each line takes, the way `git log --graph` draws.

    A row stands in the leftmost lane of the lines that reach it; its nearest reader continues in that
    lane, every other line takes the leftmost lane that is free. So a chain is one straight line and a
    skip connection an arc beside it.
    """
    leaving: dict[int, list[int]] = {}
    for start, end in edges(layers):
        leaving.setdefault(start, []).append(end)
    busy: list[int | None] = []
    lines: list[Edge] = []
    dots: list[int] = []
    for row in range(len(layers)):
        reached = [lane for lane, target in enumerate(busy) if target == row]
        for lane in reached:
            busy[lane] = None
        dot = reached[0] if reached else _free(busy)
        dots.append(dot)
        for end in sorted(leaving.get(row, [])):
            lane = dot if busy[dot] is None else _free(busy)
            busy[lane] = end
            lines.append(Edge(row, end, lane))
    return Gutter(tuple(dots), tuple(lines), len(busy))


def _free(busy: list[int | None]) -> int:
    """The leftmost lane without a line; a new one where there is none."""
    if None not in busy:
        busy.append(None)
    return busy.index(None)
