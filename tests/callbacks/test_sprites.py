"""Sheets of small pictures: the right sample in the right place, and nothing for a wrong question."""

from __future__ import annotations

import io
from types import SimpleNamespace

import numpy as np
import pytest

from app import create_app
from callbacks.sprites import ACROSS, MOST, THUMBNAILS, pictures, sheet
from tests.callbacks.calling import client


@pytest.fixture(scope="module")
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture(scope="module")
def browser(full):
    return client(create_app(full))


def decoded(answer):
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(answer.data)))


def url(session, ids, side=6):
    return f"/sprite/{session.dataset.fingerprint}/{side}.png?ids={','.join(map(str, ids))}"


def tile(pixels, place, side, across=ACROSS):
    y, x = place // across * side, place % across * side
    return pixels[y : y + side, x : x + side]


@pytest.mark.parametrize("ids", [[3], [59, 0, 7], list(range(20)), [5] * 3, [*range(60), *range(60), *range(8)]])
def test_every_sample_stands_where_the_browser_looks(browser, full, ids):
    answer = browser.get(url(full, ids, 12))
    assert answer.status_code == 200 and answer.mimetype == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    pixels, images = decoded(answer), full.column("images")
    across = min(len(ids), ACROSS)
    assert pixels.shape == (-(-len(ids) // across) * 12, across * 12)
    for place, index in enumerate(ids):
        doubled = np.asarray(images[index])[..., 0].repeat(2, 0).repeat(2, 1)
        assert np.array_equal(tile(pixels, place, 12, across), doubled)


def test_small_images_grow_by_whole_factors_only():
    image = np.arange(24, dtype=np.uint8).reshape(1, 4, 6, 1) + 1
    square = sheet(image, 14)[..., 0]
    assert np.array_equal(square[3:11, 1:13], image[0, ..., 0].repeat(2, 0).repeat(2, 1))
    assert not square[:3].any() and not square[11:].any() and not square[:, 0].any() and not square[:, 13:].any()


def test_large_images_shrink_to_fit_with_their_proportions():
    image = np.full((1, 50, 100, 3), 200, np.uint8)
    square = sheet(image, 20)
    assert square.shape == (20, 20, 3)
    assert (square[5:15] == 200).all() and not square[:5].any() and not square[15:].any()


def test_colored_sheets_are_close(tiny_session):
    session = tiny_session("hundred classes")
    answer = client(create_app(session)).get(url(session, range(32), 24))
    assert answer.mimetype == "image/jpeg"
    pixels = decoded(answer).astype(int)
    for place in (0, 17, 31):
        true = np.asarray(session.column("images")[place]).mean()
        assert abs(tile(pixels, place, 24).mean() - true) < 4


def test_thumbnails_are_used_when_they_are_there():
    columns = {"images": np.zeros((5, 9, 9, 1), np.uint8), THUMBNAILS: np.ones((5, 4, 4, 1), np.uint8)}
    session = SimpleNamespace(column=columns.__getitem__, is_ready=columns.__contains__)
    assert pictures(session, np.array([2, 4]), 4).shape == (2, 4, 4, 1)
    assert pictures(session, np.array([2, 4]), 5).shape == (2, 9, 9, 1)
    assert pictures(session, np.array([2, 4]), 12).shape == (2, 9, 9, 1)
    assert pictures(session, np.array([2, 4]), 4).all()


@pytest.mark.parametrize(
    "ids",
    ["", "x", "1,", ",1", "1,,2", "-1", "1.5", "1e3", "1 2", "0x1", "²", "1;2", "9" * 12, ",".join("1" * (MOST + 1))],
)
def test_nonsense_is_refused(browser, full, ids):
    answer = browser.get(f"/sprite/{full.dataset.fingerprint}/6.png", query_string={"ids": ids})
    assert answer.status_code == 400
    assert answer.text.count("\n") == 1 and "1 to 128" in answer.text


@pytest.mark.parametrize("side", [0, 193, 10**9])
def test_sides_have_bounds(browser, full, side):
    assert browser.get(url(full, [0], side)).status_code == 400


@pytest.mark.parametrize("ids", [[60], [0, 60], [999999999]])
def test_samples_that_are_not_there(browser, full, ids):
    assert browser.get(url(full, ids)).status_code == 404


@pytest.mark.parametrize(
    "path", ["/sprite/0123456789abcdef/6.png?ids=0", "/sprite/x/-6.png", "/sprite/x", "/sprite/a/b/c"]
)
def test_other_addresses(browser, path):
    assert browser.get(path).status_code == 404


def test_before_the_data_are_read(tiny_session):
    assert client(create_app(tiny_session("nothing"))).get("/sprite/abc/6.png?ids=0").status_code == 404


def test_the_first_and_the_most(browser, full):
    assert decoded(browser.get(url(full, [59] * MOST))).shape == (MOST // ACROSS * 6, ACROSS * 6)
    assert decoded(browser.get(url(full, [0], 7))).shape == (7, 7)
