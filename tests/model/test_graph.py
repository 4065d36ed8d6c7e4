"""Hand-drawn networks: where they narrow, what repeats, how they are drawn."""

import dataclasses
import itertools
import json
from dataclasses import replace

import pytest

from model import graph
from model.info import Layer, NetworkInfo

PLUMBING = {"InputLayer", "Dropout", "Flatten", "ZeroPadding2D"}


def row(name, kind, *inputs, parameters=None):
    weighted = kind in ("Conv2D", "Dense", "BatchNormalization")
    usable = kind not in PLUMBING
    return Layer(
        name, kind, (None, 8, 8, 4), 10 * weighted if parameters is None else parameters, inputs, usable, 4 * usable
    )


def chain(*kinds):
    """A row per kind, each fed by the one before; names are numbers."""
    return [row(str(i), kind, *([str(i - 1)] if i else [])) for i, kind in enumerate(kinds)]


def residual(blocks=2):
    """input - conv, then per block: conv - bn - add(with what came in) - relu; then pool - dense."""
    rows = [row("input", "InputLayer"), row("conv", "Conv2D", "input")]
    last = "conv"
    for b in range(blocks):
        rows += [
            row(f"conv{b}", "Conv2D", last),
            row(f"bn{b}", "BatchNormalization", f"conv{b}"),
            row(f"add{b}", "Add", last, f"bn{b}"),
            row(f"relu{b}", "Activation", f"add{b}"),
        ]
        last = f"relu{b}"
    return [*rows, row("pool", "GlobalAveragePooling2D", last), row("scores", "Dense", "pool")]


def info(layers):
    return NetworkInfo(
        "net.h5",
        "d",
        tuple(layers),
        (28, 28, 1),
        (28, 28, 1),
        False,
        10,
        "softmax",
        graph.penultimate(layers),
        1,
        1,
        "3",
        "",
    )


class TestEdges:
    def test_are_row_numbers_each_once(self):
        rows = [row("a", "Conv2D"), row("b", "Add", "a", "a"), row("c", "Add", "a", "b", "elsewhere")]
        assert graph.edges(rows) == [(0, 1), (0, 2), (1, 2)]


class TestCuts:
    def test_every_row_of_a_chain(self):
        assert graph.cuts(chain("InputLayer", "Conv2D", "Dense")) == [0, 1, 2]

    def test_not_between_the_ends_of_a_skip_connection(self):
        names = [layer.name for layer in residual(2)]
        assert [names[cut] for cut in graph.cuts(residual(2))] == [
            "input", "conv", "add0", "relu0", "add1", "relu1", "pool", "scores",
        ]  # fmt: skip

    def test_not_where_branches_stand_side_by_side(self):
        rows = [row("a", "Conv2D"), row("b", "Conv2D", "a"), row("c", "Conv2D", "a"), row("d", "Add", "b", "c")]
        assert graph.cuts(rows) == [0, 3]

    def test_agree_with_taking_the_row_out(self):
        """A row is a cut if and only if without it nothing after it can be reached from before it."""
        for rows in (residual(1), residual(3), chain("Conv2D", "Dense")):
            joins = graph.edges(rows)
            slow = [r for r in range(len(rows)) if not any(start < r < end for start, end in joins)]
            assert graph.cuts(rows) == slow


class TestCost:
    def test_is_weights_times_places(self):
        rows = [
            replace(row("a", "Conv2D"), output_shape=(None, 5, 6, 4)),
            replace(row("b", "Dense"), output_shape=(None, 3)),
        ]
        assert graph.cost(rows) == 10 * 5 * 6 + 10
        assert graph.cost(rows, channels_first=True) == 10 * 6 * 4 + 10
        assert graph.cost([replace(rows[0], output_shape=(None, None, None, 4))]) == 10 * 32 * 32


class TestPenultimate:
    @pytest.mark.parametrize(
        ("kinds", "expected"),
        [
            (("InputLayer", "Conv2D", "Flatten", "Dense", "Dropout", "Dense"), "3"),
            (("InputLayer", "Conv2D", "Flatten", "Dense", "Activation", "Dropout", "Dense", "Activation"), "3"),
            (("InputLayer", "Conv2D", "GlobalAveragePooling2D", "Dense", "Softmax"), "2"),
            (("InputLayer", "Conv2D", "Flatten", "Dense"), "1"),
            (("InputLayer", "Conv2D", "Conv2D", "GlobalAveragePooling2D", "Softmax"), "1"),
            (("InputLayer", "Dense", "Dense", "BatchNormalization", "Softmax"), "1"),
            (("Conv2D", "MaxPooling2D", "Flatten", "Dropout", "Dense"), "1"),
            (("InputLayer", "Flatten", "Dense"), "2"),
            (("Flatten", "Dense", "Softmax"), "1"),
            (("Dense",), "0"),
        ],
    )
    def test_chains(self, kinds, expected):
        assert graph.penultimate(chain(*kinds)) == expected

    def test_names_do_not_matter(self):
        rows = [
            row("predictions", "Conv2D"),
            row("input", "GlobalMaxPooling2D", "predictions"),
            row("dense", "Dense", "input"),
        ]
        assert graph.penultimate(rows) == "input"

    def test_before_the_join_of_two_heads(self):
        rows = [row("a", "Dense"), row("b", "Dense", "a"), row("c", "Dense", "a"), row("d", "Average", "b", "c")]
        assert graph.penultimate(rows) in ("b", "c")


