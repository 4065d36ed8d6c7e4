"""The page of a sample as a route, and its tags."""

from __future__ import annotations

import json

import pytest

from app import create_app
from callbacks.sample_page import ids
from tests.callbacks.calling import client, dependencies


@pytest.fixture
def session(tiny_session):
    return tiny_session("full")


@pytest.mark.parametrize("path", ["/sample", "/sample/44", "/sample/99999", "/sample/x"])
def test_the_page_has_an_address_and_its_pictures_keep_theirs(session, path):
    browser = client(create_app(session))
    answer = browser.get(path)
    assert answer.status_code == 200 and answer.mimetype == "text/html"
    picture = browser.get(f"/sample/{session.dataset.fingerprint}/4.png")
    assert picture.status_code == 200 and picture.mimetype == "image/png"
    assert browser.get("/sample/a/b").status_code == 404


def test_the_page_has_callbacks_that_stay_away_from_other_pages(session):
    """All it wires stands behind patterns, which match nothing where the page is not."""
    named = [json.dumps(entry) for entry in dependencies(create_app(session))]
    own = [text for text in named if "page-tag-add" in text or "sample-asked" in text]
    assert len(own) == 2 and all("ALL" in text or "MATCH" in text for text in own)
    assert ids.own("sample-asked", "page") == {"sample-asked": "page"}
