"""The detector audit: how good the lists of faults are on these very data, measured on planted faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import dcc, html

from layouts.fault_list import GROUP
from layouts.kit import ids, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import part, place

if TYPE_CHECKING:
    from workspace.session import Session

MISSED = 6  # planted labels that are shown
LISTS = {"labels": "Label issues", "outliers": "Outliers", "duplicates": "Duplicates"}
PLANTED = {"labels": "changed labels", "outliers": "strange pictures", "duplicates": "pictures of planted pairs"}
NEVER = {
    "labels": "No list of label issues: it needs labels of at least two classes, and a network with class scores.",
    "outliers": "No list of outliers: the network's layers give no features to compare by.",
    "duplicates": "No list of duplicates: the network's layers give no features to compare by.",
}
CAVEATS = {
    "labels": (
        "The network was not trained on the changed labels. Of labels that it was trained on, and may have learnt "
        "by heart, the list finds fewer; how many fewer is not known. Real wrong labels are harder than random ones."
    ),
    "outliers": (
        "There is no other data set at hand, so the strange pictures are made: noise, textures, drawings, and "
        "pictures of your own cut up, inverted, turned or blurred. A turned picture may be quite usual in your data."
    ),
    "duplicates": "Crops, mirror images and changed colors are not planted, and the list does not look for them.",
}


@page(
    "/audit",
    title="Detector audit",
    group=GROUP,
    order=22,
    purpose="How far the lists of faults can be trusted on these data",
    starts=lambda session, state: dict.fromkeys(session.audits.columns().values()),
)
def audit(session: Session, state: State) -> Any:
    """The button, what it does, and a card for each list."""
    cards = [parts.card(title, place(f"audit-{side}", session, state)) for side, title in LISTS.items()]
    return html.Div(
        [
            head("/audit", html.Div(place("audit-tools", session, state), className="tools")),
            place("audit-lead", session, state),
            *cards,
        ],
        className="audit",
    )


def _stages(session: Session, state: State) -> str:
    return ",".join(session.audits.stage(side) for side in LISTS)


@part("audit-tools", choice=_stages)
def tools(session: Session, state: State) -> Any:
    """The button, as long as something can be measured."""
    stages = [session.audits.stage(side) for side in LISTS]
    if "none" not in stages and "running" not in stages:
        return None
    return html.Button(
        "Measuring …" if "running" in stages else "Plant faults and measure",
        id=ids.start("/audit", "page"),
        disabled="running" in stages,
        className="primary",
        title="Takes about a minute; the line at the top says how far it is. Your data stay as they are.",
    )


@part("audit-lead")
def lead(session: Session, state: State) -> Any:
    """What is planted and how the numbers come about."""
    return html.P(
        "Known faults are planted into a copy of at most 5,000 samples, and the same detectors look for them. How "
        "many of your own list are real is estimated from what stands there beyond the number that chance alone "
        "would bring into data without faults; where many are real, that comes out too low. The same estimate is "
        "made on the copy, where the answer is known.",
        className="note audit-lead",
    )


def _wire(side: str) -> None:
    def stage(session: Session, state: State) -> str:
        return session.audits.stage(side)

    @part(f"audit-{side}", choice=stage)
    def card(session: Session, state: State) -> Any:
        """What is expected of the list, how the copy's did, and what it finds of every kind."""
        return _unmade(session, side) or _made(session, side)

    @part(f"{side}-audit", choice=stage)
    def line(session: Session, state: State) -> Any:
        """Under the heading of the list: how many of its first are real, or where to measure it."""
        at = session.audits.stage(side)
        if at == "never":
            return None
        if at != "done":
            said = "is being measured" if at == "running" else "measure it on planted faults"
            return html.P(["How good is this list on these data? ", _link(said)], className="note audit-line")
        return html.P([_expected(session, side), " ", _link("Why")], className="audit-line")


for _side in LISTS:
    _wire(_side)


def _link(text: str) -> Any:
    return dcc.Link(text, href="audit", className="plain", title="The detector audit")


def _unmade(session: Session, side: str) -> Any:
    """What stands where nothing is measured yet, and why; None where it is."""
    if not (session.has_dataset and session.has_network):
        return parts.waiting("The network is being opened.")
    match session.audits.stage(side):
        case "never":
            return parts.empty(NEVER[side])
        case "failed":
            return parts.failed(session.audits.failure(side))
        case "running":
            return parts.waiting("Faults are being planted and looked for; the line at the top says how far it is.")
        case "none":
            return parts.later("Not measured yet.")
    return None


