"""What tests of several rooms share."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.tiny import KINDS, prepare
from workspace.opening import Options
from workspace.session import Session
from workspace.store import Store


@pytest.fixture(scope="session")
def tiny_session(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Session]:
    """tiny_session(kind) -> a session over a store that holds what the kind says; no process is ever started.

    The store is made once per test run, the session anew for every call.
    """

    @cache
    def prepared(name: str) -> tuple[Path, Options]:
        return prepare(tmp_path_factory.mktemp(name.replace(" ", "-")), KINDS[name])

    def session(name: str = "full") -> Session:
        folder, options = prepared(name)
        return Session(Store(folder), options, command=("no", "worker", "here"))

    return session
