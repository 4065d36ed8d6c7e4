"""What the outputs of a network mean: names in the outputs' order, matched to the classes of the data.

A network file has no names in it: output k is class k of the data, unless `--classes` or a file beside the network
says another order. The logits are then put into the data's order where they are made, so nothing else need know.
"""

from __future__ import annotations

import difflib
import json
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from datasets import BadDataset
from datasets.class_names import FILES, listed, names_beside, names_in
from model import BadModel, shown

BESIDE = (*FILES, "labels.txt", "labels.json", "class_indices.json")
OPTION = "--classes"


@dataclass(frozen=True, slots=True)
class Given:
    """Names in the order of a network's outputs, and where they come from; none if nobody says any."""

    names: tuple[str, ...] = ()
    source: str = ""

    @property
    def asked(self) -> bool:
        """Whether a person asked for these, and they must fit."""
        return self.source.startswith(OPTION)


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a network's outputs become the data's classes.

    Attributes:
        order: the number of the output that each column of the logits comes from; () for 0, 1, 2, ...
        names: of the outputs behind the data's classes, () if nobody says any.
        notice: what a person should know, "" if nothing.
    """

    order: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    notice: str = ""


def given(text: str | None, network: Path) -> Given:
    """The names that a person gives with --classes, or else a file beside the network.

    Args:
        text: names with commas between them, a JSON list of them, or a file: one name a line, a JSON list, or a JSON
            mapping of name to position. None if the option was not given.
        network: the network's file.

    Raises:
        BadModel: what was given is no list of different names.
    """
    if text is None:
        try:
            found = names_beside(network.parent, BESIDE) if network.is_file() else None
        except BadDataset:  # nobody asked for it
            return Given()
        return Given(found.names, found.file) if found else Given()
    path = Path(text).expanduser()
    try:
        if path.is_file():
            return _checked(names_in(path).names, f"{OPTION} {shown(path, 60)}")
        if text.lstrip().startswith(("[", "{")):
            return _checked(listed(json.loads(text)), OPTION)
    except BadDataset as error:
        raise BadModel(f"{OPTION} {error}") from error
    except (OSError, ValueError, KeyError, RecursionError) as error:
        raise BadModel(f"{OPTION} {shown(text)}: is no JSON list of names; write {OPTION} cat,dog") from error
    if path.suffix.lower() in (".txt", ".json"):
        raise BadModel(f"{OPTION} {shown(text, 90)}: no such file; give names with commas between them, or a file")
    return _checked(text.split(","), OPTION)


def meaning(said: Given, classes: Sequence[str], n_outputs: int) -> Meaning:
    """The order in which outputs become the columns of the logits.

    Args:
        said: the names.
        classes: of the data, () where nothing is labelled.
        n_outputs: of the network, 0 without a class head.

    Raises:
        BadModel: names that the person gave do not fit; says which and what is nearest.
    """
    if not said.names or (not n_outputs and not said.asked):
        return Meaning()
    problem = _problem(said.names, classes, n_outputs)
    if problem and said.asked:
        raise BadModel(f"{said.source}: {problem}")
    if problem:
        return Meaning(notice=f"{said.source} beside the network is left alone: {problem}.")
    places = _places(said.names, classes)
    rest = [output for output in range(n_outputs) if output not in set(places)]
    order = (*places, *rest)
    is_moved = order != tuple(range(n_outputs))
    where = said.source if said.asked else f"{said.source} beside the network"
    how = "; their scores were put into the data's order" if is_moved else ", which is the data's order"
    notice = f"What the outputs mean comes from {where}: {_some(said.names)}{how if classes else ''}."
    return Meaning(order if is_moved else (), tuple(said.names[output] for output in rest), notice)


def spare(n_outputs: int, classes: Sequence[str]) -> tuple[str, ...]:
    """A sentence if a network of so many outputs knows more or fewer classes than the data has."""
    if not classes or not n_outputs or n_outputs == len(classes):
        return ()
    if n_outputs < len(classes):
        return (
            f"The network has {n_outputs:,} outputs, the joined data {len(classes):,} classes: it cannot say "
            f"'{classes[n_outputs]}' and what comes after; samples of these classes have no loss, "
            "and count neither as right nor as wrong.",
        )
    last = n_outputs - 1
    others = f"output {last} is" if last == len(classes) else f"outputs {len(classes)} to {last} are"
    return (
        f"The network has {n_outputs:,} outputs, the data {len(classes):,} classes: output 0 is taken as "
        f"'{classes[0]}' and so on; {others} shown by number.",
    )


def option(names: Sequence[str]) -> str:
    """`--classes ...` as it can be pasted into a shell, for names in the outputs' order."""
    plain = not any("," in name or name != name.strip() or not name for name in names)
    plain = plain and not names[0].startswith(("[", "{"))
    return f"{OPTION} {shlex.quote(','.join(names) if plain else json.dumps(list(names), ensure_ascii=False))}"


def _checked(names: Sequence[str], source: str) -> Given:
    names = [name.strip() for name in names]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if "" in names:
        raise BadModel(f"{source}: output {names.index('')} has no name; name every output, in order")
    if twice:
        raise BadModel(f"{source}: names '{shown(twice[0])}' twice; give each output a name of its own")
    return Given(tuple(names), source)


def _problem(names: Sequence[str], classes: Sequence[str], n_outputs: int) -> str:
    """Why names cannot be those of the outputs, "" if they can."""
    if not n_outputs:
        return "the network has no class head, so there is nothing to name; leave it out"
    known = {name.casefold() for name in classes}
    there = {name.casefold() for name in names}
    strangers = [name for name in names if name.casefold() not in known]
    missing = [name for name in classes if name.casefold() not in there]
    if classes and strangers and n_outputs == len(classes):
        return f"'{shown(strangers[0])}' is not a class of the data; {_near(strangers[0], missing or classes)}"
    if len(names) != n_outputs:
        return f"names {len(names):,} outputs, and the network has {n_outputs:,}; name every output, in order"
    if missing:
        return f"no output is named '{shown(missing[0])}', as a class of the data is; {_near(missing[0], strangers)}"
    if len(set(_places(names, classes))) < len(classes):
        return "two classes of the data are named by one output; name every output, in order"
    return ""


def _near(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean '{shown(close[0])}'?" if close else f"choose from {_some(known)}"


def _places(names: Sequence[str], classes: Sequence[str]) -> list[int]:
    """The output of each class: of the same name, or else of the same but for upper and lower case."""
    exact = {name: place for place, name in enumerate(names)}
    loose = {name.casefold(): place for place, name in enumerate(names)}
    return [exact.get(name, loose.get(name.casefold(), -1)) for name in classes]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 6:,} more" if len(names) > 6 else ""
    return ", ".join(shown(name, 30) for name in names[:6]) + more