class TestUsableLayers:
    def test_all_of_a_small_network(self):
        assert graph.usable_layers(info(chain("InputLayer", "Conv2D", "Dropout", "Dense", "Dense"))) == (
            "1",
            "3",
            "4",
        )

    def test_narrow_places_of_a_deep_one(self):
        rows = residual(40)
        chosen = graph.usable_layers(info(rows), limit=10)
        narrow = {rows[cut].name for cut in graph.cuts(rows)}
        order = [layer.name for layer in rows]
        places = [order.index(name) for name in chosen]
        assert len(chosen) == 10
        assert "pool" in chosen
        assert set(chosen) <= narrow
        assert places == sorted(places)
        assert max(end - start for start, end in itertools.pairwise(places)) <= len(rows) / 5

    def test_as_many_as_there_are_of_a_network_without_narrow_places(self):
        rows = [row("0", "Conv2D")]
        rows += [row(str(i), "Conv2D", str(i - 1), "0") for i in range(1, 60)]
        chosen = graph.usable_layers(info(rows), limit=12)
        assert len(chosen) == 12
        assert graph.penultimate(rows) in chosen

    def test_limit_of_one(self):
        assert graph.usable_layers(info(residual(4)), limit=1) == ("pool",)


class TestBlocks:
    def test_a_chain_is_split_at_weights_and_pooling(self):
        rows = chain(
            "InputLayer", "Conv2D", "Activation", "Conv2D", "Activation", "MaxPooling2D", "Flatten", "Dense", "Dense"
        )
        blocks = graph.blocks(rows)
        assert [(block.layers, block.repeat) for block in blocks] == [
            (("0",), 1),
            (("1", "2", "3", "4"), 2),
            (("5", "6"), 1),
            (("7",), 1),
            (("8",), 1),
        ]
        assert blocks[1].kinds == (("Conv2D", 1), ("Activation", 1))
        assert blocks[1].parameters == 20

    def test_equal_residual_blocks_become_one(self):
        blocks = graph.blocks(residual(5))
        assert [(block.joined_by, block.repeat) for block in blocks] == [
            ("", 1),
            ("", 1),
            ("Add", 5),
            ("", 1),
            ("", 1),
        ]
        assert blocks[2].layers[:5] == ("conv0", "bn0", "add0", "relu0", "conv1")
        assert blocks[2].parameters == 100

    def test_blocks_that_are_wired_otherwise_stay_apart(self):
        rows = residual(2)
        rows[5] = row("relu0", "ReLU", "add0")
        assert [block.repeat for block in graph.blocks(rows)] == [1, 1, 1, 1, 1, 1]

    @pytest.mark.parametrize("rows", [residual(1), residual(30), chain("Dense"), chain(*["Conv2D"] * 20)])
    def test_hold_every_row_once_and_all_weights(self, rows):
        blocks = graph.blocks(rows)
        assert [name for block in blocks for name in block.layers] == [layer.name for layer in rows]
        assert sum(block.parameters for block in blocks) == sum(layer.parameters for layer in rows)
        assert all(sum(n for _, n in block.kinds) * block.repeat == len(block.layers) for block in blocks)

    def test_are_few_for_a_deep_network(self):
        assert len(graph.blocks(residual(50))) == 5

    def test_go_through_json(self):
        block = graph.blocks(residual(2))[2]
        again = json.loads(json.dumps(block.to_dict()))
        assert again["repeat"] == 2
        assert again["kinds"][0] == ["Conv2D", 1]


class TestLanes:
    def test_a_chain_is_one_line(self):
        gutter = graph.lanes(chain("InputLayer", "Conv2D", "Dense"))
        assert gutter == graph.Gutter((0, 0, 0), (graph.Edge(0, 1, 0), graph.Edge(1, 2, 0)), 1)

    def test_a_skip_connection_is_an_arc_beside_it(self):
        gutter = graph.lanes(residual(1))
        assert set(gutter.rows) == {0}
        assert [edge for edge in gutter.edges if edge.lane] == [graph.Edge(1, 4, 1)]
        assert gutter.width == 2

    def test_a_branch_with_layers_of_its_own_has_its_dots_there(self):
        rows = [row("a", "Conv2D"), row("b", "Conv2D", "a"), row("c", "Conv2D", "a"), row("d", "Add", "b", "c")]
        gutter = graph.lanes(rows)
        assert gutter.rows == (0, 0, 1, 0)
        assert gutter.width == 2

    def test_lanes_are_used_again(self):
        assert graph.lanes(residual(30)).width == 2

    @pytest.mark.parametrize(
        "rows", [residual(3), chain("Conv2D"), [row(str(i), "Add", *map(str, range(i))) for i in range(7)]]
    )
    def test_no_two_lines_share_a_lane_and_none_crosses_a_dot(self, rows):
        gutter = graph.lanes(rows)
        assert sorted((edge.start, edge.end) for edge in gutter.edges) == sorted(graph.edges(rows))
        assert gutter.width > max([*gutter.rows, *(edge.lane for edge in gutter.edges)])
        for edge in gutter.edges:
            assert edge.lane not in [gutter.rows[between] for between in range(edge.start + 1, edge.end)]
            for other in gutter.edges:
                if other is not edge and other.lane == edge.lane:
                    assert edge.end <= other.start or other.end <= edge.start or edge.end == other.end
        json.dumps(gutter.to_dict())

    def test_a_thousand_rows(self):
        rows = residual(250)
        gutter = graph.lanes(rows)
        assert len(gutter.rows) == len(rows) and gutter.width < 5
        covered = [name for block in graph.blocks(rows) for name in block.layers]
        assert covered == [row.name for row in rows]
        assert graph.usable_layers(info(rows))


def test_rows_are_values():
    with pytest.raises(dataclasses.FrozenInstanceError):
        row("a", "Conv2D").name = "b"
