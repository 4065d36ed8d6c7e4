"""Errors on average: each frequent kind between the means of both classes, with its number and its query."""

from __future__ import annotations

import numpy as np

from layouts import confused_pictures, part
from layouts.kit.state import State
from tests.layouts.looking import text


def test_kinds_stand_with_their_numbers(tiny_session):
    session = tiny_session("full")
    kinds = np.asarray(session.column("confused_kinds"))[0]
    said = text(part.draw(confused_pictures.NAME, session, State(split="all")))
    assert kinds[0, 2] > 0
    assert f"{np.count_nonzero(kinds[:, 2])} of " in said
    for label, answer, count in kinds.tolist():
        if count:
            assert f"{session.class_names[label]} taken for {session.class_names[answer]}" in said
            found = session.find(f"label == 'class {label}' and predicted == 'class {answer}'")
            assert len(found) == count and f"n = {count}" in said
