"""Training histories: Keras's JSON and CSV, TensorBoard's event files, and what is none of these."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from model import BadModel, history
from model.event_file import scalars

CURVES = {"loss": [1.0, 0.5, 0.25], "val_loss": [1.1, 0.7, 0.8], "accuracy": [0.5, 0.7, 0.9]}


def by_name(curves):
    return {(curve.run, curve.metric, curve.split): curve for curve in curves}


def varint(number):
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*made, number])


def piece(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def record(event):
    return struct.pack("<QI", len(event), 0) + event + b"\0" * 4


def event(step, tag, value, *, tensor):
    number = (
        piece(8, varint(1 << 3) + varint(1) + piece(4, struct.pack("<f", value)))
        if tensor
        else varint(2 << 3 | 5) + struct.pack("<f", value)
    )
    summary = piece(1, piece(1, tag.encode()) + number)
    return record(varint(1 << 3 | 1) + struct.pack("<d", 1e9) + varint(2 << 3) + varint(step) + piece(5, summary))


@pytest.mark.parametrize(
    "said",
    [
        CURVES,
        {"history": CURVES, "epoch": [0, 1, 2]},
        {name: dict(enumerate(values)) for name, values in CURVES.items()},
        [dict(zip(CURVES, row, strict=True)) for row in zip(*CURVES.values(), strict=True)],
    ],
)
def test_json_as_people_write_it(tmp_path, said):
    path = tmp_path / "net.history.json"
    path.write_text(json.dumps(said))
    found = by_name(history.read(path))
    assert found.keys() == {("net", "loss", "train"), ("net", "loss", "validation"), ("net", "accuracy", "train")}
    curve = found["net", "loss", "validation"]
    np.testing.assert_array_equal(curve.x, [1, 2, 3])
    np.testing.assert_array_equal(curve.y, CURVES["val_loss"])
    assert curve.unit == "epoch"


def test_batches_of_the_bundled_network():
    from model.reading import resolve

    found = history.read(history.find(resolve("mnist"))[0])
    units = {(curve.metric, curve.split, curve.unit): curve for curve in found}
    assert len(units["loss", "train", "epoch"].x) == 5
    batches = units["loss", "validation", "batch"]
    assert len(batches.x) == 35 and batches.x[-1] == 2345
    assert {curve.metric for curve in found} == {"loss", "accuracy"}


def test_csv_log_that_was_added_to_is_two_runs(tmp_path):
    path = tmp_path / "net.csv"
    path.write_text("epoch,accuracy,loss,val_loss\n0,0.5,1,1.5\n1,0.6,nan,1.25\n0,0.4,2,2\n")
    found = by_name(history.read(path))
    assert {run for run, *_ in found} == {"net", "net (2)"}
    np.testing.assert_array_equal(found["net", "loss", "train"].y, [1, np.nan])
    np.testing.assert_array_equal(found["net (2)", "loss", "validation"].y, [2])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_separators(tmp_path, separator):
    path = tmp_path / "log.csv"
    path.write_text("\n".join(separator.join(row) for row in (["epoch", "loss"], ["0", "1.5"], ["1", "1.25"])))
    np.testing.assert_array_equal(history.read(path)[0].y, [1.5, 1.25])


@pytest.mark.parametrize("tensor", [True, False])
def test_event_files_of_both_kinds(tmp_path, tensor):
    folder = tmp_path / "one" / "validation"
    folder.mkdir(parents=True)
    path = folder / "events.out.tfevents.1"
    values = [(0, "epoch_loss", 0.5), (1, "epoch_loss", 0.25), (300, "evaluation_loss_vs_iterations", 0.75)]
    path.write_bytes(record(b"") + b"".join(event(*value, tensor=tensor) for value in values))
    assert list(scalars(path)) == [(tag, step, value) for step, tag, value in values]
    found = {curve.unit: curve for curve in history.read(path)}
    assert {(curve.run, curve.metric, curve.split) for curve in found.values()} == {("one", "loss", "validation")}
    np.testing.assert_array_equal(found["epoch"].x, [1, 2])
    np.testing.assert_array_equal(found["batch"].x, [300])


def test_tags_of_pytorch_programs_say_the_split(tmp_path):
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(event(5, "Loss/train", 1.0, tensor=False) + event(5, "Loss/val", 2.0, tensor=False))
    assert {(curve.metric, curve.split, curve.unit) for curve in history.read(path)} == {
        ("loss", "train", "step"),
        ("loss", "validation", "step"),
    }


def test_a_file_that_is_being_written_ends_where_it_ends(tmp_path):
    path = tmp_path / "events.out.tfevents.1"
    whole = event(0, "epoch_loss", 1.0, tensor=True) + event(1, "epoch_loss", 0.5, tensor=True)
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        assert len(list(scalars(path))) == (1 if cut >= len(whole) // 2 else 0)


def test_noise_is_no_event_file(tmp_path):
    path = tmp_path / "events.out.tfevents.1"
    random = np.random.default_rng(0)
    for size in (0, 5, 12, 200, 5000):
        path.write_bytes(random.integers(0, 256, size, dtype=np.uint8).tobytes())
        with pytest.raises(BadModel, match="no curve"):
            history.read(path)


def test_long_curves_are_averaged(tmp_path):
    path = tmp_path / "net.json"
    path.write_text(json.dumps({"loss": list(range(5000))}))
    curve = history.read(path)[0]
    assert len(curve.x) <= history.MOST_POINTS
    assert curve.x[-1] == 5000
    np.testing.assert_array_equal(curve.y[:2], [1, 4])


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"loss": "low"}', '{"class_name": "Sequential", "config": {}}']
)
def test_what_is_no_history_is_refused_in_a_line(tmp_path, text):
    path = tmp_path / "net.json"
    path.write_text(text)
    with pytest.raises(BadModel, match=r"net\.json: ") as caught:
        history.read(path)
    assert "\n" not in str(caught.value)


def test_what_lies_beside_the_model_is_found(tmp_path):
    for name in ("net.keras", "net.csv", "net.history.json", "other.csv", "history.json", "notes.txt"):
        (tmp_path / name).write_text("x")
    logs = tmp_path / "logs" / "a" / "train"
    logs.mkdir(parents=True)
    (logs / "events.out.tfevents.5").write_text("x")
    found = [path.name for path in history.find(tmp_path / "net.keras")]
    assert found == ["history.json", "net.csv", "net.history.json", "events.out.tfevents.5"]
    assert [path.name for path in history.find(tmp_path / "net.keras", [str(tmp_path / "other.csv")])] == [
        "other.csv"
    ]
    assert history.find(tmp_path / "absent.keras") == []


def test_what_was_given_must_be_there(tmp_path):
    with pytest.raises(BadModel, match="--history nowhere: no such file"):
        history.find(tmp_path, ["nowhere"])
    with pytest.raises(BadModel, match=r"no \.json, \.csv or event file in it"):
        history.find(tmp_path, [str(tmp_path)])
