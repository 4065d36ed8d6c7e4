"""The heat maps of one sample: every class side by side and the loss, with what the maps are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import dcc, html

from layouts import walk
from layouts.kit import figures, ids, parts
from layouts.kit.state import State
from layouts.part import part
from util import InspectorError
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Session

ASKED = "heat-asked"
AT = "heat-maps"
LOSS = "loss"
FOR, AGAINST = "#f03e1d", "#2f6df6"
STRONG = "100"
STRENGTHS = {"0": "picture only", "40": "faint", "70": "half", STRONG: "strong", "map": "map only"}
SAME = 0.5  # rank correlation from which a map is nearly the one of shuffled weights
LEAST_LOSS = 0.001  # nats; a smaller one is not told from none
SMALL = 64  # pixels of a side up to which they are shown as squares
DESCRIPTIONS = {
    "grad-cam": "what a layer's maps hold, weighted by how much each map as a whole raises the class",
    "layer-cam": "what a layer's maps hold, weighted place by place by how much it raises the class",
    "integrated-gradients": "how much every pixel adds on the way from the data's mean picture to this one",
    "occlusion": "how far the class falls when a patch is replaced by the data's mean picture",
}


def wanted(session: Session, state: State) -> list[str]:
    """What the part asks of the worker."""
    if not session.has_dataset or not session.has_network or session.no_head:
        return []
    try:
        return [session.heat.look(walk.current(session, state), state.heat_method, state.heat_layer).column]
    except InspectorError:
        return []


def _choice(session: Session, state: State) -> str:
    (column,) = wanted(session, state) or ("",)
    far = (session.is_ready, session.is_wanted, session.failure)
    stage = f"{[word(column) for word in far]}{session.status.cancelled}" if column else ""
    return f"{column}|{stage}|{state.heat_strength}|{state.heat_class}"


@part("heat-maps", columns=("loss",), choice=_choice)
def heat_maps(session: Session, state: State) -> Any:
    """Controls, the picture large with one map, all maps as tiles, and both tests."""
    if session.no_head:
        return parts.empty(f"Heat maps explain class scores. {session.no_head}")
    index = walk.current(session, state)
    look = session.heat.look(index, state.heat_method, state.heat_layer)
    asked = dcc.Store(id=ids.own(ASKED, "part"))
    controls = _controls(session, state, look)
    if failure := session.failure(look.column):
        return html.Div([asked, controls, parts.failed(failure, again=look.column)], className="heat")
    if not session.is_ready(look.column):
        if session.status.cancelled:
            said = parts.empty("Computing was cancelled. Resume it at the top, and the heat maps come.")
            return html.Div([asked, controls, said], className="heat")
        when = "is being worked out" if session.is_wanted(look.column) else "is worked out when you stay here"
        said = parts.waiting(f"{look.title} of sample {index:,} {when}, and tested; it takes seconds")
        waits: dict[str, Any] = {"data-waits": look.column}  # asked for by assets/heat_maps.js
        return html.Div([asked, controls, said], className="heat", **waits)
    try:
        facts, scales = session.facts(look.column), session.heat.scales(look.column)
    except ColumnNotReady:
        return html.Div([asked, controls, parts.waiting("Heat maps: are being read")], className="heat")
    shown = _shown(facts, state.heat_class)
    tested = html.Div([_badge(session, facts), _curve(session, facts)], className="heat-test")
    tiles = [_tile(session, facts, look.column, index, state, row, shown) for row in range(_rows(facts))]
    large = html.Div(
        [
            _layers(session, look.column, index, shown, state, "heat-large"),
            html.Div(_name(session, facts, shown), className="heat-name"),
        ]
    )
    return html.Div(
        [
            asked,
            controls,
            html.Div(
                [large, html.Div([html.Div(tiles, className="heat-tiles"), _legend(facts, scales)]), tested],
                className="heat-board",
            ),
        ],
        className="heat",
    )


def _controls(session: Session, state: State, look: Any) -> Any:
    found = [
        parts.select(
            "heat_method",
            list(session.heat.methods().items()),
            look.method,
            label="Method",
            tooltip="How the maps are worked out",
        )
    ]
    if look.layer:
        layers = [(name, name) for name in session.heat.layers()]
        tip = "Whose maps are looked at; later layers know more of the class, earlier ones see finer"
        found.append(parts.select("heat_layer", layers, look.layer, label="Layer", tooltip=tip))
    tip = "How dense the map lies over the picture"
    strength = state.heat_strength if state.heat_strength in STRENGTHS else STRONG
    found.append(parts.select("heat_strength", list(STRENGTHS.items()), strength, label="Overlay", tooltip=tip))
    said = html.P(f"{look.title}: {DESCRIPTIONS.get(look.method, '')}.", className="note")
    return html.Div([html.Div(found, className="tools"), said], className="heat-controls")


def _rows(facts: Mapping[str, Any]) -> int:
    return len(facts["classes"]) + (facts["loss"] is not None)


def _shown(facts: Mapping[str, Any], asked: str) -> int:
    """The row that is shown large: the one asked for, or the predicted class."""
    names = [*map(str, facts["classes"]), *([LOSS] if facts["loss"] is not None else [])]
    return names.index(asked) if asked in names else facts["classes"].index(facts["predicted"])


def _name(session: Session, facts: Mapping[str, Any], row: int) -> str:
    if row == len(facts["classes"]):
        return f"loss · {_loss(facts)} nats"
    code = facts["classes"][row]
    words = [word for word, other in (("predicted", facts["predicted"]), ("label", facts["label"])) if other == code]
    said = f"{_class(session, code)} · {parts.percent(facts['probabilities'][row], 1)}"
    return f"{said} · {', '.join(words)}" if words else said


def _loss(facts: Mapping[str, Any]) -> str:
    return parts.number(facts["loss"], 2) if facts["loss"] >= LEAST_LOSS else f"< {LEAST_LOSS:g}"


def _class(session: Session, code: int) -> str:
    names = session.class_names
    return names[code] if code < len(names) else f"output {code}"


def _tile(
    session: Session, facts: Mapping[str, Any], column: str, index: int, state: State, row: int, shown: int
) -> Any:
    is_loss = row == len(facts["classes"])
    code = LOSS if is_loss else str(facts["classes"][row])
    kinds = ["heat-tile", *(["chosen"] if row == shown else []), *(["of-loss"] if is_loss else [])]
    if not is_loss and facts["label"] == facts["classes"][row]:
        kinds.append("of-label")
    title = f"Show the map of {'the loss' if is_loss else _class(session, int(code))} large"
    name = "loss" if is_loss else _class(session, int(code))
    number = _loss(facts) if is_loss else parts.percent(facts["probabilities"][row], 1)
    return html.Button(
        [
            _layers(session, column, index, row, state, "heat-small"),
            html.Span([html.Strong(name), f" {number}"], className="heat-name"),
        ],
        id=ids.go("heat_class", code, AT),
        className=" ".join(kinds),
        title=title,
    )


def _layers(session: Session, column: str, index: int, row: int, state: State, css: str) -> Any:
    """The picture with a map over it."""
    height, width, _ = session.dataset.image_shape
    strength = state.heat_strength if state.heat_strength in STRENGTHS else STRONG
    only_map = strength == "map"
    opacity = "1" if only_map else f"{int(strength) / 100:g}"
    squares = "pixels" if max(height, width) <= SMALL else None
    fingerprint = session.dataset.fingerprint
    return html.Div(
        [
            html.Img(
                src=parts.image_url(fingerprint, index),
                alt=f"sample {index}",
                className=squares,
                style={"opacity": "0"} if only_map else None,
            ),
            html.Img(
                src=f"heatmap/{session.key(column)}/{row}.png",
                alt="",
                className=squares,
                style={"opacity": opacity},
            ),
        ],
        className=f"heat-layers {css}",
        style={"aspectRatio": f"{width} / {height}"},
    )


def _legend(facts: Mapping[str, Any], scales: tuple[float, float]) -> Any:
    """What the colors stand for, in numbers, for classes and for the loss."""
    rows = [_scale("classes", "logits", facts["signed"], scales[0], "against the class", "for it")]
    if facts["loss"] is not None:
        rows.append(_scale("loss", "nats", facts["signed"], scales[1], "lowers the loss", "raises it"))
    return html.Div(rows, className="heat-legend")


def _scale(name: str, unit: str, signed: bool, top: float, low: str, high: str) -> Any:
    number = parts.number(top)
    if not top:
        return html.Div([html.Span(name), html.Span("0 everywhere", className="note")], className="heat-scale")
    ramp = f"linear-gradient(90deg, {f'{AGAINST}, ' if signed else ''}transparent, {FOR})"
    left = f"−{number} {low}" if signed else "0"
    right = f"{number} {unit}, {high}"
    bar = html.Span(className="heat-ramp", style={"backgroundImage": ramp})
    return html.Div([html.Span(name), html.Span(left), bar, html.Span(right)], className="heat-scale")


def _badge(session: Session, facts: Mapping[str, Any]) -> Any:
    """Both tests in plain words."""
    found, control = facts["deletion"], facts["control"]
    name, n = _class(session, facts["predicted"]), found["orders"]
    low, high = (parts.number(value, 2) for value in found["areas"])
    measured = f"area {parts.number(found['area'], 2)}, of {n} maps of chance {low} to {high}"
    if found["better"]:
        badge = html.Span("better than chance", className="heat-badge good")
        than = f"all {n} maps" if not found["as_well"] else f"{n - found['as_well']} of {n} maps"
        said = f"Taking away first what the map of {name} marks brings its probability down faster than {than} of "
        said += f"chance ({measured})."
    else:
        badge = html.Span("no better than chance here", className="heat-badge bad")
        said = f"{found['as_well']} of {n} maps of chance bring the probability of {name} down as fast or faster "
        said += f"({measured}): do not read a reason into it."
    lines = [html.P([badge, " ", said])]
    if control is None:
        lines.append(html.P([html.Span("shuffled weights", className="heat-badge"), " give no map at all."]))
        return html.Div(lines, className="heat-said")
    numbers = f"rank correlation {parts.number(control, 2)}; 1 is the same"
    size = facts["control_size"]
    if control >= SAME:
        badge = html.Span("same with shuffled weights", className="heat-badge bad")
        said = f"The network with its weights shuffled gives nearly the same map ({numbers}): it shows the picture "
        said += "rather than what was learnt."
    else:
        signs = bool(facts["signed"]) and size is not None and size >= SAME
        what = "only its signs depend on what was learnt" if signs else "depends on what was learnt"
        badge = html.Span(what, className="heat-badge" if signs else "heat-badge good")
        said = f"With its weights shuffled the network gives another map ({numbers})."
        if signs:
            said += f" Signs aside it stays the same ({parts.number(size, 2)}): the marked places are the picture's."
    return html.Div([*lines, html.P([badge, " ", said])], className="heat-said")


def _curve(session: Session, facts: Mapping[str, Any]) -> Any:
    """The probability while the picture is taken away, against that of chance."""
    found, name = facts["deletion"], _class(session, facts["predicted"])
    shares = [100 * share for share in found["shares"]]
    line = {"type": "scatter", "mode": "lines", "x": shares}
    gray = "rgba(128,138,158,{})"
    chance = f"{found['orders']} maps of chance"
    traces = [
        {**line, "y": found["low"], "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False},
        {
            **line, "y": found["high"], "line": {"width": 0}, "fill": "tonexty", "fillcolor": gray.format(0.3),
            "name": f"{chance}, from least to most", "hoverinfo": "skip",
        },
        {
            **line, "y": found["mean"], "line": {"dash": "dot", "width": 1.5, "color": gray.format(1)},
            "name": "mean of chance",
        },
        {**line, "y": found["curve"], "line": {"width": 2.5, "color": FOR}, "name": "hottest places first"},
    ]  # fmt: skip
    layout = {
        "xaxis": {"title": {"text": "% of the picture replaced by the data's mean"}, "range": [0, 100]},
        "yaxis": {"title": {"text": f"probability of {name}"}, "range": [0, 1.02]},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    }
    label = f"Probability of {name} while the picture is taken away, hottest places first, against {chance}"
    return figures.graph("heat-deletion", {"data": traces, "layout": layout}, label=label, height=250)
