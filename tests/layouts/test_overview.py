"""The overview's figures are the columns' figures, and say of how many; its network is the network."""

from __future__ import annotations

import numpy as np
import pytest

from layouts import accuracy, dataset, network
from layouts.kit import figures, ids
from layouts.kit.state import State
from layouts.part import draw, stage
from tests.layouts.looking import components, elements, rows, text


def shown(name, session, state=State()):  # noqa: B008 - a frozen value
    return draw(name, session, state)


# -- figures ---------------------------------------------------------------------------------------


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def of_split(session, name):
    code = session.dataset.split_names.index(name)
    mask = np.asarray(session.column("split")) == code
    return (np.asarray(session.column(column))[mask] for column in ("labels", "predicted", "loss"))


@pytest.mark.parametrize("split", ["train", "test"])
def test_tiles_say_what_the_columns_say(full, split):
    labels, predicted, loss = of_split(full, split)
    n, right = len(labels), int((labels == predicted).sum())
    assert 0 < right < n
    said = text(shown("tiles", full, State(split=split)))
    assert f"Accuracy · {split} {100 * right / n:.2f} % {right:,} of {n:,} samples 95 % interval" in said
    assert f"Mean loss · {split} {loss.mean():#.3g} nats n = {n:,} 95 % interval" in said
    recalls = {code: (predicted[labels == code] == code).mean() for code in range(3)}
    weakest = min(recalls, key=recalls.get)
    of_it = int((labels == weakest).sum())
    hit = round(recalls[weakest] * of_it)
    assert f"class {weakest} recall {100 * recalls[weakest]:.1f} %, {hit} of {of_it} 95 % interval" in said
    errors = {(a, b): int(((labels == a) & (predicted == b)).sum()) for a in range(3) for b in range(3) if a != b}
    (a, b), count = max(errors.items(), key=lambda item: item[1])
    assert f"class {a} → class {b} {count} of {int((labels == a).sum())} labelled class {a}" in said


def test_test_split_is_shown_first(full, tiny_session):
    assert accuracy.split(full, State()) == "test"
    assert accuracy.split(full, State(split="train")) == "train"
    assert accuracy.split(full, State(split="nonsense")) == "test"
    assert accuracy.split(tiny_session("one sample"), State(split="train")) == "test", "an empty split is no choice"


def test_classes_are_listed_weakest_first(full):
    labels, predicted, _ = of_split(full, "test")
    table = rows(shown("classes", full))[1:]
    shares = [float(row[2].removesuffix(" %")) for row in table]
    assert shares == sorted(shares)
    for name, count, *_ in table:
        code = int(name.removeprefix("class "))
        assert count == f"{((labels == code) & (predicted == code)).sum()} of {(labels == code).sum()}"


def test_every_split_has_its_row(full):
    table = rows(shown("splits", full))[1:]
    assert [row[0] for row in table] == ["train", "test"]
    assert [row[1].split(" of ")[1] for row in table] == ["40", "20"]


def test_nothing_is_wrong(tiny_session):
    said = text(shown("tiles", tiny_session("one sample")))
    assert "100.00 % 1 of 1 samples" in said
    assert "no interval from one sample" in said
    assert "Most confused · test none no error, n = 1" in said


def test_without_labels_there_are_no_figures(tiny_session):
    session = tiny_session("no labels")
    for name in ("tiles", "splits", "classes", "confusion", "class-counts"):
        said = text(shown(name, session))
        assert "label" in said and "%" not in said, name


def test_tiles_keep_their_place_while_waiting(tiny_session):
    for kind in ("nothing", "dataset only", "no column"):
        assert text(shown("tiles", tiny_session(kind))).count("being computed") == 4


def test_confusion_lists_the_worst_pairs(full):
    labels, predicted, _ = of_split(full, "test")
    part = shown("confusion", full)
    wrong = int((labels != predicted).sum())
    assert f"test: {wrong} of 20 are put into a wrong class" in text(part)
    chart = next(component for component in components(part) if component._type == "Graph")
    assert chart.id == ids.graph("confusion")
    assert chart.config["showSendToCloud"] is False


# -- charts ----------------------------------------------------------------------------------------


def test_confusion_chart_keeps_errors_visible_beside_a_large_diagonal():
    counts = np.array([[5000, 3], [12, 7000]])
    figure, _ = figures.confusion(counts, ["a", "b"])
    errors, right = figure["data"]
    assert errors["z"] == [
        [None, pytest.approx(np.log10(3), abs=1e-3)],
        [pytest.approx(np.log10(12), abs=1e-3), None],
    ]
    assert errors["zmax"] == pytest.approx(np.log10(12))
    assert right["z"][0][1] is None and right["z"][1][1] is not None
    assert errors["customdata"] == counts.tolist()
    assert errors["text"] == [["5,000", "3"], ["12", "7,000"]]


def test_confusion_chart_of_many_classes_has_a_scale_instead_of_numbers():
    figure, height = figures.confusion(np.eye(100, dtype=int), [f"class {code}" for code in range(100)])
    assert "text" not in figure["data"][0]
    assert figure["data"][0]["showscale"]
    assert height <= figures.TALLEST


def test_equal_class_names_stay_two_classes():
    figure, _ = figures.confusion(np.ones((3, 3), int), ["a", "b", "a"])
    assert len(set(figure["data"][0]["x"])) == 3


