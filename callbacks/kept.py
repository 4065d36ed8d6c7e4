"""Answers that were made once and may be asked for again, as many as fit into so many bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

Answer = tuple[bytes, str]  # a body and its type


class Kept:
    """Answers by key; the ones used longest ago go first. Safe for several threads.

    Args:
        limit: bytes of all bodies together.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Answer | None:
        """An answer, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, answer: Answer) -> None:
        """Keep an answer; one that is larger than all there is room for goes at once."""
        with self._lock:
            self.bytes += len(answer[0]) - len(self._kept.get(key, (b"", ""))[0])
            self._kept[key] = answer
            self._kept.move_to_end(key)
            while self.bytes > self.limit:
                self.bytes -= len(self._kept.popitem(last=False)[1][0])

    def of(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """The answer of a key, made if it is not there. Raises what `make` raises, and keeps nothing then."""
        answer = self.get(key)
        if answer is None:
            answer = make()
            self.put(key, answer)
        return answer
