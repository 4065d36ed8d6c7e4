"""The image pool: what it shows for which view, and what it says when there is nothing."""

from __future__ import annotations

import numpy as np
import pytest

from layouts import gallery
from layouts.gallery import edge, properties, source
from layouts.kit.state import State
from tests.layouts.looking import components


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture
def chosen(full):
    return full.selections.save(np.array([7, 3, 40]))


def rows(session, state):
    """The samples in the order in which the browser gets them."""
    from urllib.parse import parse_qsl, urlsplit

    shown = properties(session, state)["rows"]
    asked = dict(parse_qsl(urlsplit(shown["url"]).query))
    result = session.find(asked.pop("query", ""), **asked)
    assert result.url == shown["url"] and len(result) == shown["count"]
    return result.indices.tolist()


# -- which samples ---------------------------------------------------------------------------------


def test_everything_without_selection_and_query(full):
    found = properties(full, State())
    assert rows(full, State()) == list(range(60))
    assert found["note"] == "all there are, by index" and found["editing"] == "mark" and found["total"] == 60


def test_the_selection_comes_first_and_its_newest_first(full, chosen):
    found = properties(full, State(selection=chosen))
    assert rows(full, State(selection=chosen)) == [40, 3, 7]
    assert found["note"] == "the selection, newest first" and found["editing"] == "remove"


def test_the_query_filters_the_selection_and_says_what_it_leaves_out(full, chosen):
    state = State(selection=chosen, query="index < 10")
    assert rows(full, state) == [3, 7]
    assert "1 more selected, which the query leaves out" in properties(full, state)["note"]


def test_the_query_alone_when_asked_for(full, chosen):
    state = State(selection=chosen, query="index < 4", pool="query")
    found = properties(full, state)
    assert rows(full, state) == [0, 1, 2, 3]
    assert found["editing"] == "mark" and found["selection"]["count"] == 3
    assert found["note"] == "what the query finds, by index"


@pytest.mark.parametrize("sort", ["loss", "-loss", "label", "-index"])
def test_sorted_by_any_column_both_ways(full, sort):
    state = State(sort=sort)
    values = full.fields()[sort.removeprefix("-")].read()[rows(full, state)]
    steps = np.diff(values) * (-1 if sort.startswith("-") else 1)
    assert (steps >= 0).all() and (steps > 0).any()
    assert "first" in properties(full, state)["note"]


@pytest.mark.parametrize(
    ("pool", "selection", "found"),
    [
        ("", "", "query"), ("", "abc", "selection"), ("query", "abc", "query"), ("selection", "", "selection"),
        ("x", "", "query"),
    ],
)  # fmt: skip
def test_where_the_samples_come_from(pool, selection, found):
    assert source(State(pool=pool, selection=selection)) == found


# -- nothing to show -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State(pool="selection"), "draw a lasso on a map"),
        (State(selection="0123456789ab"), "select again"),
        (State(query="lss > 2"), "lss"),
        (State(query="loss >"), "query:"),
    ],
)
def test_why_there_is_nothing(full, state, says):
    found = properties(full, state)
    assert found["rows"] is None and says in found["empty"]


def test_an_empty_result_says_what_to_do(full, chosen):
    assert properties(full, State(query="index < 0"))["empty"] == gallery.NOTHING_FOUND
    found = properties(full, State(query="index < 0", selection=chosen))
    assert found["rows"]["count"] == 0 and found["empty"] == gallery.NOTHING_LEFT


def test_before_there_is_anything(tiny_session):
    assert "Reading tiny.npz" in properties(tiny_session("nothing"), State())["empty"]
    waiting = properties(tiny_session("dataset only"), State(query="loss > 2"))
    assert waiting["rows"] is None and waiting["empty"]
    assert properties(tiny_session("dataset only"), State())["rows"]["count"] == 60


# -- cards -----------------------------------------------------------------------------------------


def test_a_card_says_label_prediction_loss_and_what_it_is_sorted_by(full):
    def names(**view):
        return [fact["name"] for fact in properties(full, State(**view))["facts"]]

    assert names() == names(sort="-loss") == names(sort="-label") == ["label", "predicted", "loss"]
    assert names(sort="split") == ["label", "predicted", "loss", "split"]
    assert names(sort="margin") == ["label", "predicted", "loss", "margin"]
    facts = properties(full, State())["facts"]
    assert facts[0]["names"] == list(full.class_names)
    assert all(fact["url"].startswith("column/") for fact in facts)


def test_small_pictures_come_whole_and_large_ones_smaller(full, tiny_session, monkeypatch):
    found = properties(full, State())
    assert found["side"] == 6 and "/6.png?ids={ids}" in found["sprite"] and found["imageSize"] == [6, 6]
    assert gallery.columns(full) == []
    large = type("Data", (), {"image_shape": (100, 224, 3)})()
    stub = type(
        "Session", (), {"has_dataset": True, "dataset": large, "knows": lambda self, name: name == "thumbnails/0"}
    )
    assert gallery.columns(stub()) == ["thumbnails/0"]


@pytest.mark.parametrize(
    ("text", "pixels"),
    [("", 96), ("64", 64), ("5", 32), ("9999", 192), ("99999", 96), ("-4", 96), ("x", 96), ("²", 96)],
)
def test_the_edge_of_a_picture_has_bounds(text, pixels):
    assert edge(State(thumb=text)) == pixels


def test_the_page_offers_every_order(full):
    page = gallery.gallery(full, State(sort="-margin", pool="query", thumb="64"))
    controls = {
        node.id["control"]: node
        for node in components(page)
        if isinstance(getattr(node, "id", None), dict) and "control" in node.id
    }
    assert controls["sort"].value == "-margin" and controls["pool"].value == "query" and controls["thumb"].value == 64
    offered = [option["value"] for option in controls["sort"].options]
    assert {sign + name for name in full.fields() for sign in ("", "-")} | {""} == set(offered)
    assert next(option["label"] for option in controls["sort"].options if option["value"] == "-loss").endswith(
        "highest first"
    )


def test_an_unknown_order_is_the_usual_one(full):
    assert rows(full, State(sort="-nosuch")) == list(range(60))
