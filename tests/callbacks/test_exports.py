"""Samples as files: exactly those asked for, in their order, and one line for a wrong question."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from urllib.parse import urlencode

import numpy as np
import pytest

from app import create_app
from callbacks import exports
from layouts.exports import MOST_IMAGES, menu
from tests.callbacks.calling import client, post
from workspace import export, streams


@pytest.fixture(scope="module")
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture(scope="module")
def browser(full):
    return client(create_app(full))


def read_csv(data):
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def get(browser, name, **asked):
    return browser.get(f"/export/{name}?{urlencode(asked)}")


# -- what is in the files --------------------------------------------------------------------------


def test_a_selection_is_exported_exactly(browser, full):
    name = full.selections.save(np.array([50, 2, 31]))
    answer = get(browser, "samples.csv", within=name)
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    assert (
        answer.headers["Content-Disposition"] == 'attachment; filename="innerview-tiny-npz-selection-3-samples.csv"'
    )
    assert [int(row["index"]) for row in read_csv(answer.data)] == [31, 2, 50]


def test_rows_of_a_query_in_its_order_agree_with_the_whole_export(browser, full):
    rows = read_csv(get(browser, "samples.csv", query="loss > 0.2", filters="index < 50", sort="-loss").data)
    table = export.table(full)
    expected = [i for i in np.argsort(-table["loss"], kind="stable") if table["loss"][i] > 0.2 and i < 50]
    assert 0 < len(rows) < 60
    assert [int(row["index"]) for row in rows] == expected
    assert [float(row["loss"]) for row in rows] == [float(table["loss"][i]) for i in expected]
    assert list(rows[0]) == list(table)


def test_parquet_reads_back_as_the_csv(browser):
    pq = pytest.importorskip("pyarrow.parquet")
    asked = {"query": "not correct or index < 20", "sort": "margin"}
    rows = read_csv(get(browser, "samples.csv", **asked).data)
    answer = get(browser, "samples.parquet", **asked)
    table = pq.read_table(io.BytesIO(answer.data)).to_pylist()
    assert [{name: str(value) for name, value in row.items()} for row in table] == rows
    assert answer.headers["Content-Disposition"].endswith('-samples.parquet"')


def test_a_zip_has_the_pictures_and_their_table(browser, full):
    from PIL import Image

    answer = get(browser, "images.zip", query="index in [5, 12, 59]", sort="-index")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        table = read_csv(archive.read("samples.csv"))
        names = archive.namelist()
        assert names[-1] == "samples.csv" and [int(name.partition("_")[0]) for name in names[:-1]] == [59, 12, 5]
        for name, row in zip(names, table, strict=False):
            assert name == f"{row['index']}_{row['label'].replace(' ', '-')}_{row['predicted'].replace(' ', '-')}.png"
            pixels = np.asarray(Image.open(io.BytesIO(archive.read(name))))
            assert np.array_equal(pixels, full.image(int(row["index"]))[..., 0])


def test_an_empty_result_is_a_head_alone(browser):
    text = get(browser, "samples.csv", query="index < 0").text
    assert text.startswith("index,") and text.count("\n") == 1


def test_all_samples_without_a_question(browser):
    answer = browser.get("/export/samples.csv")
    assert len(read_csv(answer.data)) == 60 and "-all-60-" in answer.headers["Content-Disposition"]


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["samples.csv", "samples.parquet", "images.zip"])
@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"query": "lss > 2"}, "lss"),
        ({"query": "loss >"}, "query:"),
        ({"query": "__import__('os')"}, "query:"),
        ({"sort": "nosuch"}, "nosuch"),
        ({"within": "0123456789ab"}, "select again"),
    ],
)
def test_a_wrong_question_is_one_line(browser, name, asked, says):
    answer = get(browser, name, **asked)
    assert answer.status_code == 400 and answer.mimetype == "text/plain"
    assert says in answer.text and answer.text.count("\n") == 1


@pytest.mark.parametrize("path", ["/export/samples.xlsx", "/export/../app.py", "/export/images.csv"])
def test_other_addresses(browser, path):
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("kind", ["nothing", "no column"])
def test_what_is_not_there_yet_says_so(tiny_session, kind):
    answer = client(create_app(tiny_session(kind))).get("/export/samples.csv")
    assert answer.status_code == 503 and answer.text.count("\n") == 1


def test_too_many_pictures_for_one_file(browser, monkeypatch):
    monkeypatch.setattr(exports.exports, "MOST_IMAGES", 5)
    answer = browser.get("/export/images.zip")
    assert answer.status_code == 400 and "60 samples" in answer.text
    assert get(browser, "images.zip", query="index < 5").status_code == 200
    assert MOST_IMAGES > 70_000


def test_a_browser_that_hangs_up_leaves_nothing_open(browser, full, tmp_path, monkeypatch):
    """Nothing is written to disk on the way, and the file ends where the reader left."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    made = []
    whole = export.table
    monkeypatch.setattr(export, "table", lambda session, rows=None: made.append(len(rows)) or whole(session, rows))
    monkeypatch.setattr(streams, "CSV_ROWS", 4)
    answer = browser.get("/export/samples.csv", buffered=False)
    pieces = answer.iter_encoded()
    assert next(pieces)
    answer.close()
    assert sum(made) <= 9 and list(tmp_path.iterdir()) == []


