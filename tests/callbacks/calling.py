"""How tests call a callback: by posting what a browser would post, so that all of Dash takes part."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask.testing import FlaskClient

OWN = "http://127.0.0.1:8050"
WILDCARDS = (["ALL"], ["MATCH"], ["ALLSMALLER"])


def client(app: Any) -> FlaskClient:
    """A browser that calls the server by its own name."""
    made = app.server.test_client()
    made.environ_base["HTTP_HOST"] = "127.0.0.1:8050"
    return made


def dependencies(app: Any) -> list[dict[str, Any]]:
    """Every callback, the browser's too, as the page is told."""
    found: list[dict[str, Any]] = client(app).get("/_dash-dependencies").json
    return found


def outputs(entry: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
    """(id, property) of every output; ids of patterns as dictionaries."""
    text = entry["output"]
    for part in text.strip(".").split("...") if text.startswith("..") else [text]:
        if "." in part:
            name, _, prop = part.rpartition(".")
            yield _id(name), prop.partition("@")[0]


def parts(entry: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """(id, property) of everything that a callback names."""
    named = [(_id(part["id"]), part["property"]) for part in [*entry["inputs"], *entry["state"]]]
    return [*outputs(entry), *named]


def post(app: Any, output: str, values: Mapping[str, Any], changed: str) -> dict[str, Any]:
    """Run the callback with that output. `values`: "id.property" -> value, for every input and state.

    For a pattern the value is a list of (id, value).
    """
    answer = client(app).post("/_dash-update-component", json=body(app, output, values, changed), base_url=OWN)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    assert "sideUpdate" not in found, found["sideUpdate"]
    return found["response"]  # type: ignore[no-any-return]


def body(app: Any, output: str, values: Mapping[str, Any], changed: str) -> dict[str, Any]:
    """What a browser would post to run a callback; the arguments are those of `post`."""
    entry = next(entry for entry in dependencies(app) if output in entry["output"])
    spec = app.callback_map[entry["output"]]
    return {
        "output": entry["output"],
        "outputs": _outputs(spec["output"], values),
        "inputs": [_part(part, values) for part in entry["inputs"]],
        "state": [_part(part, values) for part in entry["state"]],
        "changedPropIds": [changed],
    }


def _outputs(output: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(output, list | tuple):
        return [_output(each, values) for each in output]
    return _output(output, values)


def _output(output: Any, values: Mapping[str, Any]) -> Any:
    part = output.to_dict()
    if isinstance(_id(part["id"]), dict) and any(isinstance(value, list) for value in _id(part["id"]).values()):
        given = values[f"{part['id']}.{part['property']}"]
        return [{"id": name, "property": part["property"]} for name, _ in given]
    return {"id": _id(part["id"]), "property": part["property"]}


def _part(part: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    value = values[f"{part['id']}.{part['property']}"]
    if isinstance(_id(part["id"]), dict):
        return [{"id": name, "property": part["property"], "value": each} for name, each in value]
    return {"id": part["id"], "property": part["property"], "value": value}


def _id(text: str) -> Any:
    return json.loads(text) if text.startswith("{") else text
