from __future__ import annotations

import datetime
import decimal
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

import datasets
from datasets import csv_table
from datasets.dataset import BadDataset
from datasets.loader import Wish
from tests.datasets.drawing import pixels, save, tree

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four pictures, and another outside of the folder."""
    save(tmp_path / "images-secret/x.png")
    return tree(tmp_path / "images", "1.png", "2.png", "sub/3.png", "sub/4.png")


@pytest.fixture
def write(folder: Path) -> Callable[..., str]:
    """Writes a list beside the pictures and gives its path."""

    def save_(text: str | bytes, name: str = "list.csv") -> str:
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(folder / name)

    return save_


def read(path: str, **wish: object) -> datasets.Dataset:
    return datasets.read(datasets.find(path), Wish(**wish))


def refused(path: str, *words: str) -> str:
    with pytest.raises(BadDataset) as caught:
        read(path)
    message = str(caught.value)
    assert caught.value.exit_code == 4 and "\n" not in message and "; " in message
    assert len(message.replace(path, "")) <= 240
    for word in words:
        assert word in message
    return message


def parquet(folder: Path, **columns: object) -> str:
    pyarrow.parquet.write_table(pyarrow.table(columns), folder / "list.parquet")
    return str(folder / "list.parquet")


def test_path_label_split_and_metadata(write):
    data = read(
        write(
            "path,label,split,camera,speed,rain\nsub/3.png,dog,test,left,1.5,true\n1.png,cat,train,right,,false\n"
            "2.png,,train,007,2,true\n"
        )
    )
    assert np.array_equal(data.images, [pixels(seed=2), pixels(seed=0), pixels(seed=1)])
    assert data.metadata["filename"].tolist() == ["sub/3.png", "1.png", "2.png"]
    assert data.class_names == ("cat", "dog") and data.labels.tolist() == [1, 0, -1]
    assert data.split_names == ("train", "test") and data.split.tolist() == [1, 0, 0]
    assert data.metadata["camera"].tolist() == ["left", "right", "007"]
    assert data.metadata["speed"].tolist() == [1.5, pytest.approx(np.nan, nan_ok=True), 2]
    assert data.metadata["rain"].dtype == bool
    assert "1 images have no label." in data.notices
    assert data.source == "the file list.csv"


@pytest.mark.parametrize("path", ["path", "Filename", "file_name", "image", "IMG", "filepath"])
@pytest.mark.parametrize("label", ["label", "Class", "category", "target"])
def test_usual_names_of_columns(write, path, label):
    data = read(write(f"{path},{label}\n1.png,a\n2.png,b\n"))
    assert data.labels.tolist() == [0, 1] and set(data.metadata) == {"filename"}


def test_no_labels(write):
    data = read(write("path\n1.png\n2.png\n"))
    assert data.labels.tolist() == [-1, -1] and data.class_names == ()
    assert any("no labels" in notice for notice in data.notices)


class TestLabels:
    def of(self, write, *labels: str) -> tuple[list[int], tuple[str, ...]]:
        rows = zip(("1.png", "2.png", "sub/3.png", "sub/4.png"), labels, strict=False)
        data = read(write("path,label\n" + "".join(f"{path},{label}\n" for path, label in rows)))
        return data.labels.tolist(), data.class_names

    def test_whole_numbers_are_positions(self, write):
        assert self.of(write, "3", "0", "1", "") == ([3, 0, 1, -1], ("0", "1", "2", "3"))

    @pytest.mark.parametrize("word", ["NA", "None", "null", "nan", "true", "1e3", "1.0", "007"])
    def test_words_stay_words(self, write, word):
        found, names = self.of(write, word, "b", "b")
        assert word in names and len(names) == 2 and found[1] == found[2]

    def test_007_is_a_name(self, write):
        assert self.of(write, "007", "010") == ([0, 1], ("007", "010"))

    def test_a_mixture_is_words(self, write):
        assert self.of(write, "10", "9", "cat") == ([0, 1, 2], ("10", "9", "cat"))

    def test_names_beside_the_list(self, write, folder):
        (folder / "class_names.txt").write_text("dog\ncat\nfish\n")
        assert self.of(write, "cat", "dog") == ([1, 0], ("dog", "cat", "fish"))
        assert self.of(write, "0", "2") == ([0, 2], ("dog", "cat", "fish"))

    def test_a_label_beyond_the_names(self, write, folder):
        (folder / "class_names.txt").write_text("dog\ncat\n")
        refused(write("path,label\n1.png,5\n"), "label 5 but only 2 class names")
        refused(write("path,label\n1.png,cow\n"), "class 'cow' is not in class_names.txt")


class TestPaths:
    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("../../../../../etc/passwd", "outside"),
            ("../images-secret/x.png", "outside"),
            ("sub/../../images-secret/x.png", "outside"),
            ("/etc/passwd", "absolute"),
            ("C:\\Windows\\win.ini", "absolute"),
            ("\\\\server\\share\\x.png", "absolute"),
            ("file:///etc/passwd", "address"),
            ("http://127.0.0.1:1/x.png", "address"),
            ("data:image/png;base64,AA", "address"),
            ("none.png", "no such file"),
            ("sub", "a folder"),
            ("", "no path"),
            ("x" * 5000, "too long"),
        ],
    )
    def test_what_lies_outside_is_left_out_and_listed(self, write, text, why):
        data = read(write(f'path,label\n1.png,a\n"{text}",b\n'))
        assert len(data) == 1 and data.class_names == ("a", "b")
        assert len(data.problems) == 1 and why in data.problems[0][1]

    def test_an_absolute_path_into_the_folder_is_refused_too(self, write, folder):
        refused(write(f"path\n{folder}/1.png\n"), "absolute path", "relative to the list's folder")

    @pytest.mark.skipif(os.name == "nt", reason="no links here")
    def test_links_out_of_the_folder(self, write, folder):
        (folder / "link.png").symlink_to(folder.parent / "images-secret/x.png")
        (folder / "away").symlink_to(folder.parent / "images-secret")
        (folder / "inside.png").symlink_to(folder / "1.png")
        (folder / "loop.png").symlink_to(folder / "loop.png")
        data = read(write("path\ninside.png\nlink.png\naway/x.png\nloop.png\n"))
        assert data.metadata["filename"].tolist() == ["inside.png"]
        assert [name for name, _ in data.problems] == ["link.png", "away/x.png", "loop.png"]

    @pytest.mark.skipif(os.name == "nt", reason="is the same there")
    def test_windows_separators(self, write):
        assert read(write("path\nsub\\3.png\n")).metadata["filename"].tolist() == ["sub/3.png"]

    def test_the_same_path_twice_is_two_samples_and_told(self, write):
        data = read(write("path,label\n1.png,a\n./1.png,b\n"))
        assert data.labels.tolist() == [0, 1] and np.array_equal(data.images[0], data.images[1])
        assert any("1 rows name a file" in notice for notice in data.notices)

    def test_nothing_that_can_be_used_is_one_line(self, write):
        refused(write("path\n../x.png\nhttp://x/y.png\n"), "none of its 2 images", "outside")

    def test_damaged_files_are_listed(self, write, folder):
        (folder / "bad.png").write_text("text")
        assert read(write("path\nbad.png\n1.png\n")).problems == (("bad.png", "not a picture but text"),)


class TestDamage:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", ["no header line"]),
            ("\n\n", ["no header line"]),
            ("path,label\n", ["a header and no rows"]),
            ("apple,pear\n1,2\n", ["no column of paths", "apple, pear"]),
            ("path,label\n1.png,a,extra\n", ["line 2 has 3 fields and the header 2"]),
            ("path,label\n1.png,a\n2.png\n", ["line 3 has 1 fields"]),
            ('path,label\n1.png,"a\n2.png,b\n', ["no line of a table"]),
            ('path,label\n1.png,"a"b\n', ["line 2", "quotes"]),
            (b"path,label\n1.png,a\n2.png,\xff\n", ["line 3 is not UTF-8"]),
            (b"path,label\n1.png,a\0\n", ["line 2 has a zero byte"]),
            ("path,label".encode("utf-16"), ["UTF-16"]),
            ("path,label,label\n1.png,a,b\n", ["two columns are named 'label'"]),
            ("path," + "x" * 2**21, ["line 1 is too long"]),
            ("path\n" + '"' + "y" * 200_000 + '"\n', ["line 2", "field larger"]),
            (",".join(f"c{i}" for i in range(5000)), ["5,000 columns"]),
        ],
        ids=range(15),
    )
    def test_csv(self, write, text, words):
        refused(write(text), *words)

    @pytest.mark.parametrize(
        "text",
        [
            "\ufeffpath;label\r\n1.png;a\r\n2.png;b\r\n",
            "path\tlabel\n1.png\ta\n\n2.png\tb",
            '"path","label"\n"1.png",a\n2.png,b',
        ],
    )
    def test_spellings_of_a_table(self, write, text):
        data = read(write(text))
        assert data.labels.tolist() == [0, 1] and data.class_names == ("a", "b")

    def test_too_large(self, write, monkeypatch):
        monkeypatch.setattr(csv_table, "MOST_BYTES", 10)
        refused(write("path,label\n1.png,a\n"), "save it as Parquet")

    @pytest.mark.parametrize("name", ["index", "id", "__class__", "a b", "ä", "=cmd", "<b>"])
    def test_any_other_name_of_a_column(self, write, name):
        assert read(write(f"path,{name}\n1.png,x\n")).metadata[name].tolist() == ["x"]

    def test_novels_and_nameless_columns_are_left_aside(self, write):
        data = read(write(f",path,story,filename\n0,1.png,{'x' * 2000},other\n"))
        assert set(data.metadata) == {"filename"} and data.metadata["filename"].tolist() == ["1.png"]
        assert any("2 columns were left aside ('story', 'filename')" in notice for notice in data.notices)

    def test_parquet(self, folder, write):
        refused(write("text, no table", "list.parquet"), "no Parquet file")
        whole = Path(parquet(folder, path=["1.png"] * 500, label=list(range(500)))).read_bytes()
        refused(write(whole[: len(whole) // 2], "list.parquet"), "no Parquet file")
        refused(parquet(folder, path=pyarrow.array([], pyarrow.string())), "no rows")
        refused(parquet(folder, apple=[1]), "no column of paths", "apple")
        refused(parquet(folder, path=["1.png"], **{f"c{i}": [i] for i in range(1500)}), "1,501 columns")

    def test_flipped_bytes_of_parquet_are_no_crash(self, folder, write):
        whole = np.frombuffer(Path(parquet(folder, path=["1.png"] * 50, label=["a"] * 50)).read_bytes(), np.uint8)
        random = np.random.default_rng(0)
        for _ in range(60):
            broken = whole.copy()
            broken[random.integers(0, len(broken), 3)] = random.integers(0, 256, 3)
            try:
                read(write(broken.tobytes(), "list.parquet"))
            except BadDataset as error:
                assert "\n" not in str(error)


def test_types_of_parquet(folder):
    data = read(
        parquet(
            folder,
            path=pyarrow.array(["1.png", "2.png"]).dictionary_encode(),
            label=pyarrow.array(["b", "a"]).dictionary_encode(),
            when=[datetime.datetime(2020, 1, 2), None],
            price=[decimal.Decimal("1.50"), decimal.Decimal("2.25")],
            count=[1, None],
            whole=pyarrow.array([1, 2], pyarrow.uint8()),
            many=[[1, 2], [3]],
            flag=[True, False],
            raw=[b"x", b"y"],
        )
    )
    assert data.labels.tolist() == [1, 0]
    assert data.metadata["when"].tolist() == ["2020-01-02 00:00:00.000000", ""]
    assert data.metadata["price"].tolist() == [1.5, 2.25]
    assert data.metadata["count"][0] == 1 and np.isnan(data.metadata["count"][1])
    assert data.metadata["whole"].dtype == np.int64
    assert data.metadata["many"].tolist() == ["[1, 2]", "[3]"]
    assert data.metadata["flag"].tolist() == [True, False]
    assert set(data.metadata) == {"filename", "when", "price", "count", "whole", "many", "flag"}


def test_looking_at_parquet_imports_nothing_heavy(folder):
    path = parquet(folder, path=["1.png"], label=[1], speed=[1.5], day=[datetime.date(2020, 1, 2)], rain=[True])
    program = (
        "import sys, datasets; datasets.load(sys.argv[1]); "
        "print(*{'pandas', 'keras', 'scipy', 'sklearn'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", program, path], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_parquet_with_numbers_for_labels(folder):
    data = read(parquet(folder, path=["1.png", "2.png"], label=[4, -1], split=["val", "Test"]))
    assert data.labels.tolist() == [4, -1] and data.split_names == ("validation", "test")
    refused(parquet(folder, path=["1.png"], label=[1.5]), "not whole")


def test_limit_and_split(write):
    path = write("path,split\n1.png,train\n2.png,train\nsub/3.png,test\nsub/4.png,holdout\n")
    assert read(path, limit=1).metadata["filename"].tolist() == ["1.png", "sub/3.png", "sub/4.png"]
    data = read(path, split="holdout")
    assert data.metadata["filename"].tolist() == ["sub/4.png"] and data.split_names == ("train", "test", "holdout")
    with pytest.raises(BadDataset, match="it has train, test, holdout"):
        read(path, split="dev")


def test_identity_changes_with_the_list_and_with_its_files(write, folder):
    path = write("path\n1.png\n")
    seen = [datasets.find(path).identity]
    assert datasets.find(path).identity == seen[0]
    save(folder / "2.png", pixels(9, 9))  # is not in the list
    assert datasets.find(path).identity == seen[0]
    save(folder / "1.png", pixels(9, 9))
    seen.append(datasets.find(path).identity)
    (folder / "class_names.txt").write_text("a")
    seen.append(datasets.find(path).identity)
    (folder / "1.png").unlink()
    seen.append(datasets.find(path).identity)
    seen.append(datasets.find(write("path\n2.png\n")).identity)
    assert len(set(seen)) == 5
