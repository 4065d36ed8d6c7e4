"""The one process that computes: hears what is wanted, has the worker make it, and says what is there.

Started fresh (never forked: a forked child of TensorFlow hangs), it reads a job from its standard
input, and makes the standard columns and whatever else it is asked for, one after the other. It speaks
in JSON lines on standard output; what libraries print goes to the log. It leaves when its input ends
(the server is gone) or when there was nothing to do for a while.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any

from model import device
from util import InspectorError
from workspace import limits
from workspace.following import AGAIN
from workspace.options import Options
from workspace.plan import standard
from workspace.store import Store
from workspace.worker import Worker

logger = logging.getLogger(__name__)

IDLE_SECONDS = 60.0
FOLLOWING_SECONDS = 600.0  # to open Keras again for every few new samples of a recording would take longer


class Say:
    """Writes events, one JSON line each, to where standard output was when the process began."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def __call__(self, event: str, **facts: Any) -> None:
        """Write one event."""
        self._out.write(json.dumps({"event": event, **facts}) + "\n")
        self._out.flush()


def _listen(commands: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Pass on what the server wants next; leave at once when the server is gone."""
    for line in sys.stdin:
        commands.put(json.loads(line))
    os._exit(0)


def _serve(worker: Worker, asked: list[str], commands: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Make the standard columns, and before each of them whatever a page has asked for since."""
    worker.open()
    usual = _usual(worker)
    waiting: list[dict[str, Any]] = []
    while True:
        with suppress(queue.Empty):
            while True:
                waiting.append(commands.get_nowait())
        for message in waiting:
            asked += message["want"]
            if "again" in message:
                worker.again(message["again"])
        longer = [message["options"] for message in waiting if "options" in message]
        waiting = []
        if longer:
            worker = _turned(worker, Options(**longer[-1]))
            usual = _usual(worker)
        asked = [column for column in asked if worker.knows(column)]
        missing = worker.missing(asked) or worker.missing(usual)
        if missing:
            worker.make(missing[0])
            if worker.is_made(missing[0]):  # newer answers may displace it: that is no reason to make it again
                asked = [column for column in asked if column != missing[0]]
            continue
        worker.say("idle")
        try:
            waiting.append(commands.get(timeout=FOLLOWING_SECONDS if worker.dataset.grows else IDLE_SECONDS))
        except queue.Empty:
            return
        asked = []
        worker.say("plan", total=0)


def _usual(worker: Worker) -> list[str]:
    usual = worker.missing(standard(worker.opened.layer, worker.opened.layers, worker.plan.roots))
    worker.say("plan", total=len(usual))
    return usual


def _turned(worker: Worker, options: Options) -> Worker:
    """A worker for a longer recording; the same one if that cannot be opened, which is told."""
    longer = Worker(worker.store, options, worker.say, worker)
    try:
        longer.open()
    except InspectorError as error:
        logger.exception("not taken")
        worker.say("failed", column=AGAIN, error=str(error))
        return worker
    return longer


def main() -> None:
    """Run the process: the job is the first line of standard input."""
    say = Say()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    if hasattr(os, "nice"):
        os.nice(5)
    limits.bound()
    job: Mapping[str, Any] = json.loads(sys.stdin.readline())
    commands: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(commands,), daemon=True).start()
    try:
        options = Options(**job["options"])
        device.choose(options.device)
        _serve(Worker(Store(Path(job["cache"]), options.force), options, say), job["want"], commands)
    except InspectorError as error:
        logger.exception("refused")
        say("refused", exit_code=error.exit_code, error=str(error))
    except BaseException as error:
        logger.exception("stopped")
        if limits.is_about_memory(error):
            say("refused", exit_code=5, error=f"{PurePath(job['options']['dataset']).name}: {limits.ADVICE}")
            os._exit(0)
        where = "worker.log in the folder of --cache has more, please report it"
        say("refused", exit_code=70, error=f"a bug of ours: {type(error).__name__}: {error}; {where}")
    os._exit(0)


if __name__ == "__main__":
    main()
