"""Sample maps: defaults, nonsense in links, what is shown while the rest is being made, what a query leaves out."""

from __future__ import annotations

import pytest

from layouts import maps, part, projection
from layouts.kit.state import State
from layouts.part import draw
from tests.layouts.looking import components, text


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def control(session, side, field):
    tree = draw(f"{side}-tools", session, State())
    return next((part for part in components(tree) if getattr(part, "id", None) == {"control": field}), None)


def test_raw_pixels_beside_the_default_layer(full):
    assert maps.chosen(full, State(), "left") == ("pixels", "tsne")
    assert maps.chosen(full, State(), "right") == ("dense", "tsne")


def test_any_two_spaces(full):
    state = State(layer="conv", method="pca", beside="dense", beside_method="pca")
    assert maps.chosen(full, state, "left") == ("dense", "pca")
    assert maps.chosen(full, state, "right") == ("conv", "pca")


def test_unknown_layers_and_methods_fall_back(full):
    state = State(layer="nothing", method="nothing", beside="../x", beside_method="")
    assert maps.chosen(full, state, "left") == ("pixels", "pca")
    assert maps.chosen(full, state, "right") == ("dense", "pca")


def test_what_is_needed_is_known(full):
    state = State(layer="conv", beside="dense")
    assert maps.columns(full, state, "right")[:2] == ["projection/conv/pca", "projection/conv/tsne"]
    needed = maps.columns(full, state, "left")
    assert needed == ["projection/dense/pca", "projection/dense/tsne", "trustworthiness/dense/tsne"]
    assert all(full.key(column) for column in needed)


@pytest.mark.parametrize("side", projection.SIDES)
def test_a_finished_map_shows_what_was_asked_for(full, side):
    layer, method = maps.chosen(full, State(), side)
    properties = maps.map_properties(full, State(), side)
    assert properties["positions"]["name"] == f"projection/{layer}/{method}"
    assert properties["positions"]["url"] == f"column/{full.key(f'projection/{layer}/{method}')}.bin"
    assert properties["note"] == ""
    assert properties["total"] == full.dataset.n
    assert [fact["title"] for fact in properties["facts"]] == [full.unit(name).title for name in maps.FACTS]


def test_pca_stands_in_until_the_map_is_there(full):
    """Of `conv` nothing but the activations is there: no map at all, and the page says what is coming."""
    properties = maps.map_properties(full, State(layer="conv"), "right")
    assert properties["positions"] is None
    assert "being computed" in properties["note"]


def test_a_failed_map_says_why(full):
    full._worker.failed["projection/conv/tsne"] = "too few samples"
    properties = maps.map_properties(full, State(layer="conv"), "right")
    assert "too few samples" in properties["note"]


def test_class_colors_are_as_many_as_names(full):
    how = maps.color(full, "predicted")
    assert how["kind"] == "category"
    assert len(how["colors"]) == len(how["names"]) == 3


def test_scores_get_a_scale(full):
    how = maps.color(full, "loss")
    assert how["kind"] == "number"
    assert how["low"] < how["high"]


def test_a_typed_label_is_the_column_of_labels(full):
    properties = maps.map_properties(full, State(color="label"), "left")
    assert properties["color"] == maps.color(full, "labels") is not None


@pytest.mark.parametrize("name", ["", "images", "metrics", "activations/dense", "nothing", "projection/dense/pca"])
def test_what_cannot_color_or_size_is_left_out(full, name):
    properties = maps.map_properties(full, State(color=name, size=name), "left")
    assert properties["color"] is None
    assert properties["size"] is None


def test_a_class_is_no_size(full):
    assert maps.map_properties(full, State(size="predicted"), "left")["size"] is None


def test_selection_is_counted_and_a_foreign_one_ignored(full):
    name = full.selections.save([1, 5, 7])
    assert maps.map_properties(full, State(selection=name), "left")["selection"]["count"] == 3
    assert maps.map_properties(full, State(selection="f" * 12), "left")["selection"] is None


