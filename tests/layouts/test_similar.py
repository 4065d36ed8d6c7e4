"""The image query page: what it says, with much and with little to say."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from dash._utils import to_json

from layouts import pages, similar, similar_results, similar_units
from layouts.kit import waveform
from layouts.kit.state import State
from tests import tiny
from tests.layouts.looking import elements, text, text_of
from tests.tiny import KINDS, prepare
from workspace.plan import PIXELS
from workspace.session import Question, Session
from workspace.store import Store
from workspace.uploads import Answer
from workspace.worker import Worker

pages()


@pytest.fixture(scope="module")
def complete(tmp_path_factory):
    """A session that also has what the page asks the worker for."""
    folder, options = prepare(tmp_path_factory.mktemp("similar"), KINDS["full"])
    worker = Worker(Store(folder), options, lambda event, **facts: None)
    worker.open()
    wanted = [f"{what}/{layer}" for what in ("selectivity", "exciting") for layer in ("dense", PIXELS)]
    while missing := worker.missing(wanted):
        worker.make(missing[0])
    assert worker.failed == {}
    return Session(Store(folder), options, command=("no", "worker", "here"))


def cards(body):
    """The text of every result."""
    found = elements(body, "div")
    return [text_of(node) for node in found if str(node[1].get("className", "")).startswith("result")
            and node[1]["className"] in ("result", "result compared")]  # fmt: skip


def test_without_a_question_it_says_what_to_do(complete):
    said = text(similar.body(complete, State()))
    assert "Type the index of a sample, click any picture on any page, or upload a picture" in said
    assert "12 samples with the highest loss" in said


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State(focus="70000"), "sample 70,000: there are 60, counted from 0"),
        (State(focus="-5"), "sample '-5': is not the number of a sample; give 0 to 59"),
        (State(focus="nonsense" * 9), "sample 'nonsensenons': is not the number"),
        (State(focus="9" * 40), "is not the number of a sample"),
        (State(upload="0" * 24), "uploaded picture: not kept here any more; upload it again"),
        (State(focus="3", query="label =="), "query"),
    ],
)
def test_what_cannot_be_answered_is_one_line(complete, state, says):
    body = similar.body(complete, state)
    assert says in text(body)
    assert "nearest by" not in text(body)


def test_every_result_says_what_it_is(complete):
    body = similar.body(complete, State(focus="7", nearest="5"))
    found = complete.similar.find(Question("dense", index=7, k=5))
    shown = cards(body)
    assert len(shown) == 5
    for card, row, distance in zip(shown, found.rows, found.distances, strict=True):
        assert f" {row} label class {row % 3}" in card
        assert f"distance {distance:.4g}" in card
        assert "% of pairs" in card
    said = text(body)
    assert "The 5 nearest by dense" in said
    assert "Euclidean distance · 59 of 60 samples searched" in said
    assert "the query is labelled class 1" in said
    assert "Pairs: 1,770 pairs" in said
    assert len(elements(body, "svg")) == 5


def test_the_chosen_result_is_the_one_that_is_compared(complete):
    rows = complete.similar.find(Question("dense", index=7)).rows
    assert f"Waveform of sample {rows[0]} over" in text(similar.body(complete, State(focus="7")))
    third = similar.body(complete, State(focus="7", versus=str(rows[2])))
    assert f"Waveform of sample {rows[2]} over" in text(third)
    assert f"What makes sample 7 and sample {rows[2]} alike" in text(third)
    elsewhere = similar.body(complete, State(focus="7", versus="7"))
    assert f"Waveform of sample {rows[0]} over" in text(elsewhere)


def test_units_are_named_with_their_share_and_their_pictures(complete):
    said = text(similar.body(complete, State(focus="7")))
    named = [int(unit) for unit in re.findall(r"unit (\d) \d+\.\d %", said)]
    assert len(named) > 4
    assert "of 8 units, with" in said
    drawn = [image[1]["alt"] for image in elements(similar.body(complete, State(focus="7")), "img")]
    expected = [f"sample {row}" for row in complete.column("exciting/dense")[named].ravel()]
    assert drawn[-len(expected) :] == expected


def test_the_order_of_units_is_by_classes_or_natural_and_said(complete):
    known = np.asarray(complete.column("selectivity/dense"))
    assert similar_units.order(complete, State(), "dense", 8).tolist() == np.argsort(-known, kind="stable").tolist()
    assert similar_units.order(complete, State(units="natural"), "dense", 8).tolist() == list(range(8))
    assert "the best at telling the classes apart first" in to_json(similar.body(complete, State(focus="7")))
    assert "in their natural order" in to_json(similar.body(complete, State(focus="7", units="natural")))


def test_before_the_order_is_known_it_is_said(tiny_session):
    drawn = to_json(similar.body(tiny_session("full"), State(focus="7")))
    assert "natural order until it is known" in drawn
    assert "being looked for" in drawn


def test_smoothing_is_done_only_if_asked_and_said(complete):
    plain = similar.body(complete, State(focus="7"))
    smooth = similar.body(complete, State(focus="7", smooth="on"))
    assert "smoothed" not in text(plain)
    assert "smoothed: moving average over 3" in text(smooth)
    lines = [[path[1]["d"] for path in elements(body, "path")] for body in (plain, smooth)]
    assert lines[0] != lines[1]


def test_pixels_have_places(complete):
    said = text(similar.body(complete, State(focus="7", layer=PIXELS)))
    assert "The 10 nearest by raw pixels" in said
    assert re.search(r"pixel \d, \d", said)
    assert similar_units.unit_name(complete, PIXELS, 8) == "pixel 1, 2"
    assert similar_units.unit_name(complete, "dense", 57) == "unit 57"


def test_colors_of_pixels_are_named(tiny_session):
    assert similar_units.unit_name(tiny_session("hundred classes"), PIXELS, 3 * 7 + 2) == "pixel 1, 1 blue"


def test_a_query_restricts_and_says_so(complete):
    said = text(similar.body(complete, State(focus="7", query='label == "class 2"')))
    assert "20 of 60 samples searched" in said
    assert "Only the 20 samples that the query finds were searched" in said
    assert "10 of 10 are labelled class 2; the query is labelled class 1" in said


def test_a_copy_is_shown_as_what_it_is(complete):
    name = complete.uploads.save(np.array(complete.image(12)))
    body = similar.body(complete, State(upload=name, focus="3", layer=PIXELS))
    assert "exact copy of the query picture" in cards(body)[0]
    assert "Your picture" in text(body)
    assert "They differ nowhere" in text(body)
    assert "60 of 60 samples searched" in text(body)
    assert "The network has not looked at it yet" in text(body)


def test_an_upload_waits_for_the_network_and_then_says_its_class(complete):
    name = complete.uploads.save(np.array(complete.image(13)), ("It was turned as the camera noted it.",))
    state = State(upload=name)
    before = similar.stage(complete, state)
    said = text(similar.body(complete, state))
    assert "the network has not looked at the uploaded picture yet" in said
    assert "It was turned" in said
    rows = {layer: np.array(complete.column(f"activations/{layer}")[13]) for layer in complete.network.layers}
    tiny.look_at(complete, name, Answer(np.array([0.0, 5.0, 0.0], np.float32), rows))
    assert similar.stage(complete, state) != before
    said = text(similar.body(complete, state))
    assert "Predicted class 1 ( 98.67 % )" in said.replace("(98", "( 98").replace("%)", "% )")
    assert "10 nearest by dense" in said


def test_the_negative_is_offered_where_the_rim_says_so(complete):
    dark, light = (np.full((6, 6, 1), shade, np.uint8) for shade in (5, 250))
    for image in (dark, light):
        name = complete.uploads.save(image)
        said = text(similar.body(complete, State(upload=name, layer=PIXELS)))
        assert ("swap?" in said) == complete.similar.is_inverted(image)
        assert "Swap light and dark" in said


def test_votes_are_counted_in_words(complete):
    question = Question("dense", index=7, k=5)
    said = similar_results.votes(complete, question, complete.similar.find(question))
    labels = [row % 3 for row in complete.similar.find(question).rows]
    most = max(set(labels), key=lambda code: (labels.count(code), -code))
    assert said.startswith(f"{labels.count(most)} of 5 ")
    assert f"labelled class {most}" in said


def test_without_labels_the_votes_say_so(tiny_session):
    said = text(similar.body(tiny_session("no labels"), State(focus="7")))
    assert "None of the 10 has a label; the query has no label and is predicted" in said


def test_closeness_is_never_rounded_up():
    assert similar_results.closeness(1.0, 5000) == "closer than all 5,000 pairs"
    assert similar_results.closeness(0.9998, 5000) == "closer than 99.9 % of pairs"
    assert similar_results.closeness(0.5, 5000) == "closer than 50 % of pairs"
    assert similar_results.closeness(float("nan"), 0) == "no other pair to compare with"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "state",
    [State(focus="0"), State(focus="0", metric="cosine", smooth="on", nearest="50"), State(focus="0", layer=PIXELS)],
    ids=["plain", "cosine", "pixels"],
)
def test_it_stands_with_much_and_little(tiny_session, kind, state):
    session = tiny_session(kind)
    json.dumps(json.loads(to_json(similar.similar(session, state))), allow_nan=False)
    similar.columns(session, state)
    assert similar.stage(session, state)


def test_nonsense_falls_back_to_the_usual(tiny_session):
    session = tiny_session("full")
    asked = similar.question(session, State(focus="1", layer="nosuch", metric="x", nearest="99999", versus="x"))
    assert asked == Question("dense", "euclidean", 100, 1)
    assert similar.question(session, State(focus="1", nearest="-1")).k == 10


@pytest.mark.parametrize("d", [1, 2, 3, 8, 150, 4096])
def test_small_lines_never_break_and_keep_their_extremes(d):
    values = np.random.default_rng(0).normal(size=d)
    drawing = waveform.small(values, values, -4, 4)
    line = next(node for node in drawing[2:] if node[1]["className"] == "wave-line")
    heights = [float(point.split(",")[1]) for point in line[1]["d"].removeprefix("M").split(" ")]
    assert len(heights) <= 2 * waveform.MOST_STEPS
    assert min(heights) == pytest.approx(45 - (values.max() + 4) / 8 * 44, abs=0.05)
    assert max(heights) == pytest.approx(45 - (values.min() + 4) / 8 * 44, abs=0.05)


@pytest.mark.parametrize("d", [1, 2, 3, 10, 200])
@pytest.mark.parametrize("width", [1, 3, 81])
def test_smoothing_never_breaks_and_keeps_a_constant(d, width):
    np.testing.assert_allclose(waveform.smoothed(np.full(d, 2.5), width), 2.5)
    values = np.random.default_rng(0).normal(size=d)
    half = width // 2
    expected = [np.mean(values[max(0, i - half) : i + half + 1]) for i in range(d)]
    np.testing.assert_allclose(waveform.smoothed(values, width), expected)


def test_the_width_of_smoothing_is_odd_and_grows():
    widths = [waveform.width_of(d) for d in range(1, 3000)]
    assert all(width % 2 == 1 for width in widths)
    assert (widths[0], waveform.width_of(128), max(widths)) == (3, 7, 41)
