"""Weights and familiarity as files: a number per sample, in the order of the index."""

from __future__ import annotations

import io

import numpy as np
import pytest

from app import create_app
from tests.callbacks.calling import client


@pytest.mark.parametrize("name", ["familiarity", "class_familiarity", "sampling_weight", "loss_weight"])
def test_a_file_of_each(tiny_session, name):
    session = tiny_session("full")
    answer = client(create_app(session)).get(f"/export/familiarity/{name}.npy")
    assert answer.status_code == 200 and f'filename="{name}.npy"' in answer.headers["Content-Disposition"]
    np.testing.assert_array_equal(np.load(io.BytesIO(answer.data), allow_pickle=False), session.column(name))


def test_what_is_not_there_says_so(tiny_session):
    browser = client(create_app(tiny_session("no column")))
    answer = browser.get("/export/familiarity/loss_weight.npy")
    assert answer.status_code == 503 and answer.text.count("\n") == 1
    assert browser.get("/export/familiarity/loss.npy").status_code == 404
