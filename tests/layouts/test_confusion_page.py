"""The confusion page: its controls say what is shown, its figures have their n, and it draws with little to show."""

from __future__ import annotations

import numpy as np
import pytest

from layouts import confusion, wall
from layouts.kit.mosaic import Mosaic
from layouts.kit.state import State
from layouts.part import draw, stage
from tests.layouts.looking import components, elements, rows, text
from tests.tiny import KINDS

ALL = State(split="all", arrange="same")


def select(tree, field):
    """The menu of a field: its value and its entries."""
    for component in components(tree):
        if getattr(component, "id", None) in ({"control": field}, {"bins": field}):
            return component.value, [entry["value"] for entry in component.options]
    raise AssertionError(f"no menu for {field}")


# -- wall ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_wall_is_there_or_says_what_it_waits_for(tiny_session, kind):
    found = wall.properties(tiny_session(kind), State())
    assert bool(found["wall"]) == (kind not in ("nothing", "dataset only", "no column"))
    assert found["wall"] or found["note"]


def test_the_wall_follows_the_view(tiny_session):
    session = tiny_session("full")
    found = wall.properties(session, State(split="all", arrange="fill", focus="7", query="loss > 0.001"))
    assert found["wall"]["asked"] == {
        "down": "label", "across": "predicted", "arrange": "fill", "split": "all", "query": "loss > 0.001",
    }  # fmt: skip
    assert found["focus"] == 7
    assert found["wall"]["tiles"].startswith(
        session.mosaics.find(**found["wall"]["asked"]).url("{z}/{x}/{y}.png")[:40]
    )
    assert [fact["title"] for fact in found["facts"]] == ["Label", "Predicted class", "Confidence", "Loss"]


def test_a_query_that_cannot_be_read_leaves_the_wall(tiny_session):
    session = tiny_session("full")
    assert wall.properties(session, State(query="loss >"))["wall"] == wall.properties(session, State())["wall"]


def test_the_cell_of_the_query_is_lit(tiny_session):
    session = tiny_session("full")
    found = wall.properties(session, State(split="all", query='label == "class 1" and predicted == "class 1"'))
    assert found["cell"] == [1, 1]
    assert "faded" in found["note"]


def test_an_empty_wall_says_why(tiny_session):
    session = tiny_session("full")
    assert "No sample in test" in wall.properties(session, State(split="test", query='split == "train"'))["note"]
    right = wall.properties(session, State(split="all", arrange="errors", query="correct"))
    assert right["note"].startswith("No errors among the ")
    assert "Nothing is labelled" in wall.properties(tiny_session("no labels"), State())["note"]


def test_a_selection_of_elsewhere_does_no_harm(tiny_session):
    session = tiny_session("full")
    assert wall.properties(session, State(selection="0123456789ab"))["selection"] is None
    name = session.selections.save(np.array([3, 1]))
    assert wall.properties(session, State(selection=name))["selection"]["count"] == 2


# -- controls --------------------------------------------------------------------------------------


def test_menus_show_what_is_chosen(tiny_session):
    session = tiny_session("full")
    tools = draw("mosaic-tools", session, State())
    assert select(tools, "down")[0] == "label"
    assert select(tools, "across")[0] == "predicted"
    assert select(tools, "split") == ("test", ["all", "train", "test"])
    value, options = select(tools, "arrange")
    assert value in options
    assert {"none", "label", "predicted", "split", "correct", "loss:6:quantile"} <= set(select(tools, "down")[1])


def test_numbers_are_cut_into_as_many_groups_as_asked(tiny_session):
    session = tiny_session("full")
    tools = draw("mosaic-tools", session, State(down="loss:9:width"))
    assert select(tools, "down")[0] == "loss:9:width"
    bins = next(each for each in components(tools) if getattr(each, "id", None) == {"bins": "down"})
    assert bins.value == "loss:9:width"
    values = [entry["value"] for entry in bins.options]
    assert {"loss:2:quantile", "loss:9:quantile", "loss:20:width"} <= set(values)
    assert "Rows cut into" in text(tools)
    hidden = [each for each in components(draw("mosaic-tools", session, State())) if getattr(each, "hidden", False)]
    assert [text(each) for each in hidden] == ["Rows cut into", "Columns cut into"]


def test_every_entry_of_the_menus_is_a_wall(tiny_session):
    session = tiny_session("full")
    for axis in ("down", "across"):
        for spec in select(draw("mosaic-tools", session, State()), axis)[1]:
            found = wall.properties(session, State(**{axis: spec, "split": "all", "arrange": "same"}))
            assert found["wall"]["asked"][axis] == spec