def test_caption_says_how_true_and_how_made(full):
    said = text(maps.caption(full, State(), "right"))
    assert "t-SNE of dense" in said
    assert "seed" in said
    assert "trustworthiness" in said and "n = 60" in said


def test_caption_says_where_pca_stands_in(full, tiny_session):
    assert not full.stands_in("projection/dense/tsne") and not full.stands_in("projection/dense/pca")
    said = text(maps.caption(tiny_session("one sample"), State(), "right"))
    assert said.startswith("PCA of dense, because t-SNE has too few samples")


def test_menus_do_not_overwrite_a_view_before_the_network_is_open(tiny_session, full):
    """A menu writes its value into the view; before the network is open it could only hold the pixels."""
    for side, field in (("left", "beside"), ("right", "layer")):
        assert control(tiny_session("dataset only"), side, field) is None
        assert control(full, side, field).value == {"left": "pixels", "right": "dense"}[side]


def test_before_the_dataset_is_read(tiny_session):
    session = tiny_session("nothing")
    properties = maps.map_properties(session, State(), "left")
    assert properties["positions"] is None
    assert "Reading tiny.npz" in properties["note"]
    assert maps.caption(session, State(), "left") == ""


def test_without_webgl_a_chart_says_how_many_it_shows(full):
    said = text(maps.chart(full, State(), "right"))
    assert "60 of 60 samples" in said


def test_the_map_of_losses_deepens_grows_and_puts_the_hardest_on_top(full):
    properties = maps.map_properties(full, State(color="predicted", size="entropy"), "losses")
    assert properties["color"]["title"] == properties["size"]["title"] == full.unit("loss").title
    assert properties["front"] == "high"
    assert maps.map_properties(full, State(), "right")["front"] is None


@pytest.mark.parametrize("side", ["left", "right", "losses"])
def test_a_query_says_who_is_shown(full, side):
    shown = maps.map_properties(full, State(query="not correct"), side)["shown"]
    assert shown["count"] == (full.column("correct") == 0).sum()
    assert shown["url"] == full.find("not correct").hits_url
    for query in ("", "  ", "loss >", "nobody == 3"):
        assert maps.map_properties(full, State(query=query), side)["shown"] is None


def test_the_chart_that_stands_in_follows_the_query_too(full):
    wrong = (full.column("correct") == 0).sum()
    assert f"{wrong} of 60 samples" in text(maps.chart(full, State(query="not correct"), "right"))
    assert "0 of 60 samples" in text(maps.chart(full, State(query="loss < 0"), "right"))


def test_the_same_map_for_two_splits(full):
    state = State(apart=maps.SPLITS, beside="pixels", layer="dense", method="pca")
    first, second = (maps.map_properties(full, state, side) for side in projection.SIDES)
    assert first["positions"] == second["positions"] and first["together"] == second["together"] == "splits"
    names = [name for name, _ in full.splits]
    assert [maps.split(full, state, side) for side in projection.SIDES] == names
    assert [part["shown"]["count"] for part in (first, second)] == [n for _, n in full.splits]
    assert first["shown"]["left"] == "in other splits"
    tools = [text(part.draw(f"{side}-tools", full, state)) for side in projection.SIDES]
    assert "Layer" not in tools[0] and "Layer" in tools[1]


def test_splits_follow_the_query_and_can_be_chosen(full):
    names = [name for name, _ in full.splits]
    state = State(apart=maps.SPLITS, query="label == 'class 1'", right_split=names[0], left_split="nonsense")
    assert [maps.split(full, state, side) for side in projection.SIDES] == [names[0], names[0]]
    wanted = full.find(f"label == 'class 1' and split == '{names[0]}'")
    shown = maps.map_properties(full, state, "right")["shown"]
    assert shown["count"] == len(wanted) and shown["left"] == "in other splits or not in the query"


def test_one_split_has_nothing_beside_it(tiny_session):
    session = tiny_session("one sample")
    state = State(apart=maps.SPLITS)
    assert (
        maps.split(session, state, "left") == "" and maps.map_properties(session, state, "left")["together"] is None
    )
    assert "Side by side" not in text(projection.projection(session, state))
