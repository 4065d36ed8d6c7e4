"""The routes of the query box, and what its buttons do."""

from __future__ import annotations

import json
import threading

import pytest

from app import create_app
from callbacks.query import count
from tests.callbacks.calling import OWN, client, dependencies
from tests.tiny import KINDS
from workspace.query.vocabulary import key


@pytest.fixture(scope="module")
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture(scope="module")
def app(full):
    return create_app(full)


def ask(app, text):
    answer = client(app).get("/query", query_string={"text": text})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json


# -- count and errors ------------------------------------------------------------------------------


def test_how_many_match(app, full):
    assert ask(app, "") == ask(app, " ") == {"hits": 60, "total": 60}
    assert ask(app, "not correct")["hits"] == int((full.column("correct") == 0).sum())
    assert ask(app, 'label == "class 1" and index < 10')["hits"] == 3
    assert ask(app, "index < 0") == {"hits": 0, "total": 60}
    assert client(app).get("/query").json["hits"] == 60


def test_what_is_wrong_and_where(app):
    said = ask(app, "index > 1 and los > 2")
    assert said["error"].startswith("no column 'los'; did you mean 'loss'?")
    assert (said["position"], said["length"], said["suggestion"]) == (14, 3, "loss")
    assert "hits" not in said


@pytest.mark.parametrize(
    "text", ["loss >", "(" * 3000, "x" * 10_000, "\0", "\ud800", "😀", "%", "@pd.io", "loss.to_csv('x')"]
)
def test_nothing_typed_breaks_the_server(app, text):
    said = client(app).get("/query", query_string={"text": text.encode("utf-8", "surrogatepass")})
    assert said.status_code == 200
    assert said.json["error"].isprintable()


@pytest.mark.parametrize("query", ["/query?text=%", "/query?text=%ff%fe", "/query?text=a&text=b", "/query?text[]=1"])
def test_odd_urls_are_answered(app, query):
    assert client(app).get(query).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_always_an_answer(tiny_session, kind):
    said = count(tiny_session(kind), "loss > 1 or index < 3")
    if not KINDS[kind].head:
        assert "has no class" in said["error"]
        return
    assert ("waiting" in said) == (KINDS[kind].got != "everything")
    if KINDS[kind].got == "everything":
        assert 0 < said["hits"] <= said["total"]


def test_eight_viewers_get_the_same_answer(app):
    """Q18."""
    answers = []
    askers = [threading.Thread(target=lambda: answers.append(ask(app, "loss > 0.5"))) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(answers) == 8
    assert all(answer == answers[0] for answer in answers)


# -- vocabulary ------------------------------------------------------------------------------------


def learned(session):
    answer = client(create_app(session)).get(f"/vocabulary/{key(session)}.json")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    return answer.json


def test_the_vocabulary_is_what_can_be_asked(full):
    found = learned(full)
    assert found["total"] == 60
    by_name = {column["name"]: column for column in found["columns"]}
    assert list(by_name) == list(full.fields())
    assert by_name["label"]["names"] == ["class 0", "class 1", "class 2"] and by_name["label"]["n_names"] == 3
    for column in found["columns"]:
        assert column["title"] and column["kind"] in ("number", "class", "text", "truth", "set")
        assert not column["waiting"]
        for quantile in column["quantiles"]:
            below, upto = (
                count(full, f"{column['text']} {sign} {quantile['text']}")["hits"] / 60 for sign in ("<", "<=")
            )
            assert below - 0.1 < quantile["share"] < upto + 0.1
    assert len(by_name["loss"]["quantiles"]) >= 4


def test_columns_that_are_not_there_yet_say_so(tiny_session):
    waiting = {column["name"] for column in learned(tiny_session("no column"))["columns"] if column["waiting"]}
    assert {"loss", "correct", "predicted"} <= waiting
    assert waiting.isdisjoint({"index", "label", "split"})


def test_many_class_names_are_cut(tiny_session):
    label = next(
        column for column in learned(tiny_session("hundred classes"))["columns"] if column["name"] == "label"
    )
    assert (len(label["names"]), label["n_names"]) == (100, 100)


def test_another_vocabulary_is_not_here(app, tiny_session):
    browser = client(app)
    for path in ("/vocabulary/0123.json", "/vocabulary/../x.json", "/vocabulary/x", "/vocabulary/a/b.json"):
        assert browser.get(path).status_code == 404
    assert client(create_app(tiny_session("nothing"))).get("/vocabulary/0123.json").status_code == 404


def test_the_key_changes_with_what_is_there(tiny_session):
    kinds = ["full", "no column", "two classes", "hundred classes", "no labels"]
    assert len({key(tiny_session(kind)) for kind in kinds}) == len(kinds)
    assert key(tiny_session("full")) == key(tiny_session("full"))


# -- buttons ---------------------------------------------------------------------------------------


def run(app, listens, values, changed):
    """Run the callback that listens to a part of the bar. `values`: the name of a part -> its property's value."""
    entry = next(
        entry for entry in dependencies(app) if listens(entry["inputs"]) and entry["clientside_function"] is None
    )
    spec = app.callback_map[entry["output"]]

    def given(part):
        name = json.loads(part["id"]) if part["id"].startswith("{") else part["id"]
        if not isinstance(name, dict):
            return {"id": name, "property": part["property"], "value": values[name]}
        single = {"id": {**name, "box": "box"}, "property": part["property"], "value": values.get(name["query_part"])}
        return [single] if ["ALL"] in name.values() else single

    outputs = spec["output"] if isinstance(spec["output"], list | tuple) else [spec["output"]]
    where = [
        given(
            {
                "id": json.dumps(json.loads(output.to_dict()["id"]))
                if "{" in output.to_dict()["id"]
                else output.to_dict()["id"],
                "property": output.component_property,
            }
        )
        for output in outputs
    ]
    where = [{"id": each["id"], "property": each["property"]} for each in where]
    body = {
        "output": entry["output"],
        "outputs": where if isinstance(spec["output"], list | tuple) else where[0],
        "inputs": [given(part) for part in entry["inputs"]],
        "state": [given(part) for part in entry["state"]],
        "changedPropIds": [changed],
    }
    answer = client(app).post("/_dash-update-component", json=body, base_url=OWN)
    assert answer.status_code in (200, 204), answer.text
    return answer.json if answer.status_code == 200 else None


def listens_to(word):
    return lambda inputs: (
        any(word in part["id"] for part in inputs) and not any("data-stamp" in part["property"] for part in inputs)
    )


def test_the_result_becomes_the_selection(app, full):
    values = {"select": 1, "state": {"query": "index > 54", "layer": "dense"}}
    answer = run(app, listens_to('"query_part":"select"'), values, '{"box":"box","query_part":"select"}.n_clicks')
    (operation,) = answer["response"]["state"]["data"]["operations"]
    assert operation["location"] == ["selection"]
    assert full.selections.read(operation["params"]["value"]).tolist() == [55, 56, 57, 58, 59]