def test_many_classes_stand_by_likeness_until_one_says_otherwise(tiny_session):
    session = tiny_session("hundred classes")

    def box(state):
        tools = draw("mosaic-tools", session, state)
        return next(each.value for each in components(tools) if getattr(each, "id", None) == {"similar": "mosaic"})

    assert box(State()) is True
    assert box(State(down="label", across="predicted")) is False
    mosaic = session.mosaics.find()
    assert mosaic.rows.labels == mosaic.columns.labels != session.mosaics.find(down="label").rows.labels


def test_nonsense_in_a_link_falls_back(tiny_session):
    session = tiny_session("full")
    odd = State(down="<b>:7:width", across="loss:99:sideways", arrange="upside down", split="ünknown")
    found = wall.properties(session, odd)["wall"]["asked"]
    assert (found["down"], found["across"], found["split"]) == ("label", "predicted", "test")


# -- beside ----------------------------------------------------------------------------------------


def test_pairs_are_counted_and_shared(tiny_session):
    session = tiny_session("full")
    errors = session.column("confusion").sum(axis=0)
    labelled = errors.sum(axis=1)
    np.fill_diagonal(errors, 0)
    label, predicted = divmod(int(errors.argmax()), 3)
    found = draw("confused-pairs", session, ALL)
    assert f"all splits: {errors.sum()} of 60 are wrong" in text(found)
    first = next(each for each in components(found) if isinstance(getattr(each, "id", None), dict))
    assert first.id == {"pair": f"{label},{predicted}"}
    assert f"class {label} taken for class {predicted} {errors.max()}" in text(first)
    assert f"of {labelled[label]}" in text(first)


def test_class_figures_have_their_n_and_interval(tiny_session):
    session = tiny_session("full")
    table = session.column("class_metrics")[0]
    found = rows(draw("class-metrics", session, ALL))[1:]
    order = np.argsort(table[:, 9], kind="stable")
    assert [row[0] for row in found] == [f"class {code}" for code in order]
    worst = table[order[0]]
    assert found[0][1] == f"{100 * worst[3]:.1f} % n {worst[0]:.0f}"
    titles = [cell[1].get("title", "") for cell in elements(draw("class-metrics", session, ALL), "td")]
    assert any("95 % interval" in title and "F1" in title for title in titles)


@pytest.mark.parametrize(("measure", "column"), [("recall", 3), ("precision", 6), ("f1", 9), ("nonsense", 9)])
def test_a_head_sorts_the_classes_by_its_measure(tiny_session, measure, column):
    session = tiny_session("hundred classes")
    table = session.column("class_metrics")[0]
    drawn = draw("class-metrics", session, State(split="all", measure=measure))
    order = np.argsort(table[:, column], kind="stable")
    assert [row[0] for row in rows(drawn)[1:]] == [session.class_names[code] for code in order]
    heads = {
        cell[2][2]: cell[1].get("aria-sort")
        for cell in elements(drawn, "th")
        if len(cell) > 2 and cell[2][0] == "button"
    }
    assert [title for title, how in heads.items() if how] == [{3: "Recall", 6: "Precision", 9: "F1"}[column]]
    assert stage("class-metrics", session, State(measure="recall")) != stage("class-metrics", session, State())
    natural = rows(draw("class-metrics", session, State(split="all", measure="class")))[1:]
    assert [row[0] for row in natural] == list(session.class_names)


@pytest.mark.parametrize("part", ["confused-pairs", "class-metrics", "confusion-counts"])
def test_without_labels_every_part_says_so(tiny_session, part):
    assert "has a label" in text(draw(part, tiny_session("no labels"), State()))


def test_figures_are_those_of_the_split(tiny_session):
    session = tiny_session("full")
    assert text(draw("confused-pairs", session, State(split="train"))).startswith("train: ")
    counts = session.column("confusion")
    code = session.dataset.split_names.index("train")
    assert np.array_equal(confusion.counts_of(session, "train"), counts[code])
    assert np.array_equal(confusion.counts_of(session, "all"), counts.sum(axis=0))


def test_the_page_has_one_wall_with_words_for_who_cannot_see_it(tiny_session):
    page = confusion.confusion(tiny_session("full"), State())
    walls = [each for each in components(page) if isinstance(each, Mosaic)]
    assert len(walls) == 1
    assert walls[0].describedBy in [getattr(each, "id", None) for each in components(page)]
