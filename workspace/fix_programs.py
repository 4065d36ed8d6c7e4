"""A dozen lines of Python that apply a fix list to a copy: of a folder of classes, an .npz, a .csv, or of arrays.

None takes samples out of test or validation data, because that would only flatter the score.
"""

from __future__ import annotations

from pathlib import PurePath

HEAD = '''\
"""Applies a fix list to a copy of the data:

    python apply.py fixes.json {source} {copy}

Dropped samples are taken out, but not out of test or validation data: that would only flatter the score.
"""
import {modules}
from pathlib import {paths}
{more}
fixes = json.loads(Path(sys.argv[1]).read_text("utf-8"))["fixes"]
fixes = [fix for fix in fixes if fix["verdict"] == "relabel" or fix["split"] not in ("test", "validation")]
'''

FOLDER = """\
copy = Path(shutil.copytree(sys.argv[2], sys.argv[3]))
for fix in fixes:
    file, parts = copy / fix["file"], list(PurePosixPath(fix["file"]).parts)
    if fix["verdict"] == "drop":
        file.unlink()
        continue
    at = parts.index(fix["old"]) if fix["old"] else len(parts) - 1  # the folder of its class
    parts[at : at + bool(fix["old"])] = [fix["new"]]
    to = copy.joinpath(*parts)
    to.parent.mkdir(parents=True, exist_ok=True)
    file.rename(to.with_name(f"{fix['index']}-{to.name}") if to.exists() else to)
"""

NPZ = """\
arrays, roles = dict(np.load(sys.argv[2])), {"y", "label", "labels", "target", "targets"}
named = {"class_names", "classes", "label_names"} & {name.lower() for name in arrays}
for split in {fix["split"] for fix in fixes}:
    mine = [name for name in arrays if split == "data" or split[:3] in name.lower()]
    y = next(name for name in mine if roles & set(re.split(r"[_.-]", name.lower())))
    labels, words = arrays[y], arrays[y].dtype.kind == "U"
    labels = labels.astype(object) if words else labels  # room for longer words
    for fix in (fix for fix in fixes if fix["split"] == split and fix["verdict"] == "relabel"):
        code = fix["new_code"] if named or not fix["new"].isdecimal() else int(fix["new"])
        hot = labels.ndim == 2 and labels.shape[1] > 1
        labels[fix["row"]] = fix["new"] if words else np.arange(labels.shape[1]) == code if hot else code
    arrays[y] = labels.astype(str) if words else labels
    gone = [fix["row"] for fix in fixes if fix["split"] == split and fix["verdict"] == "drop"]
    for name in mine:
        if arrays[name].ndim and len(arrays[name]) == len(labels):
            arrays[name] = np.delete(arrays[name], gone, axis=0)
np.savez_compressed(sys.argv[3], **arrays)
"""

TABLE = """\
between = "\\t" if sys.argv[2].lower().endswith(".tsv") else ","
with open(sys.argv[2], newline="", encoding="utf-8-sig") as file:
    rows = list(csv.DictReader(file, delimiter=between))
path = next(name for name in rows[0] if name.strip().lower() in PATHS)
label = next(name for name in rows[0] if name.strip().lower() in LABELS)
by_file = {fix["file"]: fix for fix in fixes}
with open(sys.argv[3], "w", newline="", encoding="utf-8") as file:  # beside the old one: its paths are relative
    writer = csv.DictWriter(file, list(rows[0]), delimiter=between)
    writer.writeheader()
    for row in rows:
        fix = by_file.get(os.path.normpath(row[path].replace("\\\\", "/")))
        if fix and fix["verdict"] == "relabel":
            row[label] = fix["new"] if row[label] in ("", fix["old"]) else str(fix["new_code"])
        if not fix or fix["verdict"] != "drop":
            writer.writerow(row)
"""

ARRAYS = '''\
"""Applies labels.npy to the labels of the arrays that you load, in the order of the data as Innerview shows it:

    python apply.py labels.npy y.npy

A label of -1 was dropped, or never there: leave such samples out of training, and never out of a test.
"""
import sys

import numpy as np

np.save(sys.argv[2], np.load(sys.argv[1]))
'''

PATHS = (
    "path", "filename", "file", "file_name", "filepath", "file_path", "image", "image_path", "img", "img_path",
    "image_file",
)  # fmt: skip
LABELS = ("label", "labels", "class", "class_name", "category", "target", "y", "fine_label")


def program_for(dataset: str, *, folder: bool = False, joined: bool = False) -> str:
    """The program for the data that was given on the command line.

    Args:
        dataset: a path or a name.
        folder: whether it is a folder with a picture for every sample.
        joined: whether other data follow, so that rows and files are of several sources.
    """
    ending = PurePath(dataset).suffix.lower()
    if joined:
        return ARRAYS
    if folder:
        modules, paths = "json, shutil, sys", "Path, PurePosixPath"
        return HEAD.format(source="FOLDER", copy="NEW_FOLDER", modules=modules, paths=paths, more="") + FOLDER
    if ending == ".npz":
        head = HEAD.format(
            source="DATA.npz", copy="NEW.npz", modules="json, re, sys", paths="Path", more="import numpy as np\n"
        )
        return head + NPZ
    if ending in (".csv", ".tsv"):
        words = f"\nPATHS = {PATHS}\nLABELS = {LABELS}"
        head = HEAD.format(source="LIST.csv", copy="NEW.csv", modules="csv, json, os, sys", paths="Path", more=words)
        return head + TABLE
    return ARRAYS
