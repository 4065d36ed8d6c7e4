"""The button of the detector audit asks the session, once for a click and not when it merely appears."""

from __future__ import annotations

import dash
import pytest

from callbacks import audit


@pytest.mark.parametrize(("clicks", "times"), [(1, 1), (None, 0)])
def test_a_click_asks_for_the_audit(tiny_session, monkeypatch, clicks, times):
    session, asked = tiny_session("full"), []
    monkeypatch.setattr(session.audits, "run", lambda: asked.append(1))
    app = dash.Dash(__name__)
    audit.register(app, session)
    (wired,) = app.callback_map.values()
    wired["callback"].__wrapped__(clicks)
    assert len(asked) == times
