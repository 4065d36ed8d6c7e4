"""The wall of pictures: every picture hangs where its sample belongs, and tiles show just that picture."""

from __future__ import annotations

import json

import numpy as np
import pytest

from util import InspectorError
from workspace.facets import facet
from workspace.mosaic import ARRANGEMENTS, arranged, layout
from workspace.query.fitting import Field
from workspace.tiles import TILE, levels, tile

N = 200
RANDOM = np.random.default_rng(5)
LABELS = RANDOM.integers(0, 4, N)
PREDICTED = np.where(RANDOM.random(N) < 0.7, LABELS, RANDOM.integers(0, 4, N))
LOSS = np.where(np.arange(N) % 17 == 0, np.nan, np.round(RANDOM.exponential(1, N), 1))
LABELS[::29] = -1
CORRECT = np.where(LABELS < 0, -1, LABELS == PREDICTED)
AREA = RANDOM.normal(0, 1, N)
AREA[::11] = np.nan
NAMES = ("a", "b", "c", "d")


def field(name, kind, values, names=()):
    return Field(name, name.title(), kind, names, "", lambda: values)


FIELDS = {
    each.name: each
    for each in (
        field("label", "class", LABELS, NAMES),
        field("predicted", "class", PREDICTED, NAMES),
        field("correct", "truth", CORRECT),
        field("area", "number", AREA),
        field("loss", "number", LOSS),
        field("index", "number", np.arange(N)),
        field("file", "text", np.array([f"{'xyz'[k % 3]}/{k % 3 or k % 40}" for k in range(N)])),
    )
}
SPECS = ["label", "predicted", "correct", "area:5:quantile", "area:4:width", "loss", "file", "none", "label:similar"]


def wall(down="label", across="predicted", arrange="same", samples=None):
    samples = np.arange(N) if samples is None else samples
    order = np.array([2, 0, 3, 1])
    rows, columns = (facet(spec, FIELDS, N, order) for spec in (down, across))
    return arranged(
        rows, columns, samples, loss=LOSS, correct=CORRECT, arrange=arrange, parameters={"arrange": arrange}
    )


