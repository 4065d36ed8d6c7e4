import csv
import json

import numpy as np
import pytest

from workspace import export
from workspace.store import BadWorkspace


def test_a_row_per_sample_and_a_column_per_score(tiny_session, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    session = tiny_session("full")
    paths = export.export(session, tmp_path / "out")
    assert [path.name for path in paths] == ["samples.parquet", "samples.csv", "run.json"]
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


def test_samples_without_a_label_have_an_empty_one(tiny_session):
    table = export.table(tiny_session("no labels"))
    assert set(table["label"]) == {""}
    assert np.isnan(table["loss"]).all()


def test_what_a_spreadsheet_would_run_gets_an_apostrophe():
    cells = ["=1+1", "+x", "-x", "@x", "\tx", "\0x", "plain", "", -1.5, 3]
    assert [export._cell(cell) for cell in cells] == [
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
