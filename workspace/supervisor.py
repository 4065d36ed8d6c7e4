"""The server's end of the worker: starts it, hears it, restarts it, ends it.

Cancelling is ending the process: whatever it had finished is in the store. If it dies by itself
(out of memory, say), it is started again, and the column it died on is given up after the second time.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from util import InspectorError
from workspace.failures import Failures
from workspace.options import Options
from workspace.store import Store

logger = logging.getLogger(__name__)

DEATHS_FORGIVEN = 2
ROOT = Path(__file__).resolve().parent.parent
COMMAND = (sys.executable, "-m", "workspace.process")


class Refused(InspectorError):
    """The worker cannot open what it was given; carries the exit code of the reason."""

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Status:
    """What the worker is doing, for the progress line and /health.

    `done` of `total` counts in `unit` inside the step; `made` of `planned` counts columns.
    """

    working: bool = False
    cancelled: bool = False
    what: str = ""
    done: int = 0
    total: int = 0
    unit: str = ""
    made: int = 0
    planned: int = 0
    since: float = 0.0
    forward_passes: int = 0
    trouble: str = ""

    @property
    def sentence(self) -> str:
        """The progress line in words: what, how far, how long."""
        if self.trouble:
            return self.trouble
        if self.cancelled:
            return "Cancelled; what was finished is kept."
        if not self.working:
            return ""
        far = f" {self.done:,} of {self.total:,} {self.unit}".rstrip() if self.total else ""
        step = f"{min(self.made + 1, self.planned)} of {self.planned} · " if self.planned else ""
        return f"{step}{self.what}{far} · {self.seconds:.0f} s"

    @property
    def seconds(self) -> float:
        """How long the present step has been running."""
        return time.monotonic() - self.since if self.working else 0.0


class Supervisor:
    """At most one worker process at a time.

    Args:
        on_change: called from a thread of its own after every event that changes what is there.
        on_refused: called once when dataset or network cannot be opened.
        command: what the worker is started with.
    """

    def __init__(
        self,
        store: Store,
        options: Options,
        *,
        on_change: Callable[[], None] = lambda: None,
        on_refused: Callable[[Refused], None] = lambda refused: None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self.command = command
        self.store = store
        self.options = options
        self.on_change = on_change
        self.on_refused = on_refused
        self.failed = Failures()
        self._status = Status()
        self._process: subprocess.Popen[str] | None = None
        self._listener: threading.Thread | None = None
        self._wanted: list[str] = []
        self._deaths: Counter[str] = Counter()
        self._closed = False
        self._lock = threading.RLock()

    @property
    def status(self) -> Status:
        """A snapshot."""
        return self._status

    def start(self) -> None:
        """Start the worker unless it runs, or this is closed."""
        with self._lock:
            if self._process is not None or self._closed:
                return
            with (self.store.folder / "worker.log").open("ab") as log:
                self._process = subprocess.Popen(
                    self.command,
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    encoding="utf-8",
                    start_new_session=True,
                )
            self._set(working=True, cancelled=False, what="starting", since=time.monotonic(), trouble="")
            job = {"cache": str(self.store.folder), "options": self.options.to_dict(), "want": self._wanted}
            self._tell(job)
            self._listener = threading.Thread(target=self._hear, args=(self._process,), daemon=True)
            self._listener.start()

    def want(self, columns: Iterable[str]) -> None:
        """Ask for columns before all others."""
        with self._lock:
            new = [column for column in columns if column not in self._wanted and column not in self.failed]
            if not new or self._status.cancelled or self._closed:
                return
            self._wanted += new
            if self._process is None:
                self.start()
            else:
                self._set(working=True)
                self._tell({"want": new})

    def again(self, column: str) -> None:
        """Forget that a column could not be made, so that it can be asked for once more."""
        with self._lock:
            if self.failed.pop(column, None) is not None and self._process is not None:
                self._tell({"want": [], "again": column})

    def turn(self, options: Options) -> None:
        """Have the worker open a longer recording; `options` here stay as they are until it has."""
        with self._lock:
            if self._process is None:
                self.start()
            if self._process is None:
                return
            self._wanted.clear()  # of the shorter recording; what pages miss of the longer one they ask for again
            self._set(working=True, what="reading what is new", since=time.monotonic())
            self._tell({"want": [], "options": options.to_dict()})

    def wants(self, column: str) -> bool:
        """Whether a column was asked for and is not there yet."""
        return column in self._wanted

    def cancel(self) -> None:
        """End the worker. Finished columns stay; `resume` goes on with the rest."""
        with self._lock:
            self._wanted.clear()
            self._set(working=False, cancelled=True, what="cancelled")
        self.stop()
        self.on_change()

    def resume(self) -> None:
        """Go on after `cancel`."""
        with self._lock:
            self._set(cancelled=False)
            self.start()

    def stop(self) -> None:
        """End the worker and wait until it is gone."""
        with self._lock:
            process, self._process = self._process, None
            listener = self._listener
        if process is not None:
            process.kill()
            if listener is not None and listener is not threading.current_thread():
                listener.join()

    def close(self) -> None:
        """End the worker for good: whoever still asks for something starts none."""
        self._closed = True
        self.stop()

    # -- inside ------------------------------------------------------------------------------

    def _tell(self, message: dict[str, Any]) -> None:
        assert self._process is not None and self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            logger.debug("the worker is gone; its end is noticed by the listener")

    def _hear(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with suppress(BrokenPipeError), process:  # closes its pipes and waits for it
            for line in process.stdout:
                if self._process is process:
                    self._take(line)
        given_up = False
        with self._lock:
            if self._process is process:
                self._process = None
                given_up = self._ended(process.returncode)
        if given_up:  # told without the lock: who hears of it may wait for somebody who starts a worker
            self.on_change()

    def _take(self, line: str) -> None:
        """Do what an event asks for; whatever goes wrong, the next one is heard."""
        try:
            self._handle(json.loads(line))
        except InspectorError as error:
            self._set(trouble=str(error))
            logger.warning("%s", error)
        except Exception as error:
            self._set(trouble=f"a bug of ours: {type(error).__name__}: {error}")
            logger.exception("an event of the worker: %.200s", line)

    def _handle(self, event: dict[str, Any]) -> None:
        kind = event.pop("event")
        match kind:
            case "working":
                event = {"done": 0, "total": 0, "unit": "", **event}
                self._set(working=True, since=time.monotonic(), **event)
            case "progress":
                self._set(**event)
            case "plan":
                self._set(made=0, planned=event["total"])
            case "forward":
                self._set(forward_passes=self._status.forward_passes + event["images"])
            case "made":
                self._forget(event["column"])
                self.failed.pop(event["column"], None)
                self._set(made=self._status.made + 1)
                logger.info("%s in %.1f s", event["column"], event["seconds"])
                self.on_change()
            case "failed":
                self._forget(event["column"])
                self.failed[event["column"]] = event["error"]
                self._set(made=self._status.made + 1)
                self.on_change()
            case "opened":
                self.on_change()
            case "idle":
                self._set(working=False, what="", done=0, total=0)
                self.on_change()
            case "refused":
                self._set(working=False, what="", trouble=event["error"])
                self.on_refused(Refused(event["error"], event["exit_code"]))
                self.on_change()

    def _ended(self, code: int) -> bool:
        """The process is gone: by itself after idling, or by an accident; gives whether that was one too many."""
        status = self._status
        if not status.working:
            return False
        self._deaths[status.what] += 1
        how = "ran out of memory or was killed" if code == -9 else f"ended with code {code}"
        logger.warning("the worker %s during %s", how, status.what)
        if self._deaths[status.what] < DEATHS_FORGIVEN:
            self.start()
            return False
        self._wanted.clear()  # or the next one would begin with what has just ended this one
        self._set(working=False, cancelled=True, trouble=f"The computing process {how} during: {status.what}")
        return True

    def _forget(self, column: str) -> None:
        if column in self._wanted:
            self._wanted.remove(column)

    def _set(self, **changes: Any) -> None:
        with self._lock:
            self._status = replace(self._status, **changes)