def _expected(session: Session, side: str) -> str:
    """How many of the first of the real list are real, and how many are not on it, in a sentence."""
    found = session.audits.of(side)
    if not found.length:
        return "Nothing is listed."
    first = found.first
    which = f"first {first.k:,}" if first.k < found.length else f"{first.k:,}"
    said = f"Of the {which} on the list expect about {first.n:,.0f} real ({_span(first.low, first.high)})."
    if found.left is None:
        return f"{said} The list misses most planted faults, so how many are not on it cannot be told."
    about, low, high = found.left
    if not round(high):
        return f"{said} Probably none is missing."
    more = f"About {about:,.0f} more" if round(about) else "Hardly any more"
    return f"{said} {more} ({_span(low, high)}) are not on it."


def _span(low: float, high: float) -> str:
    return f"{low:,.0f} to {high:,.0f}" if round(low) < round(high) else f"{high:,.0f}"


def _made(session: Session, side: str) -> Any:
    found = session.audits.of(side)
    check = found.check
    planted, own = next(((hits, own) for k, hits, own in found.hits if k == check.k), (0, 0))
    copy = (
        f"In the copy of {parts.count(found.n, found.of)} samples with {found.planted:,} {PLANTED[side]}, the same "
        f"reckoning expected {check.n:,.0f} ({_span(check.low, check.high)}) of the first {check.k:,}: {planted:,} "
        f"were planted{f', and {own:,} are on your own list' if own else ''}."
        f"{'' if found.agrees else ' Mind the difference.'}"
    )
    return [
        html.P(_expected(session, side), className="fault-lead"),
        html.P([copy, " ", dcc.Link("Show the list", href=side, className="plain")], className="note"),
        html.Div(
            [
                html.Div([markup(f"audit-{side}-kinds", _kinds(session, side, found)), _missed(session, side)]),
                markup(f"audit-{side}-depths", _depths(found)),
            ],
            className="audit-columns",
        ),
        html.P(CAVEATS[side], className="note"),
    ]


def _kinds(session: Session, side: str, found: Any) -> Any:
    """Of every kind how many were planted and how many stand on the list."""
    key, places = session.audits.examples(side) if side != "labels" else ("", {})
    rows = []
    for recall in found.recalls:
        low, high = recall.interval
        picture = None
        if recall.name in places:
            picture = html.Img(
                src=parts.row_url(key, places[recall.name]), alt=f"planted: {recall.name}", className="pixels"
            )
        rows.append(
            html.Tr(
                [
                    html.Td(picture, className="example") if places else None,
                    html.Td(f"changed to {recall.name}" if side == "labels" else recall.name),
                    html.Td(_bar(recall.listed / recall.planted)),
                    html.Td(parts.count(recall.listed, recall.planted), className="number"),
                    html.Td(f"{100 * low:.0f} to {100 * high:.0f} %", className="number note"),
                ]
            )
        )
    words, numbers = [*([""] if places else []), "Planted", ""], ["on the list", "95 % interval"]
    head = html.Tr(
        [html.Th(text, scope="col") for text in words]
        + [html.Th(text, scope="col", className="number") for text in numbers]
    )
    return html.Table([html.Thead(head), html.Tbody(rows)], className="facts audit-kinds")


def _bar(share: float) -> Any:
    return html.Span(html.Span(style={"width": f"{100 * share:.0f}%"}), className="bar-track")


def _depths(found: Any) -> Any:
    """Precision and recall after the first k of the copy's list."""
    alone = {k: hits for k, hits, _ in found.alone}
    heads = ["First", "planted", "on your list", "precision", "recall", *(["without the network"] if alone else [])]
    rows = [
        [
            f"{k:,}",
            f"{hits:,}",
            f"{own:,}",
            parts.percent(hits / (k - own) if k > own else float("nan"), 0),
            parts.percent(hits / found.planted if found.planted else float("nan"), 0),
            *([f"{alone[k]:,}" if k in alone else "–"] if alone else []),
        ]
        for k, hits, own in found.hits
    ]
    caption = (
        f"The list of the copy: {found.listed:,} samples, {found.found:,} of the {found.planted:,} planted. "
        "Precision leaves out what is on your own list anyway."
    )
    return parts.table(heads, rows, numbers=range(len(heads)), caption=caption)


def _missed(session: Session, side: str) -> Any:
    """Some of the changed labels that are not on the list."""
    if side != "labels":
        return None
    names, rows = session.class_names, [row for row in session.audits.changed() if row[3] < 0]
    if not rows:
        return html.P("Every changed label is on the list.", className="note")
    pictures = [
        parts.thumbnail(
            session.dataset.fingerprint,
            row,
            at="missed",
            caption=f"{names[label]} → {names[given]}",
            tooltip=f"sample {row:,}: its label {names[label]} was changed to {names[given]}, and it was not found",
        )
        for row, label, given, _ in rows[:MISSED]
    ]
    said = f"Not found: {parts.count(len(pictures), len(rows))}"
    return html.Div([html.P(said, className="note"), markup("audit-missed", html.Div(pictures, className="strip"))])
