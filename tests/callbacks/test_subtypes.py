"""The buttons of a sub-type: its samples become the selection, or get a tag."""

from __future__ import annotations

import numpy as np
import pytest

from callbacks.subtypes import rows
from layouts import similar, similar_sheet, subtypes
from layouts.kit.state import State
from tests.layouts.looking import text
from util import InspectorError


def test_the_samples_of_a_code_are_those_of_the_column(tiny_session):
    session = tiny_session("full")
    codes = np.asarray(session.column("subtype"))
    name, members = rows(session, "1")
    assert name == session.class_names[1] and members.tolist() == np.flatnonzero(codes == 1).tolist()


@pytest.mark.parametrize("code", ["", "x", "-1", "99", "9" * 400, "../1"])
def test_a_code_that_is_none_is_refused(tiny_session, code):
    with pytest.raises(InspectorError, match="no longer there"):
        rows(tiny_session("full"), code)


def test_the_page_says_that_small_classes_are_not_divided_and_why_others_never_are(tiny_session):
    said = text(subtypes.subtypes(tiny_session("full"), State()))
    assert "3 with fewer than 100 samples were not looked at" in said
    assert "No sample has a label" in text(subtypes.subtypes(tiny_session("no labels"), State()))


def test_a_contact_sheet_has_the_query_and_every_result(tiny_session):
    session = tiny_session("full")
    said = text(similar.body(session, State(focus="3", nearest="24", answer="sheet")))
    assert "the query" in said and "The 24 nearest by dense" in said
    heat = State(focus="3", nearest="24", answer="heat")
    wanted = [column for column in similar.columns(session, heat) if column.startswith(similar_sheet.REQUEST)]
    assert len(wanted) == 1 and "index=3" in wanted[0]
    assert "Heat maps are being made" in text(similar.body(session, heat))
    assert not [name for name in similar.columns(session, State(focus="3", answer="sheet")) if "?" in name]
