"""The pairs of a network and data that a process has open, and those that were open before.

A pair is known by its key, which stands in URLs: `/with/<key>/`. Every pair that is opened leaves a record,
so that its link leads to it after a restart, too. The first pair is the one of the command line.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import model.reading
from util import InspectorError, UnknownName
from workspace import more_options, pair
from workspace.choices import Choice, Choices
from workspace.more_options import Fields
from workspace.options import AUTOMATIC, Options
from workspace.pair import KEY_LENGTH, Pair, Results, key_of
from workspace.supervisor import COMMAND, Refused

if TYPE_CHECKING:
    from workspace.session import Session
    from workspace.store import Store

MOST_OPEN = 6
MOST_WORKING = 2  # workers that start by themselves; each holds a TensorFlow
MOST_RECENT = 20
# What is said about one network or one data set, and means nothing for another.
OF_THE_DATA = {"features": None, "coordinates": None}
OF_THE_NETWORK = {"layer": None, "preprocess": AUTOMATIC, "output": None, "classes": None}


class Pairs:
    """Opens pairs, keeps some of them open, and lists what else could be opened. Safe for several threads.

    Args:
        store: where all of them keep their results.
        folder: where networks and data are looked for, besides beside those that were opened before.
        command: what workers are started with.
    """

    def __init__(self, store: Store, *, folder: Path | None = None, command: Sequence[str] = COMMAND) -> None:
        self.store = store
        self._command = command
        self._lock = threading.RLock()
        self._open: dict[str, Session] = {}  # replaced, never changed, so that it can be read without the lock
        self._used: dict[str, float] = {}
        self._refused: dict[str, str] = {}
        self._results: dict[str, Results | None] = {}
        self._later: list[Session] = []  # whose workers are not started yet
        self._waiting: list[tuple[str, Options]] = []
        self.choices = Choices(store, folder or Path.cwd(), self._known_options, self._tell_all)

    # -- what is open ------------------------------------------------------------------------

    @property
    def first(self) -> Session:
        """The session of the command line's first pair."""
        return next(iter(self._open.values()))

    @property
    def sessions(self) -> dict[str, Session]:
        """Everything that is open, by key, the first pair first."""
        return self._open

    def get(self, key: str) -> Session | None:
        """The session of a pair if it is open; it counts as used then."""
        session = self._open.get(key)
        if session is not None:
            self._used[key] = time.monotonic()
            if session in self._later:
                self._start(session)
        return session

    def url(self, key: str) -> str:
        """Where a pair is, from the root of the server."""
        return "/" if key == next(iter(self._open), None) else f"/with/{key}/"

    def key_of(self, session: Session) -> str:
        """The key of an open session; "" of one that was closed meanwhile."""
        return next((key for key, other in self._open.items() if other is session), "")

    # -- opening -----------------------------------------------------------------------------

    def open(
        self,
        options: Options,
        *,
        on_refused: Callable[[InspectorError], None] | None = None,
        later: bool = False,
    ) -> Session:
        """The session of a pair, started unless it is open already.

        Args:
            options: what to open.
            on_refused: called if dataset or network turn out not to be usable; by default that is kept, for
                the list of pairs, and for the pair's own pages.
            later: start its worker only when somebody looks at it, or when few others work.

        Raises:
            InspectorError: it can be seen at once that there is no such thing.
        """
        from workspace.session import Session

        options = pair.settled(options)
        key = key_of(options)
        with self._lock:
            session = self._open.get(key)
            if session is not None and not session.refused:
                self._used[key] = time.monotonic()
                return session
            self._refused.pop(key, None)
            self._results.pop(key, None)
            ended = [] if session is None else [session]
            try:
                model.reading.sniff(model.reading.resolve(options.model))
                session = Session(
                    self.store,
                    options,
                    on_refused=lambda error: self._refuse(key, error, on_refused),
                    command=self._command,
                )
            except InspectorError as error:
                self._refused[key] = str(error)
                raise
            session.pairs = self
            self._open = {**self._open, key: session}
            self._used[key] = time.monotonic()
            self._remember(key, options)
            ended += [self._open[old] for old in self._too_many(key)]
            self._open = {other: kept for other, kept in self._open.items() if kept not in ended}
            self._later = [waiting for waiting in self._later if waiting not in ended]
            session.on_change = lambda: self._changed(session)
            if later:
                self._later.append(session)
            else:
                session.start()
        for old in ended:  # without the lock: their listeners may be waiting for it
            old.close()
        self._changed(session)
        return session

    def reopen(self, key: str) -> Session:
        """The session of a pair that was open at some time, in this run or before.

        Raises:
            UnknownName: there never was such a pair.
            InspectorError: it cannot be opened any more.
        """
        session = self.get(key)
        if session is not None and not session.refused:
            return session
        return self.open(self.known(key))

    def known(self, key: str) -> Options:
        """What a pair was opened with. Raises UnknownName if it never was."""
        for _, other, options in self._records():
            if other == key:
                return options
        raise UnknownName(f"pair {key[:KEY_LENGTH]}: was never opened here; choose a network and data from the lists")

    def choose(self, network: str, data: str, opening: str = "", *, at: Session | None = None) -> str:
        """Open a listed network on listed data; gives the pair's key.

        Nothing that is not listed can be opened, so no path ever comes from outside.

        Args:
            network: its key in the list.
            data: its key in the other list.
            opening: what is said about them besides, a text of `workspace.more_options`.
            at: the session on whose page they were chosen.

        Raises:
            UnknownName: one of them is not in the list any more.
            InspectorError: it cannot be opened.
        """
        options = self.options(network, data, opening, at=at)
        self.open(options)
        return key_of(options)

    def usual(self, network: str, data: str, *, at: Session | None = None) -> Options:
        """What a listed network on listed data is opened with if nothing is said about it.

        That is what was typed for all; for the pair `at` whose page they are chosen, what it was opened with.

        Raises:
            UnknownName: one of them is not in the list any more.
        """
        if at is not None and self.choices.keys(at.options) == (network, data):
            return replace(at.options, force=0.0, upto=None)
        return self._chosen(self.choices.network(network), self.choices.dataset(data))

    def options(self, network: str, data: str, opening: str = "", *, at: Session | None = None) -> Options:
        """What a listed network on listed data would be opened with. Arguments as of `choose`.

        What is said of outputs or boxes counts only for networks that have several and data that have any.

        Raises:
            UnknownName: one of them is not in the list any more.
            InspectorError: what is said makes no sense, as on the command line.
        """
        usual, said = self.usual(network, data, at=at), more_options.read(opening)
        further = [self.choices.dataset(key) for key in more_options.joined(said)]
        more = [text for choice in further for text in (choice.text, *choice.more)]
        if not self.choices.outputs(network):
            said.pop("output", None)
        if not self.choices.has_boxes(replace(usual, more=(*usual.more, *more))):
            said.pop("instances", None)
        return more_options.applied(usual, said, more)

    def fields(self, network: str, data: str, *, at: Session | None = None) -> Fields:
        """What may be said about a listed network on listed data. Raises UnknownName."""
        usual = self.usual(network, data, at=at)
        listed = self.choices.datasets()
        free = (each for each in listed.choices if not {each.text, *each.more} & {*usual.datasets})
        return Fields(
            more_options.typed(usual),
            tuple(self.choices.outputs(network)),
            self.choices.has_boxes(usual),
            tuple(each for each in free if not each.more),
            listed.total,
        )

    def close(self) -> None:
        """Close everything."""
        with self._lock:
            ended, self._open = self._open, {}
            self._later = []
        for session in ended.values():
            session.close()

    # -- lists -------------------------------------------------------------------------------

    def pairs(self) -> list[Pair]:
        """What is open, the first pair first, then what was open lately, the latest first."""
        opened = [
            Pair(key, session.options, 0.0, self.url(key), session, self._refused.get(key, ""))
            for key, session in self._open.items()
        ]
        closed = [
            Pair(key, options, at, self.url(key), None, self._refused.get(key, ""))
            for at, key, options in self._records()
            if key not in self._open
        ]
        return [*opened, *closed[:MOST_RECENT]]

    def pair(self, options: Options) -> Pair:
        """A pair that may never have been opened."""
        key = key_of(options)
        return Pair(key, options, 0.0, self.url(key), self._open.get(key), self._refused.get(key, ""))

    def results(self, options: Options) -> Results | None:
        """What of a pair is worked out; None while that is looked up, in a thread, because files are read for it."""
        key = key_of(options)
        session = self._open.get(key)
        if session is not None:
            network = session.network if session.has_network else None
            return pair.counted(session.store, session.dataset, network) if session.has_dataset else Results()
        if key not in self._results:
            with self._lock:
                is_first = not any(found is None for found in self._results.values())
                self._results[key] = None
                self._waiting.append((key, options))
            if is_first:
                threading.Thread(target=self._look_up, daemon=True).start()
        return self._results.get(key)

    def seen(self) -> dict[str, list[tuple[Pair, Results]]]:
        """Key of a network or data in the lists -> the pairs with it of which something is worked out."""
        found: dict[str, list[tuple[Pair, Results]]] = {}
        for each in self.pairs():
            results = self.results(each.options)
            if results is not None and results.samples:
                for key in self.choices.keys(each.options):
                    found.setdefault(key, []).append((each, results))
        return found

    # -- inside ------------------------------------------------------------------------------

    def _look_up(self) -> None:
        """Count the results of pairs that are not open, one after the other."""
        while True:
            with self._lock:
                if not self._waiting:
                    break
                key, options = self._waiting.pop(0)
            found = pair.results(self.store, options)
            with self._lock:
                self._results[key] = found
        self._tell_all()

    def _chosen(self, network: Choice, data: Choice) -> Options:
        known = self.first.options
        values: dict[str, Any] = {} if known.model == network.text else {**OF_THE_NETWORK}
        values |= {} if (known.dataset, *known.more) == (data.text, *data.more) else OF_THE_DATA
        return replace(known, model=network.text, dataset=data.text, more=data.more, force=0.0, upto=None, **values)

    def _too_many(self, newest: str) -> list[str]:
        """The pairs that were not used for longest, beyond the bound; never the first, nor the newest."""
        first = next(iter(self._open))
        idle = sorted((key for key in self._open if key not in (first, newest)), key=self._used.__getitem__)
        return idle[: max(len(self._open) - MOST_OPEN, 0)]

    def _refuse(self, key: str, error: Refused, also: Callable[[InspectorError], None] | None) -> None:
        self._refused[key] = str(error)
        session = self._open.get(key)
        if session is not None:
            session.refused = str(error)
        if also is not None:
            also(error)

    def _changed(self, session: Session) -> None:
        """A session has something new: those on the same data see it, and lists of pairs say how far it is."""
        with self._lock:
            everyone = list(self._open.values())
            for one in everyone:
                others = tuple(other for other in everyone if other is not one and _same_data(one, other))
                if others != one.others:
                    one.others = others
                    one.tell()
                elif one is not session:
                    one.tell()
            self._start_next()

    def _start(self, session: Session) -> None:
        """Start the worker of a session that was to wait."""
        with self._lock:
            if session not in self._later:
                return
            self._later.remove(session)
        session.start()

    def _start_next(self) -> None:
        """Start the workers that wait, as long as few work and none of these is reading the same data just now."""
        while self._later:  # a session that lacks nothing starts no worker, so that the next one has its turn
            working = [session for session in self._open.values() if session.status.working]
            if len(working) >= MOST_WORKING or any(not session.has_dataset for session in working):
                return
            self._start(self._later[0])

    def _tell_all(self) -> None:
        for session in self._open.values():
            session.tell()

    def _remember(self, key: str, options: Options) -> None:
        self.store.write_record("pair", key, {"options": options.to_dict(), "at": time.time()})

    def _records(self) -> list[tuple[float, str, Options]]:
        """(when, key, options) of every pair that was ever opened with this store, the latest first."""
        found = []
        for key, record in self.store.records("pair"):
            options = pair.read(record.get("options"))
            if options is not None and key_of(options) == key:
                found.append((float(record.get("at", 0.0)), key, options))
        return sorted(found, key=lambda entry: entry[:2], reverse=True)

    def _known_options(self) -> list[Options]:
        opened = [session.options for session in self._open.values()]
        return [*opened, *(options for _, _, options in self._records()[:MOST_RECENT])]


def _same_data(one: Session, other: Session) -> bool:
    if one.refused or other.refused:
        return False
    return one.has_dataset and other.has_dataset and one.dataset.fingerprint == other.dataset.fingerprint
