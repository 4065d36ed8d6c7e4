"""The page that compares data sets: does a new split look like a reference, what decides, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import dcc, html

from layouts.fault_list import GROUP
from layouts.kit import ids, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import part, place
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Session

TITLES = {
    "classifier": ("A classifier tells them apart", "area under the ROC curve; 0.5 is not at all, 1 is every time"),
    "answers": ("The answers moved", "largest distance between the distributions of a class's probability, 0 to 1"),
    "strangers": ("Strange samples", "share stranger than 99 % of the reference, of which it is 1 %"),
}
SEVERITIES = {"gap": "wrong", "unclear": "doubtful", "alike": "fine"}
WORDS = {"gap": "gap", "unclear": "too few to tell", "alike": "in order"}
NO_FEATURES = "Data sets cannot be compared: the network's layers give no features to compare by."
FEWEST = 20


@page(
    "/drift",
    title="Compare data sets",
    group=GROUP,
    order=20,
    purpose="Whether two sets of samples differ, in what, and what that costs",
    wants=lambda session, state: columns(session, state),
)
def drift(session: Session, state: State) -> Any:
    """The choice of two splits, the verdict, and what is behind it."""

    def card(title: str, name: str) -> Any:
        return parts.card(title, place(f"drift-{name}", session, state))

    return html.Div(
        [
            head("/drift", html.Div(place("drift-tools", session, state), className="tools")),
            card("Do they look alike?", "verdict"),
            html.Div([card("Accuracy to expect", "cost"), card("DeepView's familiarity ratio", "ratio")],
                     className="two-columns even"),
            html.Div([card("By class", "classes"), card("What one has that the other lacks", "coverage")],
                     className="two-columns drift-wide"),
            card("The samples behind it", "samples"),
            dcc.Store(id=ids.asks("/drift")),
        ],
        className="drift",
    )  # fmt: skip


def chosen(session: Session, state: State) -> tuple[str, str]:
    """Reference and new split. Raises ColumnNotReady."""
    found: tuple[str, str] = session.drift.splits(state.reference, state.compared)
    return found


def columns(session: Session, state: State) -> list[str]:
    """What the page needs in the store to show what was chosen; nothing while something is being opened."""
    if not (session.has_dataset and session.has_network):
        return []
    found: list[str] = session.drift.columns(*chosen(session, state))
    return found


def stage(session: Session, state: State) -> str:
    """What all parts depend on: the splits, and how far their comparison is."""
    wanted = columns(session, state)
    return f"{wanted}{[(session.is_ready(name), session.failure(name) or '') for name in wanted]}"


def facts(session: Session, state: State) -> dict[str, Any]:
    """All that was found. Raises ColumnNotReady, which says why if it failed."""
    for name in columns(session, state):
        if not session.is_ready(name):
            one, two = chosen(session, state)
            if session.failure(name):
                session.column(name)
            raise ColumnNotReady(f"{one} and {two} are being compared, which takes a few seconds")
    found: dict[str, Any] = session.drift.facts(*chosen(session, state))
    return found


def blank(session: Session, state: State) -> Any:
    """What stands in a part that has nothing to show, and why; None if there is something."""
    if not (session.has_dataset and session.has_network):
        raise ColumnNotReady("Dataset and network are being opened; wait a moment")
    if not columns(session, state):
        return parts.empty(NO_FEATURES)
    counts = facts(session, state)["counts"]
    if min(counts) < FEWEST:
        one, two = chosen(session, state)
        said = (
            f"{sum(counts[:2]):,} samples of {one} and {counts[2]:,} of {two}" if one != two else f"{sum(counts):,}"
        )
        return parts.empty(f"Too few samples to compare: {said}; 20 are needed of each, and 20 more as control.")
    return None


@part("drift-tools", choice=lambda session, state: str(session.has_dataset and chosen(session, state)))
def tools(session: Session, state: State) -> Any:
    """Two menus."""
    if not session.has_dataset:
        return parts.waiting("The dataset is being read.")
    one, two = chosen(session, state)
    splits = [(name, f"{name} ({n:,})") for name, n in session.splits]
    others = [(name, text if name != one else f"another part of {text}") for name, text in splits]
    return [
        parts.select("reference", splits, one, label="Reference", tooltip="The data set that says what is usual"),
        parts.select(
            "compared",
            others,
            two,
            label="New data set",
            tooltip="What is compared with it; the reference itself shows what is said where there is no gap",
        ),
    ]


@part("drift-verdict", columns=("drift",), choice=stage)
def verdict(session: Session, state: State) -> Any:
    """One sentence, what to do, and the three measures with limit and control."""
    if nothing := blank(session, state):
        return nothing
    found, (one, two) = facts(session, state), chosen(session, state)
    measures = session.drift.measures(one, two)
    said, why = session.drift.verdict(measures)
    new = two if two != one else f"another part of {one}"
    sentence = {
        "gap": f"{new} differs from {one}.",
        "unclear": f"Too few samples to say whether {new} differs from {one}.",
        "alike": f"{new} looks like {one}.",
    }[said]
    why_said = "No measure is beyond its limit." if why is None else _capital(session.drift.said(why))
    rows = [_row(session, found, measure, measure is why) for measure in measures]
    n_one, n_held_out, n_two = found["counts"]
    sizes = dict(session.splits)
    return [
        html.P(
            [html.Span(WORDS[said], className="severity"), html.Strong(sentence), " ", why_said],
            className=f"drift-lead finding is-{SEVERITIES[said]}",
        ),
        html.P([html.Strong("What to do: "), session.drift.advice(one, two)], className="drift-advice"),
        markup(
            "drift-measures",
            parts.table(
                ["Measure", "Value", "95 % interval", "Limit", "Control: no gap", ""],
                rows,
                numbers=(1, 2, 3, 4),
                caption=f"n = {n_one:,} of {one}, {n_two:,} of {two}; control: {n_held_out:,} other samples of {one}",
            ),
        ),
        html.P(
            f"Drawn by lot, the same every time: {parts.count(n_one + n_held_out, sizes[one])} of {one}, "
            f"{parts.count(n_two, sizes[two])} of {two}. It is a gap when one measure is beyond its limit and chance "
            "is not. The limits are fixed and are no p-values: with thousands of samples every difference is "
            "significant." + _left_out(session, found),
            className="note",
        ),
    ]


# -- pieces ----------------------------------------------------------------------------------------


def _row(session: Session, found: dict[str, Any], measure: Any, decides: bool) -> list[Any]:
    title, meaning = TITLES[measure.name]
    if measure.name == "answers":
        meaning += f"; most for {session.class_names[found['moved']]}"
    figures = [figure(measure.name, value) for value in (measure.value, measure.low, measure.high)]
    word = WORDS[measure.verdict] + (", decides" if decides else "")
    return [
        html.Div([html.Strong(title) if decides else title, html.Div(meaning, className="note")]),
        figures[0],
        f"{figures[1]} – {figures[2]}",
        figure(measure.name, measure.limit),
        figure(measure.name, measure.control),
        html.Span(word, className="drift-word is-" + measure.verdict),
    ]


def figure(name: str, value: float) -> str:
    """A measure as it is written: strangers as a share."""
    return parts.percent(value, 1) if name == "strangers" else "–" if value != value else f"{value:.3f}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _left_out(session: Session, found: dict[str, Any]) -> str:
    if "answers" in found["measures"]:
        return ""
    return f" Left out: the answers. {session.no_head or 'The network gives no class scores.'}"
