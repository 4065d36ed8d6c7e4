"""The wall of pictures of the confusion page: what it shows, and the controls that change it."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import html

from layouts import query, sources
from layouts.kit import parts
from layouts.kit.state import State
from layouts.part import part
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Field, Session

BINS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20)
CUTS = (("quantile", "of equal counts"), ("width", "of equal width"))
AXES = (("down", "Rows by", "What sorts the pictures into rows"), ("across", "Columns by", "And into columns"))
ARRANGEMENTS = (
    ("errors", "errors only"),
    ("same", "all, of one size"),
    ("fill", "all, filling each cell"),
)
FACTS = ("labels", "predicted", "confidence", "loss")
SIMILAR = ":similar"
TITLE_ID = "pairs-in-words"


def asked(session: Session, state: State) -> dict[str, str]:
    """What the view asks the session's mosaics for."""
    return {
        "down": state.down,
        "across": state.across,
        "arrange": state.arrange,
        "split": state.split,
        "query": query.typed(session, state),
        "hidden": state.hidden,
    }


def split(session: Session, state: State) -> str:
    """The split that the page is about: a name or "all"."""
    return session.mosaics.split(state.split, query.typed(session, state))


def columns(session: Session) -> list[str]:
    """What the wall needs in the store, the smallest thumbnails last."""
    needed = ["predicted", "correct", "loss", *(f"thumbnails/{level}" for level in range(7)), "class_order"]
    return [column for column in needed if session.knows(column)]


def properties(session: Session, state: State) -> dict[str, Any]:
    """The properties of the wall; without a wall, the note says what it waits for."""
    if not session.has_dataset:
        return {"wall": None, "note": f"Reading {PurePath(session.options.dataset).name} …"}
    data = session.dataset
    found: dict[str, Any] = {
        "images": parts.image_url(data.fingerprint, "{index}"),
        "imageSize": list(data.image_shape[:2]),
        "focus": state.index,
        "selection": sources.selection(session, state),
        "wall": None,
        "cell": None,
    }
    try:
        mosaic, cell = session.mosaics.lit(**asked(session, state))
        session.mosaics.levels(mosaic)
    except ColumnNotReady as waiting:
        failures = [failure for name in columns(session) if (failure := session.failure(name))]
        return {**found, "note": failures[0] if failures else str(waiting)}
    suffix = "png" if data.image_shape[2] == 1 else "webp"
    found["wall"] = {
        "layout": mosaic.url("layout.json"),
        "ids": mosaic.url("ids.bin"),
        "tiles": mosaic.url("tile").replace("/tile?", f"/{{z}}/{{x}}/{{y}}.{suffix}?"),
        "asked": mosaic.parameters,
    }
    found["cell"] = list(cell) if cell else None
    found["facts"] = [sources.fact(session, name) for name in FACTS if session.is_ready(name)]
    found["note"] = "The query is this cell; the others stay, faded" if cell else _note(session, mosaic)
    return found


@part("mosaic-tools", columns=("correct",), choice=lambda session, state: str(_choice(session, state)))
def tools(session: Session, state: State) -> Any:
    """What sorts the pictures, how they are laid out, and of which split."""
    if not session.has_dataset:
        return None
    known = session.fields()
    specs = session.mosaics.facets(state.down, state.across)
    found = []
    for (field, label, tooltip), spec in zip(AXES, specs, strict=True):
        found.append(parts.select(field, _facets(known, spec, field), spec, label=label, tooltip=tooltip))
        found.append(_bins(field, spec, label))
    arrange, shown = _choice(session, state)[2:]
    splits = [("all", "all splits"), *((name, f"{name} ({count:,})") for name, count in session.splits)]
    found += [
        parts.select(
            "arrange", _arrangements(session), arrange, label="Pictures", tooltip="Which ones, and how large"
        ),
        parts.select("split", splits, shown, label="Split", tooltip="Whose samples are shown"),
        _similar(session, specs, known),
    ]
    return html.Div(found, className="mosaic-controls")


def _choice(session: Session, state: State) -> tuple[str, str, str, str]:
    """Facets, arrangement and split with defaults filled in."""
    down, across = session.mosaics.facets(state.down, state.across)
    try:
        arrange = session.mosaics.lit(**asked(session, state))[0].parameters["arrange"]
    except ColumnNotReady:
        arrange = state.arrange if state.arrange in dict(ARRANGEMENTS) else "same"
    return down, across, arrange, split(session, state)


def _facets(known: dict[str, Field], spec: str, axis: str) -> list[tuple[str, str]]:
    """Every field as a menu entry; the one that is chosen keeps the way in which it is cut."""
    options = [("none", "nothing")]
    for field in known.values():
        value = f"{field.name}:6:quantile" if field.kind == "number" else field.name
        if spec.partition(":")[0] == field.name and spec != field.name:
            value = spec
        elif field.kind == "class" and spec.endswith(SIMILAR):
            value += SIMILAR
        options.append((value, field.title))
    return options if any(value == spec for value, _ in options) else [*options, (spec, spec)]


def _bins(axis: str, spec: str, label: str) -> Any:
    """The choice of groups; hidden where there are no numbers to cut."""
    entries = [{"value": spec, "label": spec}]
    cut = spec.endswith(("quantile", "width"))
    if cut:
        name, count, _ = spec.rsplit(":", 2)
        counts = sorted({*BINS, int(count)})
        entries = [
            {"value": f"{name}:{bins}:{how}", "label": f"{bins} groups {words}"}
            for how, words in CUTS
            for bins in counts
        ]
    menu = dbc.Select(id={"bins": axis}, options=entries, value=spec, size="sm")
    tooltip = "How many groups the numbers are cut into"
    return html.Div(parts.labelled(f"{label.split()[0]} cut into", menu, tooltip=tooltip), hidden=not cut)


def _arrangements(session: Session) -> list[tuple[str, str]]:
    judged = session.dataset.labelled and not session.no_head
    return list(ARRANGEMENTS if judged else ARRANGEMENTS[1:])


def _similar(session: Session, specs: tuple[str, str], known: dict[str, Field]) -> Any:
    kinds = [known[name].kind for spec in specs if (name := spec.partition(":")[0]) in known]
    if "class" not in kinds or session.no_head:
        return None
    return html.Label(
        [
            dbc.Checkbox(id={"similar": "mosaic"}, value=any(spec.endswith(SIMILAR) for spec in specs)),
            html.Span("Similar classes together"),
        ],
        className="mosaic-check",
        title="Orders classes so that those that are taken for each other stand side by side",
    )


def _note(session: Session, mosaic: Any) -> str:
    """Why nothing hangs there, or what is left out."""
    where = "" if mosaic.parameters["split"] == "all" else f" in {mosaic.parameters['split']}"
    if not len(mosaic.samples):
        return f"No sample{where} fits; choose another split or query"
    if not len(mosaic.ids):
        return f"No errors among the {len(mosaic.samples):,} samples{where}: choose other pictures"
    if session.no_head:
        return "Without predictions nothing can be confused: sorted by what the rows and columns say"
    if not session.dataset.labelled:
        return "Nothing is labelled, so nothing can be confused: sorted by the predicted class alone"
    return ""
