"""docs/compatibility.md holds: every file opens or is refused as the page says, and soon."""

import time

import pytest

from tools import compatibility

from .refusals import REFUSALS

KINDS = list(compatibility.kinds())
PAGE = compatibility.PAGE.read_text()


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.keras if kind.needs_keras else ()) for kind in KINDS],
    ids=[kind.name for kind in KINDS],
)  # fmt: skip
def test_every_row_still_holds(kind, tmp_path):
    assert compatibility.row(kind, *compatibility.look(kind, tmp_path)) in PAGE.splitlines()


def test_the_page_has_these_rows_only():
    rows = [line.split(" | ")[0].removeprefix("| ") for line in PAGE.splitlines() if line.startswith("| ")]
    assert rows[1:] == [kind.name for kind in KINDS]
    assert len(rows) > 50


def test_what_is_refused_is_refused_and_what_opens_opens():
    refused = {kind.name for kind in REFUSALS}
    for line in [line for line in PAGE.splitlines() if line.startswith("| ")][1:]:
        name, outcome = line.removeprefix("| ").split(" | ")[:2]
        assert outcome == ("refused" if name in refused else "opened"), line


@pytest.mark.parametrize("refusal", [r for r in REFUSALS if not r.needs_keras], ids=lambda refusal: refusal.name)
def test_within_a_second_in_one_line_with_a_remedy(refusal, tmp_path, refused):
    from model import reading

    path = refusal.write(tmp_path)
    began = time.process_time()
    refused(lambda: reading.scan(path))
    assert time.process_time() - began < 1
