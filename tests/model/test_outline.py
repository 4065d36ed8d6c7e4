"""The rows that we say a network has are those of Keras's own summary."""

import json
import re

import pytest

from model import graph
from model.info import NetworkInfo

from .nets import ENDINGS

pytestmark = [
    pytest.mark.keras,
    # Keras 3.15 under NumPy 2.4, when it saves a network.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]
every_network = pytest.mark.parametrize("name", ENDINGS)


def unfolded(table, model):
    """The rows of a summary, with the layers of a network inside in the place of its row."""
    rows = []
    for row in table:
        name = row[0].split(" ")[0]
        inner = model.get_layer(name) if "(Functional)" in row[0] else None
        if inner is None:
            rows.append(row)
            continue
        rows += [
            [f"{name}.{layer.name} ({type(layer).__name__})", str(layer.output.shape), f"{layer.count_params():,}"]
            for layer in inner.layers[1:]
        ]
    return rows


class TestSummary:
    @every_network
    def test_rows_are_those_of_keras(self, name, opened, monkeypatch):
        network, model, _, _ = opened(name)
        monkeypatch.setenv("COLUMNS", "300")  # or Keras cuts its table off
        lines = []
        model.summary(line_length=300, print_fn=lambda text: lines.extend(text.splitlines()))
        table = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if line.startswith("│")]
        if name.startswith("nested"):
            table = unfolded(table, model)
        said = [
            (f"{row.name} ({row.kind})", str(row.output_shape), f"{row.parameters:,}") for row in network.info.layers
        ]
        assert said == [tuple(row[:3]) for row in table]
        totals = {match[1]: match[2] for line in lines if (match := re.match(r" (\w+) params: ([\d,]+)", line))}
        assert f"{network.info.parameters:,}" == totals["Total"]
        assert f"{network.info.trainable_parameters:,}" == totals["Trainable"]

    def test_what_feeds_what(self, opened):
        rows = {row.name: row.inputs for row in opened("skip")[0].info.layers}
        assert rows == {
            "image": (),
            "stem": ("image",),
            "left": ("stem",),
            "norm": ("left",),
            "add": ("stem", "norm"),
            "relu": ("add",),
            "pool": ("relu",),
            "scores": ("pool",),
        }

    def test_a_sequential_network_is_a_chain(self, opened):
        rows = opened("sequential")[0].info.layers
        assert rows[0].inputs == ()
        assert [row.inputs for row in rows[1:]] == [(row.name,) for row in rows[:-1]]

    def test_a_layer_called_twice(self, opened):
        rows = {row.name: row.inputs for row in opened("shared layer")[0].info.layers}
        assert rows["twice"] == ("image", "twice")

    def test_what_is_worth_a_look(self, opened):
        rows = opened("sequential")[0].info.layers
        assert [(row.kind, row.usable, row.width) for row in rows] == [
            ("Conv2D", True, 6),
            ("MaxPooling2D", True, 6),
            ("BatchNormalization", True, 6),
            ("Dropout", False, 0),
            ("Flatten", False, 0),
            ("Dense", True, 5),
            ("Dense", True, 4),
        ]
        assert not opened("skip")[0].info.layers[0].usable

    @pytest.mark.parametrize(
        ("name", "layer"),
        [
            ("skip", "pool"), ("logits", "hidden"), ("activation layer", "hidden"), ("softmax layer", "hidden"),
            ("softmax then dropout", "hidden"), ("flat", "hidden"), ("nested", "hidden"), ("no channel", "hidden"),
        ],
    )  # fmt: skip
    def test_default_layer(self, name, layer, opened):
        assert opened(name)[0].info.default_layer == layer

    def test_default_layer_of_a_convolutional_network(self, opened):
        info = opened("convolutional")[0].info
        assert info.default_layer == info.layers[1].name

    @pytest.mark.parametrize(
        ("name", "image_shape", "tensor"),
        [
            ("skip", (8, 10, 3), (8, 10, 3)),
            ("flat", (4, 4, 3), (48,)),
            ("no channel", (8, 8, 1), (8, 8)),
            ("any size", (None, None, 3), (None, None, 3)),
        ],
    )
    def test_shapes(self, name, image_shape, tensor, opened):
        info = opened(name)[0].info
        assert (info.input_shape, info.tensor_shape) == (image_shape, tensor)

    @every_network
    def test_goes_through_json(self, name, opened):
        info = opened(name)[0].info
        assert NetworkInfo.from_dict(json.loads(json.dumps(info.to_dict()))) == info
        json.dumps([block.to_dict() for block in graph.blocks(info.layers)])
        assert len(graph.lanes(info.layers).rows) == len(info.layers)
