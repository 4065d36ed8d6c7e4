"""The route by which pictures come in: what it keeps, what it refuses, and what it asks of the worker."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from app import create_app
from callbacks.uploads import LIMIT
from tests.callbacks.calling import client
from workspace.uploads import asked_for


def png(image):
    buffer = io.BytesIO()
    Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def session(tiny_session, monkeypatch):
    """A session that only notes what is asked of its worker."""
    opened = tiny_session("full")
    opened.asked = []
    monkeypatch.setattr(opened, "want", lambda columns: opened.asked.extend(columns))
    monkeypatch.setattr(opened, "resume", lambda: opened.asked.append("resume"))
    return opened


@pytest.fixture
def post(session):
    browser = client(create_app(session))

    def post(body, query="name=photo.png", **headers):
        return browser.post(f"/upload?{query}", data=body, headers=headers)

    return post


def test_a_picture_comes_in_and_the_worker_is_asked(post, session):
    image = np.array(session.image(3))
    answer = post(png(image))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    name = answer.json["name"]
    kept = session.uploads.read(name)
    np.testing.assert_array_equal(kept.image, image)
    assert kept.notes == ()
    assert session.asked == [asked_for(name)]


def test_the_picture_can_be_looked_at(post, session):
    image = np.array(session.image(3))
    upload = session.uploads.read(post(png(image)).json["name"])
    answer = client(create_app(session)).get(f"/picture/{upload.key}/0.png")
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(answer.data))), image[..., 0])


def test_nothing_of_the_visitors_name_is_kept(post, session):
    name = post(png(np.array(session.image(4))), "name=../../secret<script>.png").json["name"]
    assert name.isalnum()
    text = str(session.store.about(session.uploads.read(name).key))
    assert "secret" not in text
    assert not [path for path in session.store.folder.rglob("*") if "secret" in path.name]


def test_what_is_no_picture_is_told_in_one_line(post, session):
    answer = post(b"no picture", "name=photo.heic")
    assert answer.status_code == 200
    assert answer.json == {"error": "photo.heic: not a picture that can be read; save it as PNG or JPEG"}
    assert post(b"", "").json == {"error": "uploaded file: is empty; save it as PNG or JPEG"}
    assert session.asked == []


def test_too_large_a_file_is_refused_unread(post):
    answer = post(b"x" * (LIMIT + 1), "name=huge.png")
    assert answer.json == {"error": "huge.png: is larger than 2.0 MB; make it smaller"}
    assert post(b"x" * (3 * LIMIT)).status_code in (200, 413)


@pytest.mark.parametrize(
    ("shrunk", "says"),
    [
        ("4032x3024", ("The browser shrank its 4,032 x 3,024 pixels before sending it.",)),
        ("", ()),
        ("0x0", ()),
        ("1x2x3", ()),
        ("9999999x1", ()),
        ("<b>x1", ()),
        ("٣x٣", ()),
    ],
)
def test_what_the_browser_did_is_said(post, session, shrunk, says):
    name = post(png(np.array(session.image(5))), f"shrunk={shrunk}").json["name"]
    assert session.uploads.read(name).notes == says


def test_who_brings_a_picture_after_cancel_asks_for_work(post, session, monkeypatch):
    from dataclasses import replace

    status = replace(session.status, cancelled=True)
    monkeypatch.setattr(type(session), "status", property(lambda self: status))
    name = post(png(np.array(session.image(6)))).json["name"]
    assert session.asked == ["resume", asked_for(name)]


def test_other_sites_may_not_send_pictures(post, session):
    answer = post(png(np.array(session.image(3))), **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_before_the_dataset_is_there_it_says_so(tiny_session):
    answer = client(create_app(tiny_session("nothing"))).post("/upload?name=a.png", data=b"x")
    assert "is being read; wait a moment" in answer.json["error"]
