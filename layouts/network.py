"""The network as a table of layers or as blocks, and how images go into it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import html

from layouts.kit import ids, parts
from layouts.kit.markup import markup, svg
from layouts.kit.state import State
from layouts.part import part

if TYPE_CHECKING:
    from workspace.session import OpenNetwork, Session

LAYERS, BLOCKS = "layers", "blocks"
DEEP = 40  # rows from which on blocks are shown first
ROW, LANE, WIDEST = 32, 13, 150  # pixels


def view(session: Session, state: State) -> str:
    """Layers or blocks: what was chosen, else what suits the depth."""
    if state.network_view in (LAYERS, BLOCKS):
        return state.network_view
    return BLOCKS if len(session.network.info.layers) > DEEP else LAYERS


@part("network-tools")
def tools(session: Session, state: State) -> Any:
    """The choice of the view. A part of its own, so that it keeps the keyboard's focus when the view changes."""
    if not session.has_network:
        return None
    return dbc.RadioItems(
        id=ids.control("network_view"),
        options=[{"label": word.capitalize(), "value": word} for word in (LAYERS, BLOCKS)],
        value=view(session, state),
        className="btn-group switch",
        inputClassName="btn-check",
        labelClassName="btn btn-sm",
        labelCheckedClassName="active",
    )


@part("network", choice=view)
def network(session: Session, state: State) -> Any:
    """One row per layer, or one box per block, with Keras's totals below."""
    opened = session.network
    info, mapped = opened.info, len(opened.layers)
    drawn = _table(opened) if view(session, state) == LAYERS else _boxes(opened)
    return [
        html.P(
            f"{parts.count(mapped, len(info.layers))} layers can be mapped: click one", className="note part-head"
        ),
        markup("network", drawn, className="scroll tall"),
        parts.facts(
            {
                "parameters": f"{info.parameters:,}",
                "trainable": f"{info.trainable_parameters:,}",
                "non-trainable": f"{info.parameters - info.trainable_parameters:,}",
            },
            className="in-line",
        ),
    ]


@part("preprocessing")
def preprocessing(session: Session, state: State) -> Any:
    """How pixels become input, what else was tried, and which layer is looked at first."""
    opened = session.network
    info, chosen = opened.info, session.options.layer
    named = not info.saved_with and ":" in info.name  # a network by name was saved by nobody here
    found = "the last one before the class scores, found from the connections"
    reason = "asked for with --layer" if chosen else found if info.n_outputs else "what the network gives out"
    return [
        html.P(opened.preprocessing_text, className="lead-line"),
        _tried(opened) if opened.tried else None,
        parts.notices(opened.notices),
        parts.facts(
            {
                "takes": f"{shape(info.input_shape)}, {'any' if None in info.input_shape else 'fixed'} size",
                "gives": gives(opened),
                "first layer looked at": f"{opened.layer}: {reason}",
                **({} if named else {"saved with": f"Keras {info.saved_with or 'of an unknown version'}"}),
                "opened with": info.keras_version if " " in info.keras_version else f"Keras {info.keras_version}",
                **({"computed on": where} if (where := _device(session, opened)) else {}),
                "SHA-256 begins": info.digest[:12],
            }
        ),
    ]


def gives(opened: OpenNetwork) -> str:
    """What comes out of a network, and of which of its outputs where it has several."""
    info = opened.info
    if not info.n_outputs:
        return f"no class scores: {', '.join(info.outputs) or 'its layers'} can be mapped"
    which = f", from {info.head} (one of {len(info.outputs)} outputs)" if len(info.outputs) > 1 else ""
    return f"{info.n_outputs:,} classes as {info.output}{which}"


def _device(session: Session, opened: OpenNetwork) -> str:
    """What the activations were computed on; "" where that is not known."""
    return str(session.store.about(session.key(f"activations/{opened.layer}")).get("device", ""))


def _tried(opened: OpenNetwork) -> Any:
    """What came out of a few samples under every scaling that was tried."""
    rows = [
        [
            html.Strong(trial["scaling"]) if trial["chosen"] else trial["scaling"],
            "not a number" if trial["loss"] is None else f"{parts.number(trial['loss'])} nats",
            parts.percent(trial["accuracy"], 1),
            html.Span("used", className="mark") if trial["chosen"] else "",
        ]
        for trial in opened.tried
    ]
    samples = opened.tried[0]["samples"]
    asked = any(trial["chosen"] and not trial.get("best", True) for trial in opened.tried)
    how = "Asked for with --preprocess, and compared" if asked else "Found by trying"
    caption = f"{how} on n = {samples:,} samples with a label; of equally good ones the first is taken"
    return parts.table(["Pixels as", "mean loss", "accuracy", ""], rows, numbers=(1, 2), caption=caption)


def shape(sizes: Sequence[int | None]) -> str:
    """Sizes as 28×28×1; a question mark where any will do."""
    return "×".join("?" if size is None else str(size) for size in sizes) or "1"


