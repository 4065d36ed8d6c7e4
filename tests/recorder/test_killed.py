"""Writers that are killed at any moment leave whole calls, and all that they said to be recorded."""

import random

import numpy as np
import pytest

import datasets
from recorder.chunks import CHUNKS, chunks
from tests.recorder.writing import ROWS, calls, killed, start


@pytest.mark.parametrize(("writers", "kills"), [(1, 2), (2, 2)])
def test_nothing_is_half_and_nothing_promised_is_lost(tmp_path, writers, kills):
    chance = random.Random(writers)
    promised = [killed(tmp_path / "a.rec", writers, chance) for _ in range(kills)]
    found = datasets.load(str(tmp_path / "a.rec"))
    assert found.problems == ()
    there = calls(found.images)
    for run in promised:
        for writer, count in run.items():
            assert {(writer, call) for call in range(count)} <= set(there)
    assert np.array_equal(found.vectors["dense (recorded)"][:, 0], found.metadata["call"])


def test_a_reader_sees_whole_calls_and_never_another_order_while_two_write(tmp_path):
    folder = tmp_path / "a.rec"
    processes = [start(folder, number) for number in (1, 2)]
    before: list[tuple[int, int]] = []
    try:
        while len(before) < 20:
            if len(chunks(folder)) > len(before):
                now = calls(datasets.load(str(folder)).images)
                assert now[: len(before)] == before
                before = now
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def test_what_a_killed_writer_left_half_is_never_read(tmp_path):
    folder = tmp_path / "a.rec"
    killed(folder, 1, random.Random(0))
    n = len(chunks(folder))
    (folder / CHUNKS / ".123-4-5.tmp").write_bytes(b"PK half")
    assert len(chunks(folder)) == n
    if n:
        assert len(datasets.load(str(folder))) == n * ROWS