# -- menus -----------------------------------------------------------------------------------------

MENUS = '{"export":["ALL"]}'


def offered(app, state, at):
    values = {
        f"{MENUS}.children": [({"export": at}, None)],
        f"{MENUS}.id": [({"export": at}, {"export": at})],
        "state.data": state,
        "version.data": 1,
    }
    return str(post(app, "export", values, "state.data"))


def test_the_menu_offers_result_filters_and_selection(full):
    app = create_app(full)
    name = full.selections.save(np.array([1, 2]))
    text = offered(app, {"query": "index < 30", "filters": "index > 9", "sort": "-loss", "selection": name}, "query")
    for count in ("30 of 60", "20 of 60", "2 of 60"):
        assert count in text
    assert "export/samples.csv?query=index+%3C+30&sort=-loss" in text and f"export/images.zip?within={name}" in text
    tray = str(menu(full, at="tray", selection=name))
    assert "2 of 60" in tray and "30 of 60" not in tray and f"export/samples.parquet?within={name}" in tray


def test_the_menu_says_what_is_wrong(full):
    app = create_app(full)
    assert "lss" in offered(app, {"query": "lss > 1"}, "query")
    assert "nothing to take away" in offered(app, {"query": "index < 0"}, "query")
    assert "60 of 60" in offered(app, {"sort": "-nosuch"}, "query")


def test_every_link_of_the_menu_leads_somewhere(full):
    import re

    app = create_app(full)
    text = offered(app, {"query": 'label == "class 1" and loss > 0.1', "sort": "loss"}, "query")
    links = re.findall(r"'href': '(export/[^']+)'", text)
    assert len(links) == 6
    assert {client(app).get(link).status_code for link in links} == {200}


# -- vectors and maps ------------------------------------------------------------------------------


def load(answer):
    assert answer.status_code == 200, answer.data
    return np.load(io.BytesIO(answer.data), allow_pickle=False)


def test_the_vectors_of_a_layer_are_those_of_the_samples_asked_for(browser, full):
    dense = full.column("activations/dense")
    assert np.array_equal(load(get(browser, "vectors.npy", column="activations/dense")), dense)
    name = full.selections.save(np.array([50, 2, 31]))
    answer = get(browser, "vectors.npy", column="activations/dense", within=name)
    assert "selection-3-vectors-dense.npy" in answer.headers["Content-Disposition"]
    rows = full.find(within=name).indices
    assert np.array_equal(load(answer), dense[rows])


def test_the_coordinates_of_a_map(browser, full):
    found = load(get(browser, "coordinates.npy", column="projection/dense/pca", query="index < 5"))
    assert np.array_equal(found, full.column("projection/dense/pca")[:5])


def test_the_json_says_what_they_are(browser, full):
    asked = {"vectors": "activations/dense", "coordinates": "projection/dense/tsne", "query": "index < 5"}
    said = json.loads(get(browser, "innerview.json", **asked).data)
    assert said["rows"] == list(range(5))
    assert len(set(said["digests"])) == 5
    assert said["network"]["digest"] == full.network.info.digest
    assert said["columns"]["vectors/dense.npy"]["shape"] == [5, 8]
    assert said["columns"]["coordinates/dense-tsne.npy"]["settings"]["perplexity"] == 30.0


@pytest.mark.parametrize("column", ["", "loss", "images", "activations/nothing", "projection/dense/nothing", "../x"])
def test_other_columns_are_no_vectors(browser, column):
    answer = get(browser, "vectors.npy", column=column)
    assert answer.status_code == 400
    assert b"is no layer's vectors and no map" in answer.data


def test_the_menu_offers_them(full):
    text = str(menu(full, at="tray", selection=full.selections.save(np.array([1, 2]))))
    assert "Vectors of dense (.npy)" in text and "PCA of dense (.npy)" in text and "innerview.json" in text
