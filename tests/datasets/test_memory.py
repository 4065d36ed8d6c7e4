"""What a dataset that is larger than memory costs: measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.datasets.drawing import packed
from tests.datasets.test_huggingface import shard

ROOT = Path(__file__).parents[2]
IMAGES, EDGE = 1000, 256
DECODED = IMAGES * EDGE * EDGE * 3 / 2**20
MOST = 60

PROGRAM = """
import sys
from pathlib import Path
import numpy as np
from PIL import Image
import pyarrow.parquet
import datasets
from workspace.opening import known_dataset, open_dataset
from workspace.options import Options
from workspace.store import Store

def peak():  # not ru_maxrss, which begins with what the parent had when it started this process
    line = next(line for line in Path("/proc/self/status").open() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 2**10

folder, cache = map(Path, sys.argv[1:])
store, options = Store(cache), Options("none.h5", str(folder))
before = peak()
opened = open_dataset(store, options)
images = Store(cache).read(opened.keys["images"])
assert known_dataset(store, options) == opened
assert len(images) == opened.n and images[-1].std() > 0
print(opened.n, round(peak() - before, 1))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counted otherwise elsewhere")
@pytest.mark.parametrize("kind", ["folder", "list", "parquet", "npz"])
def test_a_dataset_larger_than_the_memory_it_takes(tmp_path, kind):
    ramp = np.zeros((EDGE, EDGE, 3), np.uint8)
    ramp[:, ::2] = 200
    content = packed(ramp)
    data = tmp_path / "data"
    if kind in ("folder", "list"):
        for number in range(IMAGES):
            (data / str(number % 4)).mkdir(parents=True, exist_ok=True)
            (data / str(number % 4) / f"{number}.png").write_bytes(content)
    if kind == "list":
        lines = (f"{number % 4}/{number}.png,{number % 4}\n" for number in range(IMAGES))
        (data / "list.csv").write_text("path,label\n" + "".join(lines))
    if kind == "npz":
        data.mkdir()
        np.savez(data / "a.npz", x=np.tile(ramp, (IMAGES, 1, 1, 1)), y=np.arange(IMAGES) % 4)
    if kind == "parquet":
        shard(data / "train-0.parquet", [content] * IMAGES, [0, 1, 2, 0] * (IMAGES // 4))
    path = data / {"list": "list.csv", "npz": "a.npz"}.get(kind, "")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path), str(tmp_path / "cache")],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    n, grown = done.stdout.split()
    assert int(n) == IMAGES
    assert float(grown) < MOST < DECODED / 2
    assert [path.name for path in (tmp_path / "cache/columns").iterdir() if ".tmp-" in path.name] == []