def activation_size(output_shape: Sequence[int | None], width: int) -> str:
    """Floats per sample, and how many stay where maps are pooled to one number per filter."""
    sizes = [size for size in output_shape[1:] if size is not None]
    floats = math.prod(sizes) if len(sizes) == len(output_shape) - 1 else None
    count = "?" if floats is None else f"{floats:,}"
    return f"{count} → {width:,}" if width and width != floats else count


# -- the table of layers ---------------------------------------------------------------------------


def _table(opened: OpenNetwork) -> Any:
    most = max((layer.parameters for layer in opened.info.layers), default=0)
    drawing = _gutter(opened.gutter, len(opened.info.layers))
    rows = [
        html.Tr(
            [
                html.Td(drawing[row], className="gutter"),
                html.Td([_name(opened, layer.name), html.Span(layer.kind, className="kind")]),
                html.Td(shape(layer.output_shape[1:]), className="number"),
                html.Td(_weights(layer.parameters, most), className="number"),
                html.Td(activation_size(layer.output_shape, layer.width), className="number"),
            ],
            className="default" if layer.name == opened.layer else None,
        )
        for row, layer in enumerate(opened.info.layers)
    ]
    head = html.Tr(
        [
            html.Th("", className="gutter"),
            html.Th("Layer", scope="col"),
            html.Th("Output", scope="col", className="number"),
            html.Th("Parameters", scope="col", className="number"),
            html.Th(
                "Activations",
                scope="col",
                className="number",
                title="Floats per sample; behind the arrow what is kept where maps are pooled to a number per filter",
            ),
        ]
    )
    return html.Table([html.Thead(head), html.Tbody(rows)], className="facts layers")


def _name(opened: OpenNetwork, name: str) -> Any:
    mark = html.Span("default", className="mark") if name == opened.layer else None
    if name not in opened.layers:
        return html.Span([name, mark], className="layer-name")
    return html.Button(
        [name, mark],
        id=ids.go("layer", name, "overview"),
        className="layer-name",
        title=f"Map the samples as {name} sees them",
    )


def _weights(parameters: int, most: int) -> Any:
    share = 100 * parameters / most if most else 0
    bar = html.Span(html.Span(style={"width": f"{share:.1f}%"}), className="thin-bar")
    return [f"{parameters:,}" if parameters else "–", bar if parameters else None]


def _gutter(gutter: Mapping[str, Any], rows: int) -> list[Any]:
    """One drawing per row: the lines that pass or end there, and the row's dot."""
    width = max(int(gutter["width"]), 1)
    step = min(LANE, WIDEST / width)
    middle = ROW / 2

    def x(lane: int) -> float:
        return round((lane + 0.5) * step + 2, 1)

    lines: list[list[Any]] = [[] for _ in range(rows)]
    for edge in gutter["edges"]:
        start, end, lane = edge["start"], edge["end"], x(edge["lane"])
        leaves, arrives = x(gutter["rows"][start]), x(gutter["rows"][end])
        color = f"lane lane-{edge['lane'] % 6}"
        bend = f"M{leaves} {middle}C{leaves} {ROW} {lane} {middle} {lane} {ROW}"
        lines[start].append(svg("path", d=bend, className=color))
        for row in range(start + 1, end):
            lines[row].append(svg("path", d=f"M{lane} 0V{ROW}", className=color))
        bend = f"M{lane} 0C{lane} {middle} {arrives} 0 {arrives} {middle}"
        lines[end].append(svg("path", d=bend, className=color))
    total = round(width * step + 4, 1)
    return [
        svg(
            "svg",
            *lines[row],
            svg("circle", cx=x(gutter["rows"][row]), cy=middle, r=4, className=f"lane-{gutter['rows'][row] % 6}"),
            width=total,
            height=ROW,
            viewBox=f"0 0 {total} {ROW}",
            role="presentation",
        )
        for row in range(rows)
    ]


# -- blocks ----------------------------------------------------------------------------------------


def _boxes(opened: OpenNetwork) -> Any:
    most = max((block["parameters"] for block in opened.blocks), default=0)
    return html.Ol([_box(opened, block, most) for block in opened.blocks], className="blocks")


def _box(opened: OpenNetwork, block: Mapping[str, Any], most: int) -> Any:
    kinds = [f"{count} {kind}" if count > 1 else kind for kind, count in block["kinds"]]
    joined = block["joined_by"]
    title = f"Branches joined by {joined}" if joined else " + ".join(kinds)
    mapped = [name for name in block["layers"] if name in opened.layers]
    return html.Li(
        [
            html.Div(
                [
                    html.Strong(title),
                    html.Span(f"×{block['repeat']}", className="mark") if block["repeat"] > 1 else None,
                    html.Div(" + ".join(kinds), className="note") if joined else None,
                    html.Div([_name(opened, name) for name in mapped[-2:]], className="block-layers"),
                ]
            ),
            html.Div(
                [
                    html.Div(f"→ {shape(block['output_shape'][1:])}"),
                    html.Div(_weights(block["parameters"], most), className="note", title="parameters"),
                ],
                className="number",
            ),
        ],
        className="block joined" if joined else "block",
    )
