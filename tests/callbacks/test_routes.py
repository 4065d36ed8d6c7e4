"""Pictures, columns and selections by URL: exact values, in types that a browser reads, or 404."""

from __future__ import annotations

import io

import numpy as np
import pytest

from app import create_app
from callbacks.routes import compact
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


def column(answer):
    shape = [int(size) for size in answer.headers["X-Innerview-Shape"].split(",")]
    return np.frombuffer(answer.data, answer.headers["X-Innerview-Dtype"]).reshape(shape)


# -- pictures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["full", "hundred classes"])
def test_a_picture_has_exactly_the_pixels(tiny_session, kind):
    session = tiny_session(kind)
    answer = client(create_app(session)).get(f"/sample/{session.dataset.fingerprint}/3.png")
    assert answer.mimetype == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    pixels = np.asarray(session.column("images")[3])
    assert np.array_equal(decoded(answer), pixels[..., 0] if pixels.shape[-1] == 1 else pixels)


@pytest.mark.parametrize(
    "rest", ["60.png", "-1.png", "1e3.png", "99999999999999999999.png", "0.jpg", "../0.png", "0.png.png"]
)
def test_no_such_picture(browser, full, rest):
    assert browser.get(f"/sample/{full.dataset.fingerprint}/{rest}").status_code == 404


def test_pictures_of_other_data_are_not_here(browser):
    assert browser.get("/sample/0123456789abcdef/0.png").status_code == 404


def test_a_row_of_a_column_of_images(browser, full):
    key = full.key("mean_images")
    mean = np.asarray(full.column("mean_images"))
    assert np.array_equal(decoded(browser.get(f"/picture/{key}/2.png")), mean[2, :, :, 0])
    assert browser.get(f"/picture/{key}/3.png").status_code == 404
    assert browser.get(f"/picture/{full.key('loss')}/0.png").status_code == 404
    assert browser.get("/picture/nothing/0.png").status_code == 404


def test_before_the_data_are_read(tiny_session):
    waiting = client(create_app(tiny_session("nothing")))
    assert waiting.get("/sample/abc/0.png").status_code == 404
    assert waiting.get("/selection/abc/def.bin").status_code == 404
    health = waiting.get("/health").json
    assert health["samples"] == 0 and not any(health["ready"].values())


# -- columns ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("labels", "uint8"),
        ("predicted", "uint8"),
        ("loss", "float32"),
        ("projection/dense/pca", "float32"),
        ("loss_rank", "uint8"),
    ],
)
def test_a_column_goes_out_whole(browser, full, name, dtype):
    answer = browser.get(f"/column/{full.key(name)}.bin")
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["X-Innerview-Dtype"] == dtype
    assert "immutable" in answer.headers["Cache-Control"]
    assert np.array_equal(column(answer), np.asarray(full.column(name)).astype(dtype))


def test_missing_labels_stay_negative(tiny_session):
    session = tiny_session("no labels")
    answer = client(create_app(session)).get(f"/column/{session.key('labels')}.bin")
    assert answer.headers["X-Innerview-Dtype"] == "int32"
    assert set(column(answer)) == {-1}


@pytest.mark.parametrize("key", ["0" * 32, "nothing", "..%2f..%2fetc", "selection-abc", ""])
def test_no_such_column(browser, key):
    assert browser.get(f"/column/{key}.bin").status_code == 404


def test_text_is_no_column_for_a_browser(browser, full):
    assert browser.get(f"/column/{full.key('digests')}.bin").status_code == 404


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (np.array([True, False]), "uint8"),
        (np.array([0, 255]), "uint8"),
        (np.array([0, 256]), "int32"),
        (np.array([-1, 3]), "int32"),
        (np.array([], np.int64), "int32"),
        (np.array([0.5, np.nan]), "float32"),
        (np.array([[1.0], [2.0]], ">f8"), "float32"),
    ],
)
def test_compact_keeps_the_values(values, dtype):
    small = compact(values)
    assert small.dtype == np.dtype(dtype)
    assert small.dtype.byteorder in "|<="
    assert np.array_equal(small, values, equal_nan=values.dtype.kind == "f")


# -- selections and health -------------------------------------------------------------------------


def test_a_selection_has_one_bit_a_sample(browser, full):
    name = full.selections.save([0, 9, 59])
    answer = browser.get(f"/selection/{full.dataset.fingerprint}/{name}.bin")
    bits = np.unpackbits(np.frombuffer(answer.data, np.uint8), count=60, bitorder="little")
    assert np.flatnonzero(bits).tolist() == [0, 9, 59]


@pytest.mark.parametrize("name", ["0123456789ab", "a.b", "..%2f..%2fx"])
def test_no_such_selection(browser, full, name):
    assert browser.get(f"/selection/{full.dataset.fingerprint}/{name}.bin").status_code == 404


def test_health_says_that_all_is_there(browser, full):
    answer = browser.get("/health")
    assert answer.headers["Cache-Control"] == "no-store"
    found = answer.json
    assert found["status"] == "ready"
    assert found["samples"] == full.dataset.n
    assert all(found["ready"].values())
    assert {"what", "done", "total", "seconds", "trouble"} <= found["progress"].keys()


def test_bootstrap_comes_from_this_server(browser):
    with browser.get("/bootstrap/static/bootstrap5/css/bootstrap.min.css") as answer:
        assert answer.status_code == 200 and answer.mimetype == "text/css"
    assert browser.get("/bootstrap/static/../__init__.py").status_code == 404
