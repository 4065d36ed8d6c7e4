"""What could not be made says so, is tried again at a press of its button, and shows when it is there."""

from __future__ import annotations

import json

import pytest

from tests.browser.serving import served
from tests.tiny import answer

pytestmark = pytest.mark.browser


def test_a_failed_column_is_tried_again(opened, chromium_page, monkeypatch):
    page, session = chromium_page, opened()
    column, *others = session.drift.columns("train", "test")
    for other in others:
        answer(session, other)
    session._worker.failed[column] = "no room for it"
    started = []
    monkeypatch.setattr(session._worker, "start", lambda: started.append(1))
    with served(session) as address:
        page.goto(f"{address}/drift?reference=train&compared=test")
        failed = page.locator("[id*=drift-verdict] .failed", has_text="no room for it")
        failed.wait_for()
        assert not started, "what has failed is not tried by itself"
        failed.get_by_role("button", name="Try again").click()
        page.locator("[id*=drift-verdict] .waiting").wait_for()
        assert session.failure(column) is None
        assert session.is_wanted(column) and started
        answer(session, column)
        session._worker._take(json.dumps({"event": "made", "column": column, "seconds": 0.1}))
        page.locator("[id*=drift-verdict]").locator(".drift-lead, .empty").wait_for()
        page.goto("about:blank")  # before its server ends
