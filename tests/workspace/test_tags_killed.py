"""Nothing that was acknowledged is lost when processes that tag are killed."""

import random

import pytest

from tests.workspace.tagging import killed, lost


@pytest.mark.parametrize(("writers", "mode", "kills"), [(1, "wal", 5), (2, "wal", 3), (2, "delete", 3)])
def test_what_was_acknowledged_is_there_after_kills(tmp_path, writers, mode, kills):
    chance, promised = random.Random(writers), set()
    for _ in range(kills):
        new = killed(tmp_path, writers, chance, mode)
        assert len(new) >= writers
        promised |= new
        assert lost(tmp_path, promised) == set()
