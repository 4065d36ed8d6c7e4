"""Following a recording: what was added since it was opened becomes part of the session, while pages are open.

A session stays one network on one dataset at any moment. When a recording has grown, the worker opens it again up
to where it is now, and works out first what every page needs; then the session turns to it in one step, between
two requests. Earlier samples keep their index, so selections, tags and links stay what they are. What came in the
meantime waits until the worker is done with everything, so that slow results are finished at all.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from datasets import recorded
from util import InspectorError
from workspace.opening import OpenDataset, OpenNetwork, known_dataset, known_network, plan_of
from workspace.options import Options
from workspace.plan import Plan

if TYPE_CHECKING:
    from workspace.session import Session
    from workspace.supervisor import Supervisor

logger = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
PATIENCE_SECONDS = 5.0
MOST_EARLIER = 200
KEPT_STEPS = 3
AGAIN = "dataset"  # what the worker calls it when it cannot open a recording again


class Gate:
    """Lets requests through, and none while something alone is done. Safe for several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._closed = False

    def enter(self) -> None:
        """Begin a request."""
        with self._changed:
            self._changed.wait_for(lambda: not self._closed, PATIENCE_SECONDS)
            self._inside += 1

    def leave(self) -> None:
        """End a request."""
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether no request is under way: if so, none begins before this ends."""
        with self._changed:
            self._closed = True
            free = self._changed.wait_for(lambda: not self._inside, PATIENCE_SECONDS)
            try:
                yield free
            finally:
                self._closed = False
                self._changed.notify_all()


class Following:
    """Follows the recording of one session.

    Attributes:
        on: whether new samples are taken.
        waiting: how many are there that were not taken yet.
        taken: how many came when it was last added to, 0 if it never was.
        at: when that was, in seconds since 1970.
        trouble: why they cannot be taken, or "".
    """

    def __init__(self, session: Session, worker: Supervisor) -> None:
        self._session, self._worker = session, worker
        self.gate = Gate()
        self._lock, self._turning = threading.Lock(), threading.Lock()
        self._looked = 0.0
        self._busy = False
        self._next: Options | None = None
        self._plans: list[Plan] = []
        self._earlier: tuple[str, ...] = ()  # fingerprints of the shorter recordings that were shown
        self.on = True
        self.waiting = 0
        self.taken = 0
        self.at = 0.0
        self.trouble = ""

    @property
    def possible(self) -> bool:
        """Whether this is a recording as a whole, to which samples may be added."""
        return self._session.has_dataset and bool(self._session.dataset.grows)

    @property
    def coming(self) -> bool:
        """Whether new samples are being taken just now."""
        return self._next is not None

    def shows(self, fingerprint: str) -> bool:
        """Whether a dataset is what is shown, or was before samples were added, so that indices mean the same."""
        session = self._session
        return session.has_dataset and fingerprint in (session.dataset.fingerprint, *self._earlier)

    def switch(self) -> None:
        """Stop following, or go on."""
        self.on, self.trouble = not self.on, ""
        self._session.tell()

    def glance(self) -> None:
        """See whether there are more samples now. Returns at once."""
        now = time.monotonic()
        with self._lock:
            if self._busy or now - self._looked < EVERY_SECONDS or not self.possible:
                return
            self._looked, self._busy = now, True
        threading.Thread(target=self._in_thread, name="following", daemon=True).start()

    def _in_thread(self) -> None:
        try:
            self.count()
        finally:
            self._busy = False

    def count(self) -> None:
        """Count the samples there are; have the worker take the new ones if it is free."""
        session = self._session
        try:
            total = recorded.count(Path(session.options.dataset))
        except OSError as error:
            logger.info("%s", error)
            return
        waiting = total - (session.options.upto or 0)
        if waiting != self.waiting:
            self.waiting = waiting
            session.tell()
        self.look()
        if waiting > 0 and self.on and not (session.status.working or session.status.cancelled):
            self._next = replace(session.options, upto=total)
            self._worker.turn(self._next)
            session.tell()

    def look(self) -> None:
        """Turn the session to the longer recording if what pages need first is there."""
        if self._next is None or not self._turning.acquire(blocking=False):
            return
        try:
            turned = self._turn(self._next)
        finally:
            self._turning.release()
        if turned:
            self._session.tell()
            self._session.on_change()

    def _turn(self, asked: Options) -> bool:
        session = self._session
        failed = self._worker.failed.pop(AGAIN, None)
        if failed:
            self._next, self.on, self.trouble = None, False, failed
            return True
        found = self._found(asked)
        if found is None:
            return False
        with self.gate.alone() as free:
            if not free:  # tried again at the next glance
                return False
            before = session.dataset.n
            self._earlier = (*self._earlier, session.dataset.fingerprint)[-MOST_EARLIER:]
            session.turn(asked, *found)
            self._worker.options = asked
            self._worker.failed.clear()
            self._next = None
            self.taken, self.at = found[0].n - before, time.time()
            self.waiting = max(self.waiting - self.taken, 0)
        self._forget(found[2])
        return True

    def _found(self, options: Options) -> tuple[OpenDataset, OpenNetwork, Plan] | None:
        """The longer recording, and the network on it; None while something is missing, which is asked for."""
        session, store = self._session, self._session.store
        try:
            data = known_dataset(store, options)
            network = known_network(store, options, data) if data else None
        except InspectorError as error:
            logger.info("%s", error)
            return None
        if data is None or network is None:
            return None
        plan = plan_of(store, data, network)
        layer = network.layer
        first = ["logits", f"activations/{layer}", "predicted", "loss", "correct", "digests", "copies"]
        first.append(f"projection/{layer}/pca")
        if f"earlier/{layer}/tsne" in plan.roots:
            first.append(f"placed/{layer}/tsne")
        missing = [column for column in first if plan.makes(column) and not store.has(plan.key(column))]
        missing = [column for column in missing if session.failure(column) is None]
        if missing:
            self._worker.want(missing)
            return None
        return data, network, plan

    def _forget(self, plan: Plan) -> None:
        """Throw away what was worked out for the recording two steps ago, or a long run would fill the disk."""
        self._plans.append(plan)
        pairs = self._session.pairs
        if len(self._plans) <= KEPT_STEPS or (pairs is not None and len(pairs.sessions) > 1):
            return
        kept = {key for other in self._plans[1:] for key in other.known_keys()}
        for key in self._plans.pop(0).known_keys() - kept:
            self._session.store.forget(key)
