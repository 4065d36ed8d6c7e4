import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from workspace import export, streams
from workspace.plan import ColumnNotReady
from workspace.store import BadWorkspace

ROOT = Path(__file__).parents[2]


def test_a_row_per_sample_and_a_column_per_score(tiny_session, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    session = tiny_session("full")
    paths = export.export(session, tmp_path / "out")
    assert [path.name for path in paths[:3]] == ["samples.parquet", "samples.csv", "run.json"]
    table = pq.read_table(paths[0]).to_pydict()
    assert list(table)[:6] == ["index", "split", "label", "predicted", "confidence", "loss"]
    assert table["index"] == list(range(60))
    np.testing.assert_allclose(table["loss"], session.column("loss"))
    assert len(set(table["digest"])) == 60
    with paths[1].open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == table["label"]
    assert float(rows[7]["loss"]) == table["loss"][7]
    run = json.loads(paths[2].read_text())
    assert run["dataset"]["samples"] == 60
    assert run["splits"]["train"]["n"] + run["splits"]["test"]["n"] == 60
    assert not list((tmp_path / "out").glob("*.tmp-*"))


def test_a_score_that_could_not_be_made_does_not_hold_up_the_others(tiny_session, monkeypatch):
    session = tiny_session("full")
    key, read, has = session.key("margin"), session.store.read, session.store.has
    monkeypatch.setattr(session.store, "read", lambda asked: None if asked == key else read(asked))
    monkeypatch.setattr(session.store, "has", lambda asked: asked != key and has(asked))
    with pytest.raises(ColumnNotReady):
        export.table(session)
    monkeypatch.setattr(session, "failure", lambda column: "no memory" if column == "margin" else None)
    assert "margin" not in export.table(session) and "entropy" in export.table(session)


def test_samples_without_a_label_have_an_empty_one(tiny_session):
    table = export.table(tiny_session("no labels"))
    assert set(table["label"]) == {""}
    assert np.isnan(table["loss"]).all()


def test_what_a_spreadsheet_would_run_gets_an_apostrophe():
    cells = ["=1+1", "+x", "-x", "@x", "\tx", "\0x", "plain", "", -1.5, 3]
    assert [streams.cell(cell) for cell in cells] == [
        "'=1+1", "'+x", "'-x", "'@x", "'\tx", "'\0x", "plain", "", -1.5, 3,
    ]  # fmt: skip


def test_a_folder_that_is_a_file_is_one_line(tiny_session, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadWorkspace, match="name a folder you can write to"):
        export.export(tiny_session("full"), tmp_path / "file")


def test_findings_give_n_and_interval(tiny_session):
    sentences = "\n".join(export.findings(tiny_session("full")))
    assert "95 % interval" in sentences
    assert "test: " in sentences
    assert "of 20 right" in sentences
    assert "A notice of the network." in sentences


def test_rows_of_the_table_are_chosen_and_ordered(tiny_session):
    session = tiny_session("full")
    whole, some = export.table(session), export.table(session, np.array([9, 0, 31]))
    assert list(some) == list(whole)
    for name, values in some.items():
        assert values.tolist() == whole[name][[9, 0, 31]].tolist()


def test_what_the_dataset_tells_is_exported_too(tiny_session):
    session = tiny_session("full")
    table = export.table(session)
    for name in session.metadata:
        assert table[name].tolist() == np.asarray(session.column(f"metadata/{name}")).tolist()


@pytest.mark.parametrize("rows", [0, 1, 3, 4, 5, 11])
def test_pieces_make_up_the_whole(rows, monkeypatch):
    pq = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(streams, "CSV_ROWS", 4)
    monkeypatch.setattr(streams, "PARQUET_ROWS", 4)
    texts = np.array(["a", "=b", 'ü,"\n', "", "long text"] * 3)
    columns = {
        "number": np.arange(15.0) / 3, "whole": np.arange(15), "big": np.arange(15, dtype=">i4"),
        "truth": np.arange(15) % 3 == 0, "text": texts,
    }  # fmt: skip

    def table(asked):
        return {name: column[asked] for name, column in columns.items()}

    asked = np.arange(14, 14 - rows, -1)
    read = pq.read_table(io.BytesIO(b"".join(streams.parquet(table, asked)))).to_pydict()
    assert read == {name: column[asked].tolist() for name, column in columns.items()}
    text = b"".join(streams.csv(table, asked)).decode()
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [float(line["number"]) for line in lines] == read["number"]
    assert [line["text"].removeprefix("'") for line in lines] == read["text"]


@pytest.mark.parametrize(
    ("label", "predicted", "name"),
    [
        ("4", "9", "7_4_9.png"),
        ("", "", "7_none_none.png"),
        ("../../etc/passwd", "a/b\\c", "7_etc-passwd_a-b-c.png"),
        ("T-shirt/top", "Ankle boot", "7_T-shirt-top_Ankle-boot.png"),
        ("x" * 300, '\0:*?"<>|', f"7_{'x' * 40}_none.png"),
        ("...", "schön", "7_none_schön.png"),
    ],
)
def test_picture_names_are_safe(label, predicted, name):
    assert streams.file_name(7, label, predicted) == name


def test_a_stream_holds_no_more_than_a_piece(monkeypatch):
    """However many rows there are, what waits to be sent is one piece."""
    monkeypatch.setattr(streams, "ZIP_ROWS", 4)
    made = []

    def table(rows):
        words = np.full(len(rows), "x")
        return {"index": rows, "label": words, "predicted": words}

    def picture(index):
        made.append(index)
        return b"p" * 1000

    pieces = streams.images(table, np.arange(40), picture)
    assert len(next(pieces)) < 6000 and made == [0, 1, 2, 3]
    pieces.close()
    assert made == [0, 1, 2, 3]


def test_parquet_does_not_load_pandas_into_the_server():
    pytest.importorskip("pyarrow.parquet")
    program = """
import sys, numpy as np
from workspace import streams
columns = {"a": np.array(["x", "y"]), "b": np.array([True, False]), "c": np.array([0.5, 1])}
whole = b"".join(streams.parquet(lambda rows: {name: column[rows] for name, column in columns.items()}, np.arange(2)))
assert whole.startswith(b"PAR1") and whole.endswith(b"PAR1")
print("pandas" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "False"


def test_vectors_and_maps_are_files_too(tiny_session, tmp_path):
    session = tiny_session("full")
    paths = {path.relative_to(tmp_path).as_posix() for path in export.export(session, tmp_path)}
    assert {"vectors/dense.npy", "coordinates/dense-tsne.npy", "coordinates/pixels-pca.npy", "digests.npy"} <= paths
    said = json.loads((tmp_path / "innerview.json").read_text())
    assert set(said["columns"]) == {path for path in paths if "/" in path}
    for file, about in said["columns"].items():
        array = np.load(tmp_path / file, allow_pickle=False)
        assert list(array.shape) == about["shape"] and str(array.dtype) == about["dtype"]
        assert np.array_equal(array, session.column(about["column"]))
    assert said["dataset"]["fingerprint"] == session.dataset.fingerprint
    assert said["options"]["dataset"] == session.options.dataset
    digests = np.load(tmp_path / said["digests"], allow_pickle=False)
    assert np.array_equal(digests, session.column("digests"))


def test_what_was_exported_can_be_given_again(tiny_session, tmp_path):
    """A map that is taken away and brought back is the same map."""
    from workspace import opening
    from workspace.options import Options
    from workspace.plan import Plan
    from workspace.store import Store

    session = tiny_session("full")
    export.export(session, tmp_path / "out")
    out = tmp_path / "out"
    options = Options(
        session.options.model,
        session.options.dataset,
        features=str(out / "vectors" / "dense.npy"),
        coordinates=str(out / "coordinates" / "dense-tsne.npy"),
    )
    options.check()
    store = Store(tmp_path / "cache")
    opened = opening.open_dataset(store, options)
    assert opened.fingerprint == session.dataset.fingerprint
    assert opening.known_dataset(store, options) == opened
    plan = Plan(opened.keys, given=opened.given)
    assert np.array_equal(store.read(plan.key("activations/dense")), session.column("activations/dense"))
    assert np.array_equal(store.read(plan.key("coordinates")), session.column("projection/dense/tsne"))
