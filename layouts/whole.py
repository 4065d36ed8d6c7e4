"""The whole picture of a sample: where its box is, and the other boxes on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import html

from layouts.kit import ids, parts
from layouts.kit.markup import markup
from util import InspectorError
from workspace.session import Marked, Original

if TYPE_CHECKING:
    from workspace.session import Session

OTHERS = "others"
LEAST = 0.004  # of the picture's edge: a box thinner than this could not be seen


def whole(session: Session, index: int, at: str = "") -> list[Any]:
    """A heading, the picture with its boxes, and what is known of it; nothing for what is no picture file.

    `at` tells two of them on a page apart.
    """
    try:
        if not session.originals.has(index):
            return []
        found = session.originals.of(index)
    except InspectorError:
        return []
    height, width, _ = session.dataset.image_shape
    if not found.boxes and found.size == (width, height):
        return []  # it is what stands above
    own = next((box for box in found.boxes if box.is_own), None)
    title = "The whole picture" if own else "The picture as it is"
    return [
        html.H3(title),
        html.Div(
            [_picture(session, index, found, at), _toggle(found, own, at)],
            className="whole",
        ),
        html.P(_caption(found, own), className="note whole-caption"),
        _link(found, at),
    ]


def _picture(session: Session, index: int, found: Original, at: str) -> Any:
    """The picture with all its boxes on it, of which some are shown only when asked for."""
    if found.trouble:
        return html.P(f"It cannot be shown: {found.trouble}.", className="whole-trouble", role="status")
    shape: dict[str, Any] = {"style": {"aspectRatio": f"{found.size[0]} / {found.size[1]}"}} if found.size else {}
    image = html.Img(
        src=parts.whole_url(session.dataset.fingerprint, index),
        alt=f"the whole picture that sample {index} is of",
        **shape,
    )
    # The large ones first, so that a small one inside another can still be clicked.
    boxes = sorted(found.boxes, key=lambda box: (box.is_own, -box.width * box.height))
    return markup(f"whole{at}", image, [_box(box) for box in boxes], className="whole-picture")


def _box(box: Marked) -> Any:
    style = {
        "left": f"{100 * box.left:.3f}%",
        "top": f"{100 * box.top:.3f}%",
        "width": f"{100 * max(box.width, LEAST):.3f}%",
        "height": f"{100 * max(box.height, LEAST):.3f}%",
    }
    label = box.label or "no class"
    name = html.Span(label, className="whole-name")
    if box.is_own:
        return html.Div(className="whole-box own", style=style, title=f"{label}: this sample")
    if box.sample is None:
        return html.Div(name, className="whole-box other", style=style, title=label)
    return html.Button(
        name,
        id=ids.go("focus", str(box.sample), "whole"),
        className="whole-box other",
        style=style,
        title=f"{label}: look at sample {box.sample:,}",
    )


def _toggle(found: Original, own: Marked | None, at: str) -> Any:
    """The switch that shows the other boxes; it stays as it is from sample to sample."""
    others = [box for box in found.boxes if not box.is_own]
    if not others or found.trouble:
        return None
    total = found.n_boxes - (own is not None)
    shown = f"{total:,}" if len(others) == total else parts.count(len(others), total)
    what = "other box" if own else "box"
    text = f"show {shown} {what}{'' if total == 1 else 'es'}"
    return dbc.Checklist(
        [{"label": text, "value": OTHERS}],
        [] if own else [OTHERS],
        id=ids.own("whole", f"{'object' if own else 'image'}{at}"),
        persistence=True,
        persistence_type="session",
        className="whole-toggle",
    )


def _caption(found: Original, own: Marked | None) -> list[Any]:
    if not found.size:
        return [found.name]
    width, height = found.size
    size = f"{width:,} × {height:,} pixels"
    if own:
        box = (own.width * width, own.height * height, own.left * width, own.top * height)
        size += "; the box {:,.0f} × {:,.0f} at {:,.0f}, {:,.0f} from the top left".format(*box)
    return [found.name, html.Br(), size]


def _link(found: Original, at: str) -> Any:
    if found.whole is None:
        return None
    return html.Button(
        "the picture as a sample of its own",
        id=ids.go("focus", str(found.whole), f"picture{at}"),
        className="outline whole-link",
    )
