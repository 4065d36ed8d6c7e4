"""What opens and what does not: `python tools/compatibility.py` writes docs/compatibility.md.

Every row is a file made by hand in tests/model (`eras`, `eras_later`, `refusals`), opened here and
now for grey images of 8x8. A test holds the written table against the same files.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from model import BadModel, reading  # noqa: E402
from tests.model.eras_later import ERAS  # noqa: E402
from tests.model.refusals import REFUSALS  # noqa: E402

PAGE = ROOT / "docs" / "compatibility.md"
IMAGE = (8, 8, 1)
HEAD = """# What opens, and what is said

Made by `python tools/compatibility.py` from files that are made by hand, each as its time wrote it; a test
opens them all again. Files that say what they say without Keras are refused in well under a second. A file is
never written to: what had to be mended was mended in memory, and stands as a notice on the overview page.

| kind of file | | what is said |
|---|---|---|
"""


@dataclass(frozen=True)
class Kind:
    """A row: its name, how the file is made, and whether Keras is needed to know what becomes of it."""

    name: str
    write: Any
    needs_keras: bool


def kinds() -> Iterator[Kind]:
    """All rows, those that open first."""
    for era in ERAS:
        yield Kind(era.name, era.write, needs_keras=True)
    for refusal in REFUSALS:
        yield Kind(refusal.name, refusal.write, refusal.needs_keras)


def look(kind: Kind, folder: Path) -> tuple[str, str]:
    """("opened", its notices) or ("refused", the sentence), without the name of the folder."""
    from model.network import open_network

    path = kind.write(folder)
    try:
        if kind.needs_keras:
            said = " ".join(open_network(path, IMAGE).info.notices)
        else:
            reading.scan(reading.resolve(str(path)), IMAGE)
            said = "nothing was found to be wrong"
    except BadModel as error:
        return "refused", _plain(str(error), path)
    return "opened", _plain(said, path)


def row(kind: Kind, outcome: str, said: str) -> str:
    """A line of the table."""
    said = said.replace("|", "\\|").replace("<", "&lt;")
    return f"| {kind.name} | {outcome} | {said} |"


def _plain(sentence: str, path: Path) -> str:
    """Without what is of this machine: folders, and the version of Keras that opened it."""
    shown = [str(path), str(path.parent)]
    for text in shown:
        sentence = sentence.replace(text, path.name)
    sentence = re.sub(r"^\S*?net\.(h5|keras|weights\.h5): |^\S*?export: ", "", sentence)
    return re.sub(r"Keras 3\.\d+\.\d+ cannot", "Keras 3 cannot", sentence)


def main() -> None:
    """Write the page."""
    lines = []
    for kind in kinds():
        with tempfile.TemporaryDirectory() as folder:
            lines.append(row(kind, *look(kind, Path(folder))))
    PAGE.write_text(HEAD + "\n".join(lines) + "\n")
    print(f"{PAGE.relative_to(ROOT)}: {len(lines)} kinds of files")


if __name__ == "__main__":
    main()
