"""What nobody could work out beforehand: work with values that a visitor chose, done by the worker.

A request is a function registered under a word. Asked for with values it stands for a column of its own,
`heatmap?index=12&layer=conv`, which pages wait for, read and see fail as any other. A rule sees arrays and
nothing else; a request may also put images through the network. Only the newest answers are kept.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from numpy.typing import NDArray

from util import DIGEST_LENGTH, InspectorError, Progress, Registry, UnknownName

if TYPE_CHECKING:
    from model.network import Network
    from model.preprocessing import Preprocessing
    from workspace.opening import OpenDataset, OpenNetwork
    from workspace.options import Options
    from workspace.store import Store
    from workspace.worker import Worker

Value = str | int | float | bool

EVERY_LAYER = "{every}"
_TYPES: dict[str, Callable[[str], Value]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": lambda text: {"True": True, "False": False}[text],
}


@dataclass(frozen=True, slots=True)
class Made:
    """An answer: an array of any shape, and facts about it that JSON can say."""

    array: NDArray[Any]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """A kind of work that visitors ask for.

    Attributes:
        name: the word before the question mark.
        title: what to call it in a sentence.
        function: takes a `Desk` and the values by keyword, and gives what it `Made`.
        uses: our modules outside the workspace whose code the answer depends on, such as "model.saliency".
        needs: columns that must be there before; `{layer}` and the like stand for a value,
            `{every}` for each layer that is kept.
        most_kept: how many answers the store keeps.
    """

    name: str
    title: str
    function: Callable[..., Made]
    uses: tuple[str, ...]
    needs: tuple[str, ...]
    most_kept: int

    def needed(self, values: Mapping[str, Value], layers: tuple[str, ...]) -> tuple[str, ...]:
        """The columns that must be there, for these values."""
        found: list[str] = []
        for need in self.needs:
            if EVERY_LAYER in need:
                found += [need.replace(EVERY_LAYER, layer) for layer in layers]
            else:
                found.append(need.format_map(values))
        return tuple(found)

    def modules(self) -> tuple[str, ...]:
        """Where the code is that the answer depends on, all of them imported."""
        for name in self.uses:
            importlib.import_module(name)
        return (self.function.__module__, *self.uses)

    def displace(self, store: Store) -> None:
        """Remove the oldest answers beyond the bound."""
        seen: dict[str, float] = {}
        for path in (store.folder / "columns").glob(f"{self.name}{'[0-9a-f]' * DIGEST_LENGTH}.json"):
            with suppress(OSError):  # another process may be quicker
                seen[path.stem] = path.stat().st_mtime
        for key in sorted(seen, key=seen.__getitem__, reverse=True)[self.most_kept :]:
            store.forget(key)


REQUESTS: Registry[Request] = Registry("request")


def request(
    name: str, *, title: str, uses: tuple[str, ...] = (), needs: tuple[str, ...] = (), most_kept: int = 64
) -> Callable[[Callable[..., Made]], Callable[..., Made]]:
    """Register a function as the request `name`, a word of letters; see `Request` for the rest.

    The function's keyword-only parameters, each annotated as str, int, float or bool, are its values.
    """

    def register(function: Callable[..., Made]) -> Callable[..., Made]:
        if not (name.isascii() and name.isalpha()):
            raise ValueError(f"request '{name}': takes letters only, because files are named by it")
        REQUESTS.add(name, Request(name, title, function, uses, needs, most_kept))
        return function

    return register


def is_request(column: str) -> bool:
    """Whether a column is a request with its values."""
    name, mark, _ = column.partition("?")
    return bool(mark) and name in REQUESTS


def asking(name: str, /, **values: Value) -> str:
    """The column that stands for a request with these values; those left out have their default.

    Raises:
        UnknownName: there is no such request, or it takes no such value, or lacks one.
    """
    takes = _parameters(REQUESTS[name].function)
    unknown = [value for value in values if value not in takes]
    lacking = [value for value, (_, default) in takes.items() if default is None and value not in values]
    if unknown or lacking:
        raise UnknownName(
            f"request '{name}': does not take or lacks {', '.join(unknown or lacking)}; takes {[*takes]}"
        )
    whole = {value: values.get(value, default) for value, (_, default) in takes.items()}
    return f"{name}?{urlencode(sorted(whole.items()))}"


def parsed(column: str) -> tuple[Request, dict[str, Value]]:
    """A column of `asking` taken apart. Raises UnknownName, also for values that are none of the type."""
    name, _, text = column.partition("?")
    found = REQUESTS[name]
    takes = _parameters(found.function)
    try:
        values = {value: takes[value][0](said) for value, said in parse_qsl(text, True, True)}
    except (KeyError, ValueError):
        raise UnknownName(f"request '{column:.200}': not understood; takes {[*takes]}") from None
    if values.keys() != takes.keys():
        raise UnknownName(f"request '{column:.200}': not whole; takes {[*takes]}")
    return found, values


class Desk:
    """What a request may use while it is worked on, in the worker."""

    def __init__(self, worker: Worker, needs: tuple[str, ...]) -> None:
        self._worker = worker
        self._needs = needs

    @property
    def store(self) -> Store:
        """Where columns are kept."""
        return self._worker.store

    @property
    def dataset(self) -> OpenDataset:
        """The dataset's record."""
        return self._worker.dataset

    @property
    def opened(self) -> OpenNetwork:
        """The network's record: its layers, and which of them are kept."""
        return self._worker.opened

    @property
    def options(self) -> Options:
        """What was typed on the command line."""
        return self._worker.options

    @property
    def preprocessing(self) -> Preprocessing:
        """What turns images of the dataset into what the network expects."""
        return self._worker.preprocessing

    def network(self) -> Network:
        """The network itself; opens it, which takes seconds, unless that was done."""
        return self._worker.with_keras()

    def column(self, name: str) -> NDArray[Any]:
        """One of the columns that the request needs. Raises InspectorError for any other: the key would not know."""
        if name not in self._needs:
            raise InspectorError(f"{name}: is not among what the request needs; add it there")
        return self._worker.read(name)

    def report(self, progress: Progress) -> None:
        """Tell how far it is."""
        self._worker.report(progress)


@cache
def _parameters(function: Callable[..., Made]) -> dict[str, tuple[Callable[[str], Value], Value | None]]:
    """Keyword-only parameter -> how its text is read, and its default or None."""
    found = inspect.signature(function).parameters.values()
    return {
        parameter.name: (
            _TYPES[parameter.annotation],
            None if parameter.default is parameter.empty else parameter.default,
        )
        for parameter in found
        if parameter.kind is parameter.KEYWORD_ONLY
    }
