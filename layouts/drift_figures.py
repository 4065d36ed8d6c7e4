"""The figures beside the verdict on two data sets: the accuracy to expect, and DeepView's ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts.drift import blank, chosen, facts, stage
from layouts.kit import parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import part

if TYPE_CHECKING:
    from workspace.session import Session

BANDS = (("below 0.6", "huge gap"), ("0.6 to 0.8", "small gap"), ("0.8 to 1.2", "fine"), ("above 1.2", "gap"))


@part("drift-cost", columns=("drift",), choice=stage)
def cost(session: Session, state: State) -> Any:
    """The accuracy that can be expected on the new split, beside what was measured."""
    if nothing := blank(session, state):
        return nothing
    found, (one, two) = facts(session, state), chosen(session, state)
    if "expected" not in found:
        return parts.empty(session.no_head or "The network gives no class scores, so no accuracy can be estimated.")
    lines = [
        (f"{one}, measured", found["before"]),
        (f"{two}, estimated without its labels", found["expected"]),
        (f"{two}, measured", found["measured"]),
    ]
    rows = [
        [name, parts.percent(_value(share, "value"), 1), _interval(share), f"{share['n']:,}"] for name, share in lines
    ]
    no_labels = [name for name, share in ((one, found["before"]), (two, found["measured"])) if not share["n"]]
    return [
        markup("drift-cost", parts.table(["Accuracy", "", "95 % interval", "n"], rows, numbers=(1, 2, 3))),
        html.P(
            "Estimated by average thresholded confidence (Garg and others, 2022): the share of samples about which "
            f"the network is as sure as about the ones that it gets right in {one}. If it was trained on {one}, the "
            "estimate is too high; choose a reference that it has not seen."
            + (f" Left out for want of labels: {' and '.join(no_labels)}." if no_labels else ""),
            className="note",
        ),
    ]


@part("drift-ratio", columns=("drift",), choice=stage)
def ratio(session: Session, state: State) -> Any:
    """DeepView's number with its bands, the difference in nats, and why neither decides."""
    if nothing := blank(session, state):
        return nothing
    found, (one, two) = facts(session, state)["ratio"], chosen(session, state)
    bands = html.Ul(
        [
            html.Li([html.Span(reach), html.Span(word)], className="is-this" if word == found["band"] else "")
            for reach, word in BANDS
        ],
        className="drift-bands",
    )
    value = _value(found, "ratio")
    return [
        html.P([html.Strong(f"{value:.3f}"), f" {found['band']}"], className="drift-ratio"),
        bands,
        html.P(
            f"Difference of the means: {signed(found['nats'])} nats, 95 % interval {signed(found['low'])} to "
            f"{signed(found['high'])} (n = {found['n_held_out']:,} and {found['n_new']:,}). Below 0: less familiar.",
            className="drift-nats",
        ),
        html.P(
            f"Mean log-likelihood of {two} over that of held-out samples of {one}, both under a mixture fitted to "
            f"the rest of {one}. It does not decide: it depends on the unit of the layer, can be negative, and on "
            "the last layers stays near 1 for gaps that anybody sees; blur even makes samples more familiar.",
            className="note",
        ),
    ]


def signed(value: float | None, digits: int = 2) -> str:
    """A number with its sign; a dash for none."""
    return "–" if value is None else f"{value:+.{digits}f}".replace("-", "−")


# -- pieces ----------------------------------------------------------------------------------------


def _value(found: dict[str, Any], name: str) -> float:
    return float("nan") if found[name] is None else float(found[name])


def _interval(share: dict[str, Any]) -> str:
    low, high = _value(share, "low"), _value(share, "high")
    return "–" if low != low else f"{100 * low:.1f} – {100 * high:.1f} %"