def pyramid(s=7, channels=1):
    """Thumbnails whose first pixels spell the sample's index; each size another color."""
    sizes = [s, (s + 1) // 2, 2, 1]
    found = []
    for size in sizes:
        images = np.zeros((N, size, size, channels), np.uint8)
        images[...] = (np.arange(N) % 251)[:, None, None, None]
        images[:, -1, -1, 0] = size
        found.append(images)
    return found


@pytest.mark.parametrize("arrange", ARRANGEMENTS)
@pytest.mark.parametrize("down", SPECS)
@pytest.mark.parametrize("across", ["predicted", "loss:3:quantile"])
def test_every_picture_hangs_once_in_its_own_cell_and_is_found_at_its_place(arrange, down, across):
    samples = np.flatnonzero(np.arange(N) % 5 != 3)
    found = wall(down, across, arrange, samples)
    expected = samples[CORRECT[samples] == 0] if arrange == "errors" else samples
    assert sorted(found.ids.tolist()) == expected.tolist()
    places = found.places()
    for slot in RANDOM.permutation(len(places))[:25]:
        index, (x, y, side) = int(found.ids[slot]), places[slot]
        assert found.at(x + side / 2, y + side / 2) == index
        assert index in found.cell(found.rows.codes[index], found.columns.codes[index])
    x, y, side = places.T
    rows, columns = found.rows.codes[found.ids], found.columns.codes[found.ids]
    assert (found.left[columns] <= x + 1e-9).all()
    assert (x + side <= found.left[columns] + found.width[columns] + 1e-9).all()
    assert (found.top[rows] <= y + 1e-9).all()
    assert (y + side <= found.top[rows] + found.height[rows] + 1e-9).all()
    corners = {tuple(corner) for corner in places[:, :2].round(6).tolist()}
    assert len(corners) == len(expected)
    assert found.counts.sum() == len(samples)
    cells = list(zip(found.rows.codes[samples].tolist(), found.columns.codes[samples].tolist(), strict=True))
    assert all(found.counts[cell] == cells.count(cell) for cell in np.ndindex(*found.counts.shape))


def test_the_worst_hangs_first_and_those_without_a_loss_last():
    found = wall()
    for row in range(len(found.rows)):
        for column in range(len(found.columns)):
            losses = LOSS[found.cell(row, column)]
            known = losses[~np.isnan(losses)]
            assert np.array_equal(losses[: len(known)], np.sort(known)[::-1])
            for loss in np.unique(known):
                tied = found.cell(row, column)[losses == loss]
                assert tied.tolist() == sorted(tied.tolist())


def test_cells_do_not_overlap_and_leave_room_for_their_counts():
    found = wall()
    assert (found.left[1:] > found.left[:-1] + found.width[:-1]).all()
    assert (found.top[1:] - found.strip > found.top[:-1] + found.height[:-1]).all()
    assert found.top[0] > found.strip > 0


def test_fill_fills_what_same_leaves_small():
    same, filled = wall(), wall(arrange="fill")
    assert (same.side == 1).all()
    some = filled.shown > 0
    deep = np.ceil(filled.shown / filled.across)
    reach = np.maximum(filled.across * filled.side / filled.width[0], deep * filled.side / filled.height[0])
    assert np.allclose(reach[some], 1)
    assert np.array_equal(same.ids, filled.ids)


def test_members_are_there_even_when_they_are_not_shown():
    found = wall(arrange="errors")
    assert found.shown[1, 1] == 0
    assert found.members(1, 1).tolist() == np.flatnonzero((LABELS == 1) & (PREDICTED == 1)).tolist()


@pytest.mark.parametrize("arrange", ARRANGEMENTS)
def test_a_lasso_around_a_cell_holds_its_pictures(arrange):
    found = wall(arrange=arrange)
    row, column = (int(place[0]) for place in np.nonzero((found.shown > 2) & (found.wrong > 0)))
    x0, y0 = found.left[column], found.top[row]
    x1, y1 = x0 + found.width[column], y0 + found.height[row]
    inside = found.within([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    assert sorted(inside.tolist()) == sorted(found.cell(row, column).tolist())
    assert len(found.within([[x0, y0], [x1, y1]])) == 0


def test_nothing_and_one_are_walls_too():
    nothing = wall(samples=np.array([], int))
    assert len(nothing.ids) == 0
    assert nothing.at(0.5, 0.5) is None
    one = wall("none", "none", samples=np.array([7]))
    assert one.at(*(one.places()[0, :2] + 0.5)) == 7
    assert not tile(nothing, 7.0, 0, 0, pyramid()).any()


# -- tiles -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("arrange", ARRANGEMENTS)
@pytest.mark.parametrize("channels", [1, 3])
def test_tiles_show_the_very_pixels_of_the_thumbnails(arrange, channels):
    """At every level, each pixel is the one of the sample that hangs there, or empty."""
    thumbnails = pyramid(7, channels)
    found = wall(arrange=arrange)
    seen = 0
    for pixels in levels(found, [7, 4, 2, 1]):
        for place in RANDOM.permutation(found.places())[:25]:
            spot = place[:2] + RANDOM.uniform(-0.2, 1.2, 2) * place[2]
            (x, px), (y, py) = (divmod(max(int(value * pixels), 0), TILE) for value in spot)
            pixel = tile(found, pixels, x, y, thumbnails)[py, px]
            index = found.at((TILE * x + px + 0.5) / pixels, (TILE * y + py + 0.5) / pixels)
            assert bool(pixel[-1]) == (index is not None)
            if index is not None:
                seen += 1
                assert pixel[0] in (index % 251, 7, 4, 2, 1)
                assert channels == 1 or pixel[2] == index % 251
    assert seen > 60


@pytest.mark.parametrize("size", [7, 4, 2, 1])
def test_at_its_own_level_a_picture_is_copied_whole(size):
    images = RANDOM.integers(1, 256, (N, size, size, 1), dtype=np.uint8)
    found = wall()
    x, y, _ = (int(np.floor(value * size + 0.5)) for value in found.places()[0])
    wide = np.concatenate([tile(found, float(size), k, 0, [images]) for k in range(3)], axis=1)
    copies = {
        wide[y + dy : y + dy + size, x + dx : x + dx + size, 0].tobytes() for dy in (-1, 0, 1) for dx in (-1, 0, 1)
    }
    assert images[found.ids[0]].tobytes() in copies


def test_levels_reach_from_one_look_to_every_pixel():
    found = wall()
    assert levels(found, [28, 14, 7, 4, 2, 1])[-1] == 28
    assert levels(found, [28])[0] * max(found.size) <= 400
    assert levels(found, [4, 2, 1, 1]) == sorted(set(levels(found, [4, 2, 1, 1])))


# -- facets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [*SPECS, "index:7:width", "loss:20:quantile", "loss:99:width"])
def test_every_group_is_what_its_query_finds(spec):
    from workspace.query import parse

    found = facet(spec, FIELDS, N, np.array([2, 0, 3, 1]))
    assert len(found) == len(found.conditions) == len(set(found.conditions))
    assert set(found.codes) <= set(range(len(found)))
    for code, condition in enumerate(found.conditions):
        query = parse(condition)
        expected = np.ones(N, bool) if query is None else query.evaluate(FIELDS, N)
        assert np.array_equal(found.codes == code, expected), condition


def test_bins_are_as_many_and_as_large_as_asked():
    counts = np.bincount(facet("area:4:quantile", FIELDS, N).codes)
    assert len(counts) == 5, "four and those without a value"
    assert np.ptp(counts[:4]) <= 1
    labels = facet("area:4:width", FIELDS, N).labels
    assert labels[-1] == "no area"
    assert labels[0].startswith(f"{np.nanmin(AREA):.3g} – ")


def test_few_values_are_a_group_each():
    few = {"k": field("k", "number", np.array([3, 1, 1, 2]))}
    assert facet("k:6:quantile", few, 4).labels == ("1", "2", "3")
    assert facet("k", few, 4).spec == "k:6:quantile"


def test_infinite_and_missing_values_have_their_place():
    wild = {"k": field("k", "number", np.array([np.inf, 0.0, 1.0, 2.0, np.nan, -np.inf]))}
    for how in ("width", "quantile"):
        found = facet(f"k:2:{how}", wild, 6)
        assert found.codes[0] == len(found) - 2
        assert found.codes[5] == 0
        assert found.labels[-1] == "no k"
    none = {"k": field("k", "number", np.full(3, np.nan))}
    assert facet("k", none, 3).labels == ("no k",)


def test_rare_texts_are_together():
    many = {"t": field("t", "text", np.array([f"t{k % 25}" for k in range(60)] + ["", ""]))}
    found = facet("t", many, 62)
    assert len(found) == 20
    assert found.labels[-1] == "7 others"
    assert "(empty)" in found.labels


def test_similar_classes_stand_together_on_request():
    found = facet("label:similar", FIELDS, N, np.array([2, 0, 3, 1]))
    assert found.labels == ("c", "a", "d", "b", "no label")
    assert [NAMES[code] if code >= 0 else "no label" for code in LABELS] == [
        found.labels[code] for code in found.codes
    ]


def test_an_unknown_column_is_named():
    with pytest.raises(InspectorError, match="did you mean 'label'"):
        facet("lable", FIELDS, N)


# -- what a session makes of it --------------------------------------------------------------------


def test_a_session_fills_in_what_was_not_said(tiny_session):
    session = tiny_session("full")
    found = session.mosaics.find()
    assert (found.rows.name, found.columns.name) == ("label", "predicted")
    assert found.parameters["split"] == "test"
    again = tiny_session("full").mosaics.find(**found.parameters)
    assert again.key == found.key, "the URL of one server is understood by the next"
    assert json.loads(json.dumps(layout(found), allow_nan=False))["hits"] == 20
    everything = session.mosaics.find(query='split in ["test", "train"]')
    assert everything.parameters["split"] == "all"
    assert len(everything.samples) == 60


def test_errors_come_first_where_most_is_right(tiny_session):
    session = tiny_session("full")
    accuracy = np.mean(session.column("correct") == 1)
    assert session.mosaics.find(split="all").parameters["arrange"] == ("errors" if accuracy > 0.8 else "same")
    assert session.mosaics.find(split="all", query="correct").parameters["arrange"] == "same"


def test_keys_tell_walls_apart(tiny_session):
    mosaics = tiny_session("full").mosaics
    asked = [{}, {"arrange": "fill"}, {"split": "all"}, {"query": "loss > 0.1"}, {"down": "loss"}, {"across": "none"}]
    assert len({mosaics.find(**each).key for each in asked}) == len(asked)
    assert mosaics.find(down="no such column").key == mosaics.find().key


def test_the_query_of_a_cell_leaves_the_other_cells(tiny_session):
    mosaics = tiny_session("full").mosaics
    cell = mosaics.find(arrange="same").condition(1, 2)
    assert cell == 'label == "class 1" and predicted == "class 2"'
    wall, place = mosaics.lit(arrange="same", query=cell)
    assert (wall.key, place) == (mosaics.find(arrange="same").key, (1, 2))
    narrowed, place = mosaics.lit(arrange="same", query=f"(loss > 0.01) and ({cell})")
    assert (narrowed.key, place) == (mosaics.find(arrange="same", query="loss > 0.01").key, (1, 2))
    assert mosaics.lit(arrange="same", query="loss > 0.01")[1] is None
    with pytest.raises(InspectorError, match="query"):
        mosaics.lit(query="los > 1")


def test_data_without_labels_is_sorted_by_prediction(tiny_session):
    found = tiny_session("no labels").mosaics.find(arrange="errors")
    assert (found.rows.name, found.columns.name) == ("predicted", "none")
    assert len(found.ids) == len(found.samples) > 0
