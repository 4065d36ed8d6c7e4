"""What opens and what does not: `python tools/compatibility.py` writes docs/compatibility.md.

Every row is a file made by hand in tests/model (`eras`, `eras_later`, `outcomes`, `refusals`), opened here and now
for gray images of 8x8, or data made by tests/datasets/formats.py, read here and now. A test holds the written
tables against the same files.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import datasets  # noqa: E402
from model import BadModel, reading  # noqa: E402
from tests.datasets.formats import FORMATS  # noqa: E402
from tests.model.eras_later import ERAS  # noqa: E402
from tests.model.outcomes import OUTCOMES  # noqa: E402
from tests.model.refusals import REFUSALS  # noqa: E402

PAGE = ROOT / "docs" / "compatibility.md"
IMAGE = (8, 8, 1)
OPENED, REFUSED = "opened", "refused"
HEAD = """# What opens, and what is said

Made by `python tools/compatibility.py` from files that are made by hand, each as its time wrote it; a test
opens them all again. Files that say what they say without Keras are refused in well under a second. A file is
never written to: what had to be mended was mended in memory, and stands as a notice on the overview page.
"""
USUAL = "The classes are in alphabetical order"
SECTIONS = {
    "networks": """
## Networks

| kind of file | | what is said |
|---|---|---|
""",
    "outputs": """
## What a network ends in

Class scores are needed for predictions and losses; maps, neighbors and duplicates work without them.

| it gives | | what is said |
|---|---|---|
""",
    "data": """
## Data

A file that cannot be read is left out, counted, and listed on the Problems page; data are refused only when nothing
of them can be used. Where nothing else is said, classes are in alphabetical order, which the overview page says, too.

| kind of data | | what comes of it |
|---|---|---|
""",
}


@dataclass(frozen=True)
class Kind:
    """A row: its section and name, how the file is made, whether Keras is needed to know what becomes of it.

    `output` and `n_classes` are what a network is opened with, `wish` is what of data is wished for.
    """

    section: str
    name: str
    write: Any
    needs_keras: bool = False
    output: str | None = None
    n_classes: int = 0
    wish: dict[str, Any] = field(default_factory=dict)


def kinds() -> Iterator[Kind]:
    """All rows, those that open first."""
    for era in ERAS:
        yield Kind("networks", era.name, era.write, needs_keras=True)
    for refusal in REFUSALS:
        yield Kind("networks", refusal.name, refusal.write, refusal.needs_keras)
    for outcome in OUTCOMES:
        yield Kind("outputs", outcome.name, outcome.write, True, outcome.output, outcome.n_classes)
    for each in FORMATS:
        yield Kind("data", each.name, each.write, wish=dict(each.wish))


def look(kind: Kind, folder: Path) -> tuple[str, str]:
    """("opened", its notices) or ("refused", the sentence), without the name of the folder."""
    path = kind.write(folder)
    return _read(kind, path, folder) if kind.section == "data" else _opened(kind, path)


def _opened(kind: Kind, path: Path) -> tuple[str, str]:
    from model.network import open_network

    try:
        if kind.needs_keras:
            info = open_network(path, IMAGE, output=kind.output, n_classes=kind.n_classes).info
            lacking = [info.no_head] if not any(each.startswith(info.no_head) for each in info.notices) else []
            said = " ".join((*info.notices, *lacking)) or "nothing"
        else:
            reading.scan(reading.resolve(str(path)), IMAGE)
            said = "nothing was found to be wrong"
    except BadModel as error:
        return REFUSED, _plain(str(error), path)
    return OPENED, _plain(said, path)


def _read(kind: Kind, path: Path, folder: Path) -> tuple[str, str]:
    """What becomes of data: how many of what, and what is said."""
    try:
        source = datasets.find(str(path))
        if source is None:
            return REFUSED, "needs a download"
        found = datasets.read(source, datasets.Wish(**kind.wish))
    except datasets.BadDataset as error:
        sentence = str(error).replace(str(path), path.name).replace(f"{folder}/", "").replace(str(folder), "…")
        return REFUSED, re.sub(rf"^\S*{re.escape(path.name)}: ", "", sentence)
    n, height, width, channels = found.images.shape
    splits = [int((found.split == code).sum()) for code in range(len(found.split_names))]
    parts = [f"{name} {count}" for name, count in zip(found.split_names, splits, strict=True) if name != "data"]
    classes = ", ".join(found.class_names) or "none"
    what = [
        f"{n} {'image' if n == 1 else 'images'} of {height} x {width}, {'gray' if channels == 1 else 'color'}",
        f"classes: {classes}",
        *parts,
    ]
    said = [f"{'; '.join(what)}.", *(notice for notice in found.notices if not notice.startswith(USUAL))]
    said += [f"Left out: {name} ({why})." for name, why in found.problems]
    return OPENED, " ".join(said).replace(str(folder), "…")


def row(kind: Kind, outcome: str, said: str) -> str:
    """A line of the table."""
    name, said = (text.replace("|", "\\|").replace("<", "&lt;") for text in (kind.name, said))
    return f"| {name} | {outcome} | {said} |"


def _plain(sentence: str, path: Path) -> str:
    """Without what is of this machine: folders, and the version of Keras that opened it."""
    for text in [str(path), *([str(path.parent)] if path.is_absolute() else [])]:
        sentence = sentence.replace(text, path.name)
    sentence = re.sub(r"^\S*?net\.(h5|keras|weights\.h5): |^\S*?export: ", "", sentence)
    return re.sub(r"Keras 3\.\d+\.\d+ cannot", "Keras 3 cannot", sentence)


def main() -> None:
    """Write the page."""
    lines: dict[str, list[str]] = {section: [] for section in SECTIONS}
    for kind in kinds():
        with tempfile.TemporaryDirectory() as folder:
            lines[kind.section].append(row(kind, *look(kind, Path(folder))))
    PAGE.write_text(HEAD + "".join(f"{head}{chr(10).join(lines[name])}\n" for name, head in SECTIONS.items()))
    print(f"{PAGE.relative_to(ROOT)}: {sum(map(len, lines.values()))} kinds of files")


if __name__ == "__main__":
    main()
