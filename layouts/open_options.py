"""What may be said about a pair before it is opened, besides its network and data: fields that fold out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import dash_bootstrap_components as dbc
from dash import html

from layouts.kit import parts
from layouts.kit.state import State
from layouts.part import part
from util import InspectorError

if TYPE_CHECKING:
    from workspace.session import Session

FIELD, RESET = "opening", "opening_reset"
TICK = "join-"  # and the key of data that are joined: a box in the form
SPLITS = "open-splits"
LONGEST = 100  # letters of a field
HELP = {
    "split": "train, test or all; or another split that these data have",
    "limit": "only so many samples of each split, the first ones; empty for all",
    "batch": "images at once in the network; for memory and speed, the results are the same",
    "instances": "what a sample is: the inside of each box, a picture whole, or both",
    "output": "which output of the network gives the class scores",
}
INSTANCES = {"objects": "what each box shows", "images": "the pictures whole", "both": "both"}


def chosen(session: Session, state: State) -> tuple[str, str]:
    """The keys of the chosen network and data; what this page shows where nothing was chosen."""
    assert session.pairs is not None
    network, data = session.pairs.choices.keys(session.options)
    return state.network or network, state.data or data


def _offered(session: Session, state: State) -> str:
    """Which fields there are and what they say if nobody changed them, as a word: not what they say now."""
    if session.pairs is None:
        return ""
    return str(session.pairs.fields(*chosen(session, state), at=session))


@part("open-options", choice=_offered)
def fields(session: Session, state: State) -> Any:
    """The fields with what the link says, or the usual values; open where something is said already."""
    if session.pairs is None:
        return None
    try:
        offered = session.pairs.fields(*chosen(session, state), at=session)
    except InspectorError:
        return None  # the line above says it
    said = {name: values[-1] for name, values in parse_qs(state.opening, keep_blank_values=True).items()}
    return details(offered, said, is_open=bool(said or session.refused))


def details(offered: Any, said: dict[str, str], *, is_open: bool) -> Any:
    """The fields that are offered, with what is said in place of the usual values."""
    found = [
        _typed("split", "Split", offered, said, list=SPLITS),
        _typed("limit", "Limit", offered, said, inputMode="numeric", placeholder="all samples"),
        _typed("batch", "Batch", offered, said, inputMode="numeric", placeholder="what fits"),
    ]
    if offered.boxes:
        found.append(_menu("instances", "Pictures with boxes", offered, said, INSTANCES))
    if offered.outputs:
        numbered = {str(place): f"{name} (output {place})" for place, name in enumerate(offered.outputs)}
        entries = {"": "found by itself", **numbered, "none": "none: it gives no class scores"}
        found.append(_menu("output", "Output", offered, said, entries))
    splits = [html.Option(value=name) for name in ("all", "train", "test")]
    return html.Details(
        [
            html.Summary(
                "More options", title="Which part of the data, what to join to them, and how it is computed"
            ),
            html.Datalist(splits, id=SPLITS),
            html.Div(found, className="open-fields"),
            _join(offered, said.get("join", "").split(",")),
            html.Button(
                "Usual options",
                id={RESET: "all"},
                type="button",
                className="outline",
                title="Put back what the fields said before anybody changed them",
            ),
        ],
        className="open-more",
        open=is_open,
    )


def _typed(name: str, label: str, offered: Any, said: dict[str, str], **more: Any) -> Any:
    usual = offered.usual[name]
    box = dbc.Input(
        id=_id(name, usual),
        name=name,
        value=said.get(name, usual),
        size="sm",
        debounce=True,
        maxLength=LONGEST,
        autoComplete="off",
        **more,
    )
    return _field(label, box, HELP[name])


def _menu(name: str, label: str, offered: Any, said: dict[str, str], entries: dict[str, str]) -> Any:
    usual = offered.usual[name]
    value = said.get(name, usual)
    shown = [{"value": key, "label": text} for key, text in {value: value, **entries}.items()]
    box = dbc.Select(  # which shows the placeholder for ""
        id=_id(name, usual), name=name, options=shown, value=value, placeholder=entries.get(""), size="sm"
    )
    return _field(label, box, HELP[name])


def _join(offered: Any, joined: list[str]) -> Any:
    """A box to tick for each of the data that could be joined."""
    boxes = [
        html.Span(
            dbc.Checkbox(
                id=_id(TICK + each.key, ""), name=TICK + each.key, label=each.name, value=each.key in joined
            ),
            title=each.text,
        )
        for each in offered.further
    ]
    note = f"each becomes a split of its own, on the same maps; {parts.count(len(boxes), offered.listed)} data sets"
    return html.Fieldset(
        [
            html.Legend(["Join further data", html.Span(note, className="note")]),
            html.Div(boxes, className="open-join"),
        ]
    )


def _field(label: str, box: Any, text: str) -> Any:
    return html.Div([parts.labelled(label, box, tooltip=text), html.Span(text, className="note")])


def _id(name: str, usual: str) -> dict[str, str]:
    return {FIELD: name, "usual": usual}
