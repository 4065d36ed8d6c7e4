"""More memory than there is: a line instead of the kernel's kill."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from workspace import limits

ROOT = Path(__file__).parents[2]
PROGRAM = """
import numpy as np
from workspace import limits
print(limits.bound(400 * 2**20))
small = np.ones(100 * 2**20, np.uint8)
try:
    np.ones(2**30, np.uint8)
except MemoryError as error:
    print(limits.is_about_memory(error), small.sum() == len(small))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="bounded on Linux only")
def test_what_would_be_too_much_fails_and_the_process_lives():
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=60)
    if done.stdout.startswith("0\n"):
        pytest.skip("nothing is bounded here: there is a graphics card, or another bound")
    assert done.stdout.split() == [str(400 * 2**20), "True", "True"], done.stderr


def test_the_memory_of_the_machine():
    assert limits.memory() > 2**28 or sys.platform == "win32"


def test_a_container_counts(monkeypatch, tmp_path):
    (tmp_path / "memory.max").write_text("1000000\n")
    monkeypatch.setattr(limits, "Path", lambda *parts: tmp_path / parts[-1])
    assert limits.memory() in (1_000_000, 0)


@pytest.mark.parametrize(("error", "is_it"), [(MemoryError(), True), (ValueError("memory"), False)])
def test_errors(error, is_it):
    assert limits.is_about_memory(error) is is_it
    named = type("ResourceExhaustedError", (Exception,), {})()
    assert limits.is_about_memory(named)
