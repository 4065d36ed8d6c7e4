"""A click on a chart selects a bin."""

from __future__ import annotations

import json

import pytest

from app import create_app
from tests.callbacks.calling import dependencies, post
from workspace.charts import Chart


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture
def app(full):
    return create_app(full)


def output_of(app, word):
    """The output of the callback that listens to something."""
    return next(entry["output"] for entry in dependencies(app) if any(word in part["id"] for part in entry["inputs"]))


def test_a_click_selects_the_samples_of_a_bin(app, full):
    chart = Chart("ink", "loss", "label")
    own = {"graph": "metrics-0"}
    clicked = {"points": [{"customdata": ["text", 1, 2]}]}
    values = {
        '{"graph":["ALL"]}.clickData': [(own, clicked), ({"graph": "confusion"}, None)],
        '{"board":["ALL"],"board_part":"said"}.children': [({"board": "this", "board_part": "said"}, None)],
        "state.data": {"charts": "ink~loss~label", "split": "train", "query": "index > 2"},
    }
    answer = post(app, output_of(app, '"graph"'), values, '{"graph":"metrics-0"}.clickData')
    (operation,) = answer["state"]["data"]["operations"]
    assert operation["location"] == ["selection"]
    drawn = full.board.draw(chart, query="index > 2", split="train")
    assert len(full.selections.read(operation["params"]["value"])) == drawn.panels[1].n[2]
    assert "selected now" in json.dumps(answer)
