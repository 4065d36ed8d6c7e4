"""The compare page: with one network, with two, with two that have little in common."""

import json

import pytest
from dash._utils import to_json

from layouts import maps, pages, sample, versus
from layouts.kit.state import State
from layouts.page import PAGES
from layouts.part import draw, stage
from tests.beside import pair
from tests.layouts import looking
from tests.layouts.test_pages import check
from tests.tiny import KINDS

pages()
TOOLS = ("circle-tools", "mine-tools", "theirs-tools", "compare-tools")
PARTS = ("compare-outcomes", "compare-networks", "compare-classes", "compare-fixed", "compare-broken")


@pytest.fixture
def two(tiny_session):
    session = tiny_session("full")
    return session, pair(session)


def page(session, state=None):
    return PAGES["/compare"].layout(session, state or State())


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_draws_whatever_the_second_network_is(tiny_session, kind):
    session = tiny_session(kind)
    pair(session, kind)
    text = check(page(session))
    assert "Could not be computed" not in text and "tiny.h5" in text and "other.h5" in text
    assert "NaN" not in text


def test_with_one_network_it_says_how_to_open_a_second(tiny_session):
    text = looking.text(page(tiny_session("full")))
    assert "python app.py first.h5 second.h5 dataset" in text and "Open page" in text


@pytest.mark.parametrize("got", ["nothing", "network"])
def test_it_waits_for_the_second_network(tiny_session, got):
    session = tiny_session("full")
    pair(session, name="slow.h5", got=got)
    text = looking.text(page(session))
    assert "wait a moment" in text and "slow.h5" in text


def test_the_counts_are_those_of_the_query_behind_them(two):
    session, _ = two
    buttons = looking.elements(draw("compare-outcomes", session, State()), "button")
    counts = [(button[1]["go"], looking.text_of(button)) for button in buttons if button[1]["go"]["go"] == "table"]
    assert len(counts) >= 3
    for go, text in counts:
        assert f"{len(session.find(go['value'])):,}" == text
        assert 'split == "test"' in go["value"]


def test_the_verdict_names_both_numbers_and_the_probability(two):
    session, _ = two
    found = session.contrast.tallies("other", "test")[0]
    p, mid = session.contrast.mcnemar(found.fixed, found.broken)
    text = looking.text(draw("compare-outcomes", session, State()))
    assert f"other.h5 is right on {found.fixed} samples that tiny.h5 gets wrong" in text
    assert f"wrong on {found.broken} that tiny.h5 gets right" in text
    assert f"p = {p:.2g}" in text and f"{mid:.2g}" in text and f"n = {found.fixed + found.broken}" in text
    assert "may well be chance" in text and p > 0.05


def test_classes_stand_most_broken_first_and_lead_to_their_samples(two):
    session, _ = two
    drawn = draw("compare-classes", session, State(split="train"))
    broken = [int(row[4]) for row in looking.rows(drawn)[1:]]
    assert broken == sorted(broken, reverse=True) and sum(broken) > 0
    for button in looking.elements(drawn, "button"):
        assert f"{len(session.find(button[1]['go']['value'])):,}" == looking.text_of(button)


def test_any_two_networks_have_a_cell(two):
    session, theirs = two
    pair(session, name="third.h5")
    drawn = draw("compare-networks", session, State(against="third"))
    rows = looking.rows(drawn)
    assert rows[0] == ["Network", "Accuracy", "", "A", "B", "C"]
    share = session.contrast.agreement(session, theirs, "test")
    assert rows[1][4] == rows[2][3] == f"{100 * share[0] / share[1]:.1f} %"
    chosen = {button[1]["go"]["value"] for button in looking.elements(drawn, "button")}
    assert chosen == {"other", "third"}
    assert "third.h5 give the same answer" in looking.text(drawn)


def test_a_link_to_a_network_that_is_not_open_falls_back_to_the_first(two):
    session, theirs = two
    assert versus.short(session, State(against="gone")) == "other"
    assert versus.other(session, State(against="gone")) is theirs


