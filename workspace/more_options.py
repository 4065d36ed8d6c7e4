"""What a visitor may say about a pair besides its network and data, as short text for links.

    limit=500&split=train&join=0123456789ab,fedcba987654

Only what is in NAMES can be said so. Further data are named by their keys in the list: no path is ever among it.
Everything else is read by the command line itself, so that it is refused in the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from util import InspectorError
from workspace import arguments
from workspace.options import Options

if TYPE_CHECKING:
    from workspace.choices import Choice

TYPED = ("split", "limit", "instances", "output", "batch")  # by the names they have on the command line
JOIN = "join"
NAMES = (*TYPED, JOIN)
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Fields:
    """What may be said about a network on data.

    Attributes:
        usual: name -> what counts if nothing is said, as it would be typed, "" for nothing.
        outputs: the names of the network's outputs; none where it has one, so that nothing is to be said.
        boxes: whether the data tell of boxes in their pictures; else nothing is to be said of `instances`.
        further: the data that could be joined to them, of `listed` in all.
    """

    usual: Mapping[str, str]
    outputs: tuple[str, ...]
    boxes: bool
    further: tuple[Choice, ...]
    listed: int


def read(text: str) -> dict[str, str]:
    """Name -> what is said in a text; what is not in NAMES is left out."""
    return {name: value for name, value in parse_qsl(text[:LONGEST], keep_blank_values=True) if name in NAMES}


def written(said: Mapping[str, str]) -> str:
    """The text of `read`."""
    return urlencode({name: said[name] for name in NAMES if name in said}, safe=",")[:LONGEST]


def typed(options: Options) -> dict[str, str]:
    """What stands in the fields for these options, "" for what is not said."""
    values = {name: getattr(options, name) for name in TYPED}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def joined(said: Mapping[str, str]) -> list[str]:
    """The keys of the further data."""
    return [key for key in said.get(JOIN, "").split(",") if key]


def applied(options: Options, said: Mapping[str, str], more: Iterable[str] = ()) -> Options:
    """The options with what is said in place of what they have.

    Args:
        options: the usual ones.
        said: as `read` gives it; "" is what the command line takes if nothing is said.
        more: further data to join, as `Options` takes them.

    Raises:
        InspectorError: a value makes no sense, as on the command line, or data are given twice.
    """
    given = arguments.parser().parse_args([f"--{name}={said[name]}" for name in TYPED if said.get(name)])
    values = {name: getattr(given, name) for name in TYPED if name in said}
    every = (*options.datasets, *more)
    twice = [text for text in every if every.count(text) > 1]
    if twice:
        raise InspectorError(f"{twice[0]}: is given twice; give it once")
    return replace(options, **values, more=every[1:])
