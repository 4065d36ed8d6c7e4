"""Whole pictures by URL: by the sample's number alone, of this dataset alone."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from app import create_app
from tests.callbacks.calling import client
from tests.datasets.coco_drawing import canvas, opened, scenes
from tests.datasets.drawing import save


@pytest.fixture
def session(tmp_path):
    return opened(tmp_path, scenes(tmp_path / "scenes"))


@pytest.fixture
def browser(session):
    return client(create_app(session))


def test_the_picture_comes_written_anew(browser, session):
    answer = browser.get(f"/whole/{session.dataset.fingerprint}/2")
    assert answer.status_code == 200 and answer.mimetype == "image/png"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(answer.data))), canvas(1))
    assert "private" in answer.headers["Cache-Control"] and "immutable" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize("rest", ["3", "-1", "0.png", "../0", "images/a.png", "%2e%2e%2f0", "0?path=/etc/passwd/"])
def test_nothing_but_a_sample_is_found(browser, session, rest):
    status = browser.get(f"/whole/{session.dataset.fingerprint}/{rest}").status_code
    assert status == (200 if rest.startswith("0?") else 404)


def test_another_dataset_is_not_found(browser):
    assert browser.get("/whole/f00d/0").status_code == 404


def test_a_file_that_has_changed_is_gone(browser, session, tmp_path):
    save(tmp_path / "scenes/images/a.png", canvas(5))
    answer = browser.get(f"/whole/{session.dataset.fingerprint}/0")
    assert answer.status_code == 410 and b"has changed since it was read" in answer.data
    assert str(tmp_path).encode() not in answer.data


def test_samples_of_an_array_have_none(tiny_session):
    session = tiny_session("full")
    answer = client(create_app(session)).get(f"/whole/{session.dataset.fingerprint}/0")
    assert answer.status_code == 410 and answer.mimetype == "text/plain"
