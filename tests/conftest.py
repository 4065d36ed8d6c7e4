"""What tests of several rooms share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.tiny import KINDS, prepare
from workspace.options import Options
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


@pytest.fixture
def opened(tmp_path: Path, tiny_session: Callable[[str], Session]) -> Iterator[Callable[[], Session]]:
    """opened() -> a new session on one copy of a full cache, as a server that is started again has."""
    full = tiny_session("full")
    shutil.copytree(full.store.folder, tmp_path / "cache")
    made: list[Session] = []

    def opened() -> Session:
        made.append(Session(Store(tmp_path / "cache"), full.options, command=("no", "worker", "here")))
        return made[-1]

    yield opened
    for session in made:
        session.close()


@pytest.fixture(scope="module")
def two_pairs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Options]]:
    """A store with two finished pairs on different data, and the options of both."""
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "two")]
    made = [prepare(folder, KINDS[kind]) for folder, kind in zip(folders, ("full", "two classes"), strict=True)]
    shutil.copytree(made[1][0], made[0][0], dirs_exist_ok=True)
    return made[0][0], [options for _, options in made]
