"""Data that is odd in ways which belong to no single reader: many files, long lists, names that differ in case."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import datasets
from datasets.loader import Wish
from datasets.walking import listing
from tests.datasets.drawing import save, tree

ROOT = Path(__file__).parents[2]


def read(path: Path) -> datasets.Dataset:
    source = datasets.find(str(path))
    assert source is not None
    return datasets.read(source, Wish())


def test_D7_nested_folders_and_hidden_files(tmp_path):
    tree(tmp_path, "cat/a/1.png", "cat/a/b/2.png", "dog/3.png", ".git/4.png", "dog/.5.png")
    for name in (".DS_Store", "cat/.DS_Store", "cat/Thumbs.db", "dog/._3.png", "__MACOSX/cat/._1.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"not a picture")
    data = read(tmp_path)
    assert data.metadata["filename"].tolist() == ["cat/a/1.png", "cat/a/b/2.png", "dog/3.png"]
    assert data.class_names == ("cat", "dog") and data.labels.tolist() == [0, 0, 1]
    assert data.problems == ()


def test_D19_a_folder_of_many_files_is_listed(tmp_path):
    save(tmp_path / "a" / "0.png")
    for number in range(1, 20_000):
        (tmp_path / "a" / f"{number}.png").touch()
    found = listing(tmp_path)
    assert len(found.pictures) == 20_000


def test_D34_a_path_in_other_case(tmp_path):
    save(tmp_path / "Cat.png")
    if (tmp_path / "cat.PNG").exists():
        pytest.skip("names differ in more than case on this disk")
    (tmp_path / "list.csv").write_text("path,label\nCat.png,a\ncat.PNG,b\nCat.png,b\n")
    data = read(tmp_path / "list.csv")
    assert data.metadata["filename"].tolist() == ["Cat.png", "Cat.png"]
    assert data.problems == (("cat.PNG", "no such file"),)
    assert any(notice.startswith("1 rows name a file that an earlier row names too") for notice in data.notices)


MEMORY = """
import sys
from pathlib import Path
from datasets import csv_table
def peak():
    line = next(line for line in Path("/proc/self/status").open() if line.startswith("VmHWM"))
    return int(line.split()[1])
path = Path(sys.argv[1])
before = peak()
table = csv_table.read(path)
grown = (peak() - before) * 1024
print(len(table["path"]), grown / path.stat().st_size)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counted otherwise elsewhere")
def test_D38_a_long_list_takes_three_times_its_size(tmp_path):
    with (tmp_path / "list.csv").open("w") as file:
        file.write("path,label,split,camera\n")
        file.writelines(f"class_{n % 10}/image_{n:07}.jpg,class {n % 10},train,left\n" for n in range(300_000))
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(tmp_path / "list.csv")],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    n, times = done.stdout.split()
    assert int(n) == 300_000
    assert float(times) < 3.2
