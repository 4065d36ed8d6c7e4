"""The difference of two samples as a picture."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from app import create_app
from callbacks.differences import apart
from tests.callbacks.calling import client


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def test_the_picture_holds_the_absolute_difference(full):
    browser, fingerprint = client(create_app(full)), full.dataset.fingerprint
    answer = browser.get(f"/difference/{fingerprint}/4-17.png")
    assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"]
    shown = np.asarray(Image.open(io.BytesIO(answer.data)))
    first, second = (full.image(row)[..., 0].tolist() for row in (4, 17))
    for row in range(6):
        for column in range(6):
            assert shown[row, column] == abs(first[row][column] - second[row][column])
    for wrong in (
        "0000/4-17",
        f"{fingerprint}/4-60",
        f"{fingerprint}/4",
        f"{fingerprint}/-1-2",
        f"{fingerprint}/a-b",
    ):
        assert browser.get(f"/difference/{wrong}.png").status_code == 404


def test_nothing_wraps_around():
    dark, light = np.zeros((1, 1, 3), np.uint8), np.full((1, 1, 3), 255, np.uint8)
    assert apart(dark, light).tolist() == apart(light, dark).tolist() == [[[255, 255, 255]]]
