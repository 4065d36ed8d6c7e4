from __future__ import annotations

import pickle
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from datasets import unpickle

ARRAY = np.arange(12, dtype=np.uint8).reshape(3, 4)


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("array", [ARRAY, np.asfortranarray(ARRAY)])
def test_arrays_come_back(protocol, array) -> None:
    found = unpickle.mapping(pickle.dumps({"data": array, "labels": [1, 2, 3]}, protocol))
    assert np.array_equal(unpickle.array_of_bytes(found["data"]), ARRAY)
    assert unpickle.whole_numbers(found["labels"]).tolist() == [1, 2, 3]


def test_keys_of_python_2_become_text() -> None:
    assert unpickle.mapping(b"(dU\x04datai7\ns.".replace(b"i7", b"I7")) == {"data": 7}


class Bomb:
    def __reduce__(self):
        return (Path.touch, (Path("/nowhere"),))


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"c__builtin__\ngetattr\n.",
        b"cnumpy\nload\n(S'/etc/passwd'\ntR.",
        b"cnumpy.core.multiarray\n_reconstruct.__globals__\n.",
        b"cnumpy\nndarray.__init__\n.",
        pickle.dumps({"a": Bomb()}),
        pickle.dumps({"a": 1j}),
        pickle.dumps({"a": Path("x")}),
        pickle.dumps([1, 2]),
    ],
)
def test_anything_else_is_refused(content) -> None:
    with pytest.raises(unpickle.Refused):
        unpickle.mapping(content)


@pytest.mark.parametrize("name", [b"numpy\nndarray", b"numpy\ndtype", b"numpy.core.multiarray\n_reconstruct"])
def test_the_stand_ins_cannot_be_changed(name) -> None:
    # GLOBAL, (None, {"state": 5}), BUILD: sets an attribute of the thing itself
    with pytest.raises(unpickle.Refused):
        unpickle.mapping(b"(S'a'\nc" + name + b"\n(N(S'state'\nI5\ndtbd.")
    assert unpickle._Array.state is None


def test_a_memo_of_gigabytes_costs_nothing() -> None:
    # LONG_BINPUT 2**28: C's unpickler reserves 2 GiB and more for it
    content = b"\x80\x02}r" + struct.pack("<I", 2**28) + b"."
    tracemalloc.start()
    try:
        assert unpickle.mapping(content) == {}
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("content", [b"", b".", b"\x80\x02}", b"hello", b"\x80\x63}.", b"\x80\x04\x8e" + b"\xff" * 8])
def test_broken_programs_fail(content) -> None:
    with pytest.raises(Exception):  # noqa: B017 - anything: the caller turns it into one sentence
        unpickle.mapping(content)


@pytest.mark.parametrize(
    "value", [ARRAY.astype(np.int32), ARRAY[0], np.array([[None]]), [1, 2], None, ARRAY.astype("S1")]
)
def test_only_bytes_of_two_axes_are_images(value) -> None:
    found = unpickle.mapping(pickle.dumps({"data": value}, 2))
    with pytest.raises(unpickle.Refused):
        unpickle.array_of_bytes(found["data"])


@pytest.mark.parametrize("value", [(1, 2), [1, -1], [True], [1.0], ["1"], [[1]], [2**40], 5])
def test_only_lists_of_numbers_are_labels(value) -> None:
    with pytest.raises(unpickle.Refused):
        unpickle.whole_numbers(value)
