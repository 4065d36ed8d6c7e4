"""Results by URL: what a page was told to fetch is what comes, or nothing."""

from __future__ import annotations

import numpy as np
import pytest

from app import create_app
from tests.callbacks.calling import client


@pytest.fixture(scope="module")
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture(scope="module")
def browser(full):
    return client(create_app(full))


def test_the_rows_come_in_order_and_may_be_kept(full, browser):
    result = full.find("loss > 0.5", sort="-loss")
    answer = browser.get(result.url)
    assert answer.headers["X-Innerview-Dtype"] == "int32"
    assert np.frombuffer(answer.data, "<i4").tolist() == result.indices.tolist()
    assert "immutable" in answer.headers["Cache-Control"]


def test_the_bits_say_who_is_in_it(full, browser):
    result = full.find("loss > 0.5")
    bits = np.unpackbits(np.frombuffer(browser.get(result.hits_url).data, np.uint8), bitorder="little")
    assert np.flatnonzero(bits).tolist() == result.indices.tolist()


def test_a_restarted_server_makes_the_same_again(full, tiny_session):
    result = full.find('label == "class 1"', filters="margin < 0.9", within=full.selections.save(np.arange(40)))
    answer = client(create_app(tiny_session("full"))).get(result.url)
    assert np.frombuffer(answer.data, "<i4").tolist() == result.indices.tolist()


def test_a_key_never_stands_for_something_else(full, browser):
    key = full.find("loss > 0.5").key
    for path in (
        f"/result/{key}.bin?query=loss+%3E+0.6",
        f"/result/{key}.bin",
        f"/hits/{key}.bin?query=loss+%3E",
        f"/result/{key}.bin?query=loss+%3E+0.5&within=abcdefabcdef",
        "/result/nonsense.bin",
    ):
        assert browser.get(path).status_code == 404, path


def test_before_the_dataset_is_open_there_is_none(tiny_session):
    assert client(create_app(tiny_session("nothing"))).get("/result/x.bin").status_code == 404
