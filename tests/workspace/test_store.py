import gc
import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from workspace import store as store_module
from workspace.store import BadWorkspace, Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


def array_file(store, key):
    return store.folder / "columns" / f"{key}.npy"


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12, dtype=np.float32).reshape(4, 3),
        np.empty((0, 2), np.int64),
        np.array(3.5),
        np.array([b"ab", b"c"]),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
    ],
)
def test_what_is_written_is_read_back(store, array):
    store.write("k", array, column="loss")
    read = Store(store.folder).read("k")
    assert read.dtype == array.dtype
    np.testing.assert_array_equal(read, array)
    assert store.about("k")["column"] == "loss"


def test_columns_are_mapped_and_cannot_be_changed(store):
    store.write("k", np.arange(5))
    with pytest.raises(ValueError):
        store.read("k")[0] = 1


def test_what_was_never_written_is_missing(store):
    assert not store.has("k")
    assert store.read("k") is None
    assert store.read_record("dataset", "k") is None


def test_records_come_back(store):
    store.write_record("dataset", "k", {"n": 3, "names": ["a"]})
    assert store.read_record("dataset", "k") == {"n": 3, "names": ["a"]}


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_is_used_silently(store, seed):
    """Random flips and truncations, in the array or in its manifest."""
    rng = random.Random(seed)
    array = np.arange(300, dtype=np.int32)
    store.write("k", array)
    path = rng.choice([array_file(store, "k"), array_file(store, "k").with_suffix(".json")])
    body = bytearray(path.read_bytes())
    if rng.random() < 0.5:
        place = rng.randrange(len(body))
        body[place] ^= 1 << rng.randrange(8)
    else:
        body = body[: rng.randrange(len(body))]
    path.write_bytes(body)
    read = Store(store.folder).read("k")
    assert read is None or np.array_equal(read, array)


def test_damage_makes_room_for_a_new_column(store):
    store.write("k", np.arange(300))
    path = array_file(store, "k")
    body = bytearray(path.read_bytes())
    body[-1] ^= 255
    path.write_bytes(body)
    fresh = Store(store.folder)
    assert fresh.read("k") is None
    assert not fresh.has("k")


def test_a_planted_pickle_is_not_opened(store, tmp_path):
    marker = tmp_path / "ran"
    store.write("k", np.arange(3))

    class Trap:
        def __reduce__(self):
            return (Path.touch, (marker,))

    np.save(array_file(store, "k"), np.array([Trap()], dtype=object), allow_pickle=True)
    assert Store(store.folder).read("k") is None
    assert not marker.exists()


def test_another_schema_is_a_miss(store):
    store.write("k", np.arange(3))
    path = array_file(store, "k").with_suffix(".json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": 99}))
    assert not Store(store.folder).has("k")


def test_a_file_as_cache_is_refused_in_one_line(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadWorkspace, match="that is a file; name a folder"):
        Store(tmp_path / "file")


def test_side_files_of_the_dead_are_swept(store):
    side = array_file(store, "k").with_name("k.npy.tmp-1")
    side.write_bytes(b"half")
    os.utime(side, (time.time() - 7200,) * 2)
    young = side.with_name("k.npy.tmp-2")
    young.write_bytes(b"half")
    Store(store.folder)
    assert not side.exists()
    assert young.exists()


def test_only_so_many_columns_are_held_open_and_none_is_verified_twice(store, monkeypatch):
    keys = [f"k{number}" for number in range(5)]
    for number, key in enumerate(keys):
        store.write(key, np.full(3, number))
    again = Store(store.folder)
    monkeypatch.setattr("workspace.store.MOST_OPENED", 3)
    kept = again.read("k0")
    assert [again.read(key)[0] for key in keys] == [0, 1, 2, 3, 4]
    assert list(again._opened) == ["k2", "k3", "k4"]
    assert kept[0] == 0, "whoever has it keeps it"
    monkeypatch.setattr("workspace.store._sha256", lambda array: pytest.fail("verified twice"))
    assert again.has("k0") and again.read("k0")[0] == 0
    assert again.read("k2")[0] == 2


def test_two_threads_may_write_the_same(store):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: store.write("same", np.arange(1000)), range(64)))
    assert Store(store.folder).read("same")[-1] == 999


class Slow:
    """Garbage that lets other threads go on while it is collected."""

    def __init__(self):
        self.me = self

    def __del__(self):
        sum(range(3000))


def test_many_threads_open_columns_at_once(store, monkeypatch):
    monkeypatch.setattr(store_module, "MOST_OPENED", 0)  # each read opens anew
    for number in range(8):
        store.write(f"k{number}", np.zeros((number + 1, 3, 2), np.float32))

    def read(turn):
        Slow()
        return store.read(f"k{turn % 8}").shape

    limits, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(5)
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            shapes = list(pool.map(read, range(3000)))
    finally:
        gc.set_threshold(*limits)
        sys.setswitchinterval(interval)
    assert shapes == [(turn % 8 + 1, 3, 2) for turn in range(3000)]


def test_a_full_disk_is_one_line_and_leaves_nothing(store, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array_header_1_0", full)
    with pytest.raises(BadWorkspace, match="is full; free space"):
        store.write("k", np.arange(3))
    assert not store.has("k")
    assert not list(store.folder.rglob("*.tmp-*"))


def test_killed_writers_leave_whole_columns_or_none(tmp_path):
    """A process that writes without end is killed at random times; every kill counts only after a write."""
    script = (
        "import sys, numpy as np; from pathlib import Path; from workspace.store import Store\n"
        "store = Store(Path(sys.argv[1])); i = 0\n"
        "while True:\n"
        "    store.write(f'k{i % 5}', np.full(20_000, i)); print(i, flush=True); i += 1\n"
    )
    rng = random.Random(0)
    root = Path(__file__).parents[2]
    for _ in range(15):
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout.readline() == "0\n"
        time.sleep(rng.uniform(0, 0.06))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        store = Store(tmp_path)
        found = [store.read(f"k{i}") for i in range(5)]
        assert any(array is not None for array in found)
        assert all(len(set(array.tolist())) == 1 for array in found if array is not None)
