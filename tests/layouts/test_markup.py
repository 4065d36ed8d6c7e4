"""Elements as one component: text stays text, buttons keep what they do, anything else is refused."""

from __future__ import annotations

import pytest
from dash import dcc, html

from layouts.kit import ids
from layouts.kit.markup import markup, svg


def test_elements_become_nested_lists():
    made = markup("x", html.Table(html.Tr([html.Td("a", className="b"), html.Td(3)])), className="scroll")
    assert made.tree == [["table", {}, ["tr", {}, ["td", {"className": "b"}, "a"], ["td", {}, "3"]]]]
    assert made.id == {"markup": "x"}
    assert made.className == "scroll"


def test_nothing_takes_no_place():
    assert markup("x", html.Div([None, "", [html.B("a"), None]], title=None)).tree == [["div", {}, ["b", {}, "a"]]]


def test_buttons_keep_what_they_set():
    made = markup("x", html.Button("dense", id=ids.go("layer", "dense", "overview")))
    assert made.tree == [["button", {"go": {"go": "layer", "value": "dense"}}, "dense"]]


def test_text_that_looks_like_an_element_stays_text():
    assert markup("x", html.P("<script>alert(1)</script>")).tree == [["p", {}, "<script>alert(1)</script>"]]
    assert markup("x", html.P(["svg", "b"])).tree == [["p", {}, "svg", "b"]]


def test_drawings():
    drawing = svg("svg", svg("circle", cx=1, r=2.5), width=10)
    assert markup("x", drawing, html.P("a")).tree == [
        ["svg", {"width": 10}, ["circle", {"cx": 1, "r": 2.5}]],
        ["p", {}, "a"],
    ]


@pytest.mark.parametrize(
    "more", [dcc.Graph(), html.Iframe(), html.Script("x"), True, {"a": 1}, object(), html.Div(dcc.Input())]
)
def test_more_than_an_element_is_refused(more):
    with pytest.raises(TypeError):
        markup("x", more)


def test_a_drawing_is_made_of_known_elements():
    with pytest.raises(TypeError, match="foreignObject"):
        svg("foreignObject")
