"""Whatever stands in an address: an answer or one line that refuses, never a failure of the program."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from app import create_app
from tests.callbacks.calling import client

ODD = [
    "-1", "9" * 30, "\N{ARABIC-INDIC DIGIT THREE}", "1e9", "../../etc/passwd", "\0", "<script>", "a" * 3000, "loss >",
    "(((", "\r\nX: y", "%", "label:99:quantile", "loss:0:width", "-", ",",
]  # fmt: skip
PLACES = [
    "/export/samples.csv?query=*", "/export/images.zip?within=*", "/export/samples.parquet?sort=*", "/export/*",
    "/result/0.bin?filters=*", "/hits/0.bin?sort=*", "/result/*.bin", "/query?text=*", "/vocabulary/*.json",
    "/rows/DATA.json?start=*&stop=*&seek=*", "/rows/DATA.json?columns=*&sort=*", "/rows/*.json", "/ag-grid/*",
    "/mosaic/0/layout.json?down=*", "/mosaic/0/ids.bin?arrange=*&split=*", "/mosaic/0/0/*/0.png", "/mosaic/*/ids.bin",
    "/sprite/DATA/32.png?ids=*", "/sprite/DATA/*.png?ids=0", "/sample/DATA/*.png", "/picture/*/0.png",
    "/column/*.bin", "/selection/DATA/*.bin", "/bootstrap/static/*", "/upload/*",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["full", "nothing", "no column"])
def test_no_address_makes_a_route_fail(tiny_session, kind):
    session = tiny_session(kind)
    browser = client(create_app(session))
    fingerprint = session.dataset.fingerprint if session.has_dataset else "abc"
    refused = 0
    for place in PLACES:
        for odd in ODD:
            url = place.replace("DATA", fingerprint).replace("*", quote(odd, safe=""))
            answer = browser.get(url)
            assert answer.status_code in (200, 400, 404, 503), url
            assert answer.mimetype != "text/html", url
            if answer.status_code >= 400:
                refused += 1
                assert answer.mimetype == "text/plain" and answer.text.count("\n") == 1, url
    assert refused > 200


def test_a_tile_of_any_number(tiny_session):
    session = tiny_session("full")
    browser = client(create_app(session))
    mosaic = session.mosaics.find()
    assert browser.get(mosaic.url("0/0/0.png")).status_code == 200
    for place in ("9" * 400 + "/0/0", "0/" + "9" * 400 + "/0", "0/0/" + "9" * 400):
        assert browser.get(mosaic.url(f"{place}.png")).status_code == 404


def test_a_refusal_keeps_its_headers_and_says_what_it_is(tiny_session):
    answer = client(create_app(tiny_session("full"))).post("/query")
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"]
    assert answer.text == "That cannot be done at this address.\n"