def test_parts_are_drawn_anew_when_the_other_network_is_there(tiny_session):
    session = tiny_session("full")
    pair(session, name="soon.h5", got="network")
    before = [stage(name, session, State()) for name in PARTS]
    session.others = ()
    pair(session, name="soon.h5")
    after = [stage(name, session, State()) for name in PARTS]
    assert not set(before) & set(after)


@pytest.mark.parametrize("name", TOOLS)
def test_menus_are_drawn_anew_for_another_network(two, name):
    session, _ = two
    pair(session, name="unopened.h5", got="nothing")
    late = session.comparing.names["unopened"]
    stages = {stage(name, session, State(against=short)) for short in ("other", "unopened")}
    assert len(stages) == 2 and not late.has_network
    assert stage(name, session, State()) in stages


def test_striking_samples_say_both_answers(two):
    session, theirs = two
    drawn = draw("compare-broken", session, State())
    thumbnails = [button for button in looking.elements(drawn, "button") if button[1]["go"]["go"] == "focus"]
    index = int(thumbnails[0][1]["go"]["value"])
    assert session.column("vs_other")[index] == 2
    names = session.class_names
    assert f"tiny.h5 says {names[session.column('predicted')[index]]}" in thumbnails[0][1]["title"]
    assert f"other.h5 says {names[theirs.column('predicted')[index]]}" in thumbnails[0][1]["title"]


def test_the_sample_panel_says_what_the_others_answer(two):
    session, theirs = two
    index = int(session.contrast.striking("other", 2, "", 1)[0][0])
    text = looking.text(sample.panel(session, index))
    assert f"by other {theirs.class_names[theirs.column('predicted')[index]]}, loss" in text
    pair(session, name="late.h5", got="network")
    assert "by late" not in looking.text(sample.panel(session, index))


@pytest.mark.parametrize(
    ("side", "column"),
    [("mine", "projection/dense/tsne"), ("theirs", "projection/dense/pca@other"), ("circle", "circle/other/mine")],
)
def test_all_maps_wear_the_outcomes(two, side, column):
    session, _ = two
    found = maps.map_properties(session, State(), side)
    assert found["positions"]["name"] == column and session.key(column) in found["positions"]["url"]
    assert found["color"]["names"] == ["both right", "fixed", "broken", "both wrong"]
    assert found["front"] == "high" and found["size"] is None
    assert maps.caption(session, State(), side)
    everything = (
        [[-99, -99], [99, -99], [99, 99], [-99, 99]] if side == "circle" else [[-1e6, -1e6], [1e6, -1e6], [0, 1e6]]
    )
    chosen = session.lasso("", column, everything)
    assert len(session.selections.read(chosen)) == 60


def test_the_map_of_both_has_corners_and_lines(two):
    session, _ = two
    found = maps.map_properties(session, State(), "circle")
    assert [mark["text"] for mark in found["marks"]] == list(session.class_names)
    assert session.key("circle/other/lines") in found["lines"]["url"]
    turned = maps.map_properties(session, State(placed="theirs"), "circle")
    assert turned["positions"]["name"] == "circle/other/theirs"
    assert session.key("circle/other/back") in turned["lines"]["url"]


def test_the_map_of_both_says_why_there_is_none(tiny_session):
    session = tiny_session("full")
    pair(session, "more outputs", name="seven.h5")
    found = maps.map_properties(session, State(), "circle")
    assert found["positions"] is None and "3 and 7 outputs" in found["note"]


def test_the_other_networks_layers_are_its_own(tiny_session):
    session = tiny_session("full")
    pair(session, "deep", name="deep.h5")
    tools = json.loads(to_json(draw("theirs-tools", session, State())))
    assert "add_19" in json.dumps(tools) and "against_layer" in json.dumps(tools)
    assert maps.chosen(session, State(against_layer="add_19"), "theirs")[0] == "add_19"
    assert maps.columns(session, State(against_layer="add_19"), "theirs")[0] == "projection/add_19/pca@deep"