def test_confusion_of_very_many_classes_is_no_chart(full, monkeypatch):
    monkeypatch.setattr(accuracy, "MOST_DRAWN", 2)
    part = shown("confusion", full)
    assert not [component for component in components(part) if component._type == "Graph"]
    assert "taken for" in text(part)


# -- network ---------------------------------------------------------------------------------------


def test_every_layer_has_its_row_as_in_the_summary(full):
    info = full.network.info
    table = rows(shown("network", full))[1:]
    assert len(table) == len(info.layers)
    for layer, (_, name, output, parameters, _) in zip(info.layers, table, strict=True):
        assert name.split()[0] == layer.name and name.split()[-1] == layer.kind
        assert output == "×".join(map(str, layer.output_shape[1:]))
        assert parameters == (f"{layer.parameters:,}" if layer.parameters else "–")
    said = text(shown("network", full))
    assert f"parameters {info.parameters:,} trainable {info.trainable_parameters:,} non-trainable 40" in said


def test_mapped_layers_are_buttons_and_the_default_is_marked(full):
    buttons = {button[1]["go"]["value"] for button in elements(shown("network", full), "button")}
    assert buttons == set(full.network.layers)
    marked = [row for row in rows(shown("network", full)) if "default" in row[1]]
    assert [row[1].split()[0] for row in marked] == [full.network.layer]


def test_a_skip_connection_is_drawn_beside_the_chain(full):
    drawings = elements(shown("network", full), "svg")
    assert len(drawings) == len(full.network.info.layers)
    lanes = {path[1]["className"] for drawing in drawings for path in drawing[2:] if path[0] == "path"}
    assert lanes == {"lane lane-0", "lane lane-1"}


def test_deep_networks_are_shown_as_blocks_first(full, tiny_session):
    deep = tiny_session("deep")
    assert len(deep.network.info.layers) > network.DEEP
    assert network.view(deep, State()) == "blocks"
    assert network.view(full, State()) == "layers"
    assert network.view(deep, State(network_view="layers")) == "layers"
    boxes = elements(shown("network", deep), "li")
    assert len(boxes) == len(deep.network.blocks) < len(deep.network.info.layers)
    assert "×" in text(shown("network", deep))


@pytest.mark.parametrize(
    ("shape", "width", "said"),
    [
        ((None, 26, 26, 16), 16, "10,816 → 16"),
        ((None, 128), 128, "128"),
        ((None, 1024), 0, "1,024"),
        ((None, None, None, 8), 8, "? → 8"),
        ((None,), 0, "1"),
    ],
)
def test_activation_size(shape, width, said):
    assert network.activation_size(shape, width) == said


def test_preprocessing_says_what_was_tried(full, monkeypatch):
    tried = (
        {"scaling": "0..1", "loss": 0.25, "accuracy": 0.9, "samples": 64, "chosen": True},
        {"scaling": "0..255", "loss": None, "accuracy": 0.1, "samples": 64, "chosen": False},
    )
    from dataclasses import replace

    monkeypatch.setattr(full, "_network", replace(full.network, tried=tried))
    said = text(shown("preprocessing", full))
    assert "n = 64 samples" in said and "0..1 0.25 nats 90.0 % used" in said and "0..255 not a number 10.0 %" in said
    assert "A notice of the network." in said
    assert "saved with Keras 2.4.0" in said
    assert "dense: the last one before the class scores" in said


# -- dataset ---------------------------------------------------------------------------------------


def test_counts_of_every_class_and_split(full):
    table = rows(shown("class-counts", full))
    assert table[0][:3] == ["Class", "train", "test"]
    assert np.array([[int(cell) for cell in row[1:3]] for row in table[1:]]).sum(axis=0).tolist() == [40, 20]


def test_first_samples_of_every_class_say_of_how_many(full):
    labels = np.asarray(full.column("labels"))
    part = shown("samples", full)
    assert text(part).count(f"{dataset.MOST_OF_A_CLASS} of 20") == 3
    indices = [int(button[1]["go"]["value"]) for button in elements(part, "button")]
    assert [labels[index] for index in indices] == [0] * 7 + [1] * 7 + [2] * 7
    assert len(elements(part, "img")) == len(indices) + 3, "one mean image a class"


def test_many_classes_ask_for_few_pictures(tiny_session):
    part = shown("samples", tiny_session("hundred classes"))
    assert len(elements(part, "button")) == 100


def test_image_statistics(full):
    part = shown("image-statistics", full)
    images, split = np.asarray(full.column("images")), np.asarray(full.column("split"))
    for code, name in enumerate(full.dataset.split_names):
        pixels = images[split == code]
        assert f"{name} {len(pixels)} {pixels.mean():.1f} {pixels.std():.1f}" in text(part)


def test_dataset_facts(full):
    said = text(shown("dataset", full))
    assert "60: train 40, test 20" in said
    assert full.dataset.fingerprint[:12] in said


def test_a_failure_is_said_instead_of_waiting_for_ever(tiny_session):
    session = tiny_session("no column")
    before = stage("splits", session, State())
    session._worker.failed["metrics"] = "no memory left"
    assert "Could not be computed: no memory left" in text(shown("splits", session))
    assert "no memory left" in text(shown("tiles", session))
    assert stage("splits", session, State()) != before
