"""The programs that apply a fix list, run for real on data made here: a folder, an .npz, a .csv."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest

from datasets import roles
from workspace.fix_programs import LABELS, PATHS, program_for


def fix(index, split, row, file, old, new, code, verdict):
    names = ("index", "split", "row", "file", "old", "new", "new_code", "verdict")
    return dict(zip(names, (index, split, row, file, old, new, code, verdict), strict=True))


def applied(place, given, source, target, fixes, **kind):
    """Run the program for what was given on the command line."""
    (place / "apply.py").write_text(program_for(given, **kind))
    (place / "fixes.json").write_text(json.dumps({"fixes": fixes}))
    command = [sys.executable, "apply.py", "fixes.json", str(source), str(target)]
    subprocess.run(command, cwd=place, check=True, timeout=60)


def test_a_copy_of_a_folder(tmp_path):
    source = tmp_path / "flowers"
    for name in ("train/daisy/1.jpg", "train/rose/1.jpg", "train/rose/2.jpg", "test/rose/3.jpg", "4.jpg"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    fixes = [
        fix(0, "train", 0, "train/daisy/1.jpg", "daisy", "rose", 1, "relabel"),  # there is one of that name
        fix(2, "train", 2, "train/rose/2.jpg", "rose", None, -1, "drop"),
        fix(3, "test", 0, "test/rose/3.jpg", "rose", None, -1, "drop"),
        fix(4, "train", 3, "4.jpg", None, "tulip", 2, "relabel"),
    ]
    applied(tmp_path, "./flowers", source, tmp_path / "new", fixes, folder=True)
    found = {str(path.relative_to(tmp_path / "new")): path.read_text() for path in (tmp_path / "new").rglob("*.jpg")}
    assert found == {
        "train/rose/0-1.jpg": "train/daisy/1.jpg",
        "train/rose/1.jpg": "train/rose/1.jpg",
        "test/rose/3.jpg": "test/rose/3.jpg",
        "tulip/4.jpg": "4.jpg",
    }
    assert (source / "train/daisy/1.jpg").exists()


@pytest.mark.parametrize("kind", ["codes", "words", "one-hot", "column"])
def test_a_copy_of_an_npz(tmp_path, kind):
    codes = np.arange(6) % 3

    def written(labels):
        if kind == "words":
            return np.array(["a", "b", "long name"])[labels]
        return np.eye(3)[labels] if kind == "one-hot" else labels[:, None] if kind == "column" else labels

    names = np.array(["a", "b", "long name"])
    arrays = {"x_train": np.arange(6), "y_train": written(codes), "filename_train": np.arange(6)}
    arrays |= {"x_test": np.arange(6), "y_test": written(codes), "class_names": names}
    np.savez(tmp_path / "data.npz", **arrays)
    fixes = [
        fix(0, "train", 0, None, "a", "long name", 2, "relabel"),
        fix(3, "train", 3, None, "a", None, -1, "drop"),
        fix(7, "test", 1, None, "b", "a", 0, "relabel"),
        fix(8, "test", 2, None, "long name", None, -1, "drop"),
    ]
    applied(tmp_path, "data.npz", "data.npz", "new.npz", fixes)
    new = np.load(tmp_path / "new.npz")
    assert new["x_train"].tolist() == new["filename_train"].tolist() == [0, 1, 2, 4, 5]
    assert (new["y_train"] == written(np.array([2, 1, 2, 1, 2]))).all()
    assert new["x_test"].tolist() == list(range(6))
    assert (new["y_test"] == written(np.array([0, 0, 2, 0, 1, 2]))).all()


def test_numbers_that_are_their_own_names(tmp_path):
    """Classes 3, 5 and 7 have the positions 0, 1 and 2; in the array they stay what they are."""
    np.savez(tmp_path / "data.npz", x=np.arange(3), y=np.array([3, 5, 7]))
    applied(tmp_path, "data.npz", "data.npz", "new.npz", [fix(0, "data", 0, None, "3", "7", 2, "relabel")])
    assert np.load(tmp_path / "new.npz")["y"].tolist() == [7, 5, 7]


@pytest.mark.parametrize(("ending", "between"), [("csv", ","), ("tsv", "\t")])
def test_a_copy_of_a_list(tmp_path, ending, between):
    rows = [["Path", "label", "camera"], ["./a/1.jpg", "cat", "left"], ["a/2.jpg", "dog", "x"], ["a/3.jpg", "1", ""]]
    with (tmp_path / f"list.{ending}").open("w", newline="") as file:
        csv.writer(file, delimiter=between).writerows(rows)
    fixes = [
        fix(0, "data", 0, "a/1.jpg", "cat", "dog", 1, "relabel"),
        fix(1, "data", 1, "a/2.jpg", "dog", None, -1, "drop"),
        fix(2, "data", 2, "a/3.jpg", "dog", "cat", 0, "relabel"),
    ]
    applied(tmp_path, f"list.{ending}", f"list.{ending}", f"new.{ending}", fixes)
    with (tmp_path / f"new.{ending}").open(newline="") as file:
        assert list(csv.reader(file, delimiter=between)) == [
            rows[0],
            ["./a/1.jpg", "dog", "left"],
            ["a/3.jpg", "0", ""],
        ]


def test_arrays_of_ones_own_get_the_corrected_labels(tmp_path):
    np.save(tmp_path / "labels.npy", np.array([1, -1]))
    (tmp_path / "apply.py").write_text(program_for("mnist"))
    subprocess.run([sys.executable, "apply.py", "labels.npy", "y.npy"], cwd=tmp_path, check=True, timeout=60)
    assert np.load(tmp_path / "y.npy").tolist() == [1, -1]
    assert program_for("a.npz", joined=True) == program_for("mnist")


def test_the_words_for_columns_are_those_of_the_reader():
    assert (PATHS, LABELS) == (roles.PATH, roles.LABEL)
