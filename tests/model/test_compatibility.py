"""docs/compatibility.md holds: everything opens or is refused as the page says, and soon."""

import pytest

from tests.datasets.formats import FORMATS
from tools import compatibility

from .outcomes import OUTCOMES
from .refusals import REFUSALS

KINDS = list(compatibility.kinds())
PAGE = compatibility.PAGE.read_text()


def rows(section):
    """(name, outcome) of the table of a section."""
    text = PAGE.partition(compatibility.SECTIONS[section])[2].partition("\n\n")[0]
    return [tuple(line.removeprefix("| ").split(" | ")[:2]) for line in text.splitlines()]


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.keras if kind.needs_keras else ()) for kind in KINDS],
    ids=[f"{kind.section}-{kind.name}" for kind in KINDS],
)  # fmt: skip
def test_every_row_still_holds(kind, tmp_path):
    assert compatibility.row(kind, *compatibility.look(kind, tmp_path)) in PAGE.splitlines()


@pytest.mark.parametrize("section", compatibility.SECTIONS)
def test_the_page_has_these_rows_only(section):
    known = [kind for kind in KINDS if kind.section == section]
    assert [name for name, _ in rows(section)] == [compatibility.row(k, "", "").split(" | ")[0][2:] for k in known]
    assert len(known) >= 10


def test_what_is_refused_is_refused_and_what_opens_opens():
    refused = {kind.name for kind in REFUSALS} | {each.name for each in FORMATS if not each.opens}
    for section in compatibility.SECTIONS:
        for name, outcome in rows(section):
            assert outcome == ("refused" if name in refused else "opened"), name
    assert len(OUTCOMES) == len(rows("outputs"))


@pytest.mark.parametrize("refusal", [r for r in REFUSALS if not r.needs_keras], ids=lambda refusal: refusal.name)
def test_in_one_line_with_a_remedy(refusal, tmp_path, refused):
    from model import reading

    path = refusal.write(tmp_path)
    refused(lambda: reading.scan(path))
