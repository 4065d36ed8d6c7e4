"""Linear algebra on one thread, for many small steps: more threads would mostly wait for each other, at full load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """The libraries below numpy keep to one thread, in the whole process, as long as a block or function lasts."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield
