"""The dataset report: one HTML file with what was found, that opens anywhere without a server or a network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html
from numpy.typing import NDArray

import layouts
from layouts import accuracy, overview  # noqa: F401 - the latter makes its parts known
from layouts.kit import parts, static, theme
from layouts.kit.state import State
from layouts.part import draw
from util import InspectorError
from workspace.session import PIXELS

if TYPE_CHECKING:
    from workspace.session import Session

Png = Callable[[NDArray[np.uint8]], bytes]

CSS = ("style.css", "overview.css", "faults.css", "doctor.css")
SECTIONS = (
    ("What was found", ("findings",)),
    ("Accuracy", ("tiles", "splits")),
    ("Dataset", ("dataset", "class-counts", "image-statistics")),
    ("Network", ("preprocessing", "doctor")),
    ("Where the errors come from", ("error-budget",)),
    ("Accuracy and loss by class", ("classes",)),
)
GALLERIES = {  # score -> which end is shown
    "loss": "high",
    "label_issue": "high",
    "outlier": "high",
    "near_copy": "high",
    "class_familiarity": "low",
    "quality": "low",
}
MOST_TILES, MOST_CLASSES, MOST_NAMED = 24, 30, 20
MAP, DOT = 620, 1  # pixels: the side of a map, and how far a dot reaches from its middle
STYLE = """
body { max-width: 1100px; margin: 0 auto; padding: 24px; background: var(--iv-page); color: var(--iv-text);
  font: 14px/1.5 system-ui, sans-serif; overflow: auto; height: auto; }
.sheet { margin-bottom: 14px; } .scroll { max-height: none; } table { border-collapse: collapse; }
td, th { padding: 3px 10px 3px 0; text-align: left; border-bottom: 1px solid var(--iv-line); }
.facts { width: auto; margin: 10px 0; } .facts caption { text-align: left; }
.facts td, .facts th { padding-right: 18px; } .stack { min-width: 320px; }
.findings.ranked .finding { grid-template-columns: 74px minmax(0, 1fr) auto; }
.number { text-align: right; } .pixels { image-rendering: pixelated; }
.strip { display: grid; grid-template-columns: repeat(auto-fill, minmax(84px, 1fr)); gap: 8px; }
.findings .strip { display: flex; } .strip img { width: 56px; height: 56px; object-fit: contain; }
.strip .thumbnail { display: inline-flex; flex-direction: column; align-items: center; font-size: 12px; border: 0; }
.maps { display: flex; flex-wrap: wrap; gap: 16px; }
figure { margin: 0; } .maps img { width: 480px; max-width: 100%; background: #fff; }
.matrix td, .matrix th { padding: 2px 6px; text-align: right; font-size: 12px; }
.key span { display: inline-flex; align-items: center; gap: 5px; margin-right: 12px; }
.key i { width: 10px; height: 10px; border-radius: 5px; }
"""


def report(session: Session, png: Png, *, made: str) -> Iterator[str]:
    """The file, piece by piece.

    Args:
        session: of which network on which data.
        png: makes a PNG of (h, w, ch) uint8.
        made: when, as text; the report itself knows no clock.

    Raises:
        ColumnNotReady: the data are still being read, or the network opened.
    """
    data, network = session.dataset, session.network
    state = State()
    folder = Path(layouts.__file__).parent.parent / "assets"
    css = "\n".join((folder / name).read_text("utf-8") for name in CSS) + STYLE
    title = f"{network.info.name} on {data.name}"

    def text(node: Any) -> str:
        return static.html(node, lambda address: _picture(session, png, address))

    yield (
        '<!doctype html><html lang="en" data-bs-theme="light"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{css}</style></head><body>"
    )
    facts = f"network {network.info.digest[:12]}, data {data.fingerprint[:12]}, {data.n:,} samples, {made}"
    yield text([html.H1(title), html.P(facts, className="note")])
    if session.missing:
        yield text(
            parts.notices((f"Not everything was worked out when this was written: {len(session.missing)} left.",))
        )
    for name, drawn in SECTIONS:
        yield text(parts.card(name, *(draw(part, session, state) for part in drawn)))
    for name, make in (
        ("Confusion", _matrix),
        ("Maps", _maps),
        ("The worst by each score", _galleries),
        ("Methods", _methods),
    ):
        try:
            yield text(parts.card(name, make(session, state, png)))
        except InspectorError as error:
            yield text(parts.card(name, parts.empty(str(error))))
    yield "</body></html>"


def _picture(session: Session, png: Png, address: str) -> bytes | None:
    """A sample's picture, or a row of a column of images; what is a picture already stays out of this."""
    if match := re.fullmatch(r"sample/\w+/(\d+)\.png", address):
        return png(session.image(int(match[1])))
    return None


def _matrix(session: Session, state: State, png: Png) -> Any:
    """Counts of labels against predictions, the errors tinted."""
    split = accuracy.split(session, state)
    counts = session.column("confusion")[session.dataset.split_names.index(split)]
    names = session.class_names
    pairs = accuracy.errors(counts, MOST_NAMED)
    rows = [[names[a], names[b], f"{n:,}", f"{counts[a].sum():,}"] for a, b, n in pairs]
    listed = parts.table(
        ["Label", "taken for", "count", "of the label's n"],
        rows,
        numbers=(2, 3),
        caption=f"{split}, most frequent errors",
    )
    if len(counts) > MOST_CLASSES:
        return [parts.empty(f"{len(counts):,} classes are too many for a matrix."), listed]
    most = max((n for *_, n in pairs), default=1)

    def cell(label: int, predicted: int, n: int) -> Any:
        share = 0 if label == predicted else n / most
        return html.Td(f"{n:,}" if n else "", style={"background": f"rgba(66,99,235,{0.6 * share:.2f})"})

    head = html.Tr([html.Th("label \\ predicted"), *(html.Th(name) for name in names[: len(counts)])])
    body = [
        html.Tr([html.Th(names[label]), *(cell(label, column, int(n)) for column, n in enumerate(row))])
        for label, row in enumerate(counts)
    ]
    return [html.Table([html.Thead(head), html.Tbody(body)], className="matrix"), listed]


def _maps(session: Session, state: State, png: Png) -> Any:
    """t-SNE of the pixels and of the layer, by class, as pictures."""
    labels = np.asarray(session.column("labels"))
    names = session.class_names
    colors = theme.class_colors(max(len(names), 1))
    shown: list[Any] = []
    for layer in (PIXELS, session.network.layer):
        column = next(
            (name for name in (f"projection/{layer}/tsne", f"placed/{layer}/tsne") if session.is_ready(name)), ""
        )
        if not column:
            shown.append(parts.empty(f"t-SNE of {layer} was not there yet."))
            continue
        address = static.address(png(dots(session.column(column), labels, colors)))
        what = f"t-SNE of {'the raw pixels' if layer == PIXELS else layer}, {len(labels):,} samples by label"
        shown.append(html.Figure([html.Img(src=address, alt=what), html.Figcaption(what, className="note")]))
    key = [
        html.Span([html.I(style={"background": color}), name])
        for name, color in list(zip(names, colors, strict=False))[:MOST_NAMED]
    ]
    return [html.Div(shown, className="maps"), html.Div(key, className="key")]


def _galleries(session: Session, state: State, png: Png) -> Any:
    """The worst samples by every score that looks for faults."""
    shown: list[Any] = []
    for name, bad in GALLERIES.items():
        if not session.knows(name) or not session.is_ready(name):
            continue
        values = np.asarray(session.column(name), float)
        rows = np.flatnonzero(np.isfinite(values))
        order = rows[np.argsort(values[rows], kind="stable")]
        worst = (order[::-1] if bad == "high" else order)[:MOST_TILES].tolist()
        if not worst:
            continue
        unit = session.unit(name)
        tiles = [
            parts.thumbnail(session.dataset.fingerprint, row, at="report", caption=f"{row:,} · {_said(session, row)}")
            for row in worst
        ]
        end = "highest" if bad == "high" else "lowest"
        shown.append(html.H3(f"{unit.title}: the {len(worst)} {end} of {len(rows):,}"))
        shown.append(html.P(unit.description, className="note"))
        shown.append(html.Div(tiles, className="strip"))
    return shown or parts.empty("No score was worked out.")


def _said(session: Session, row: int) -> str:
    """Label and prediction in short: "4", or "4 → 9" where they differ."""
    names = session.class_names
    label = int(session.column("labels")[row])
    given = names[label] if label >= 0 else "–"
    if not session.is_ready("predicted"):
        return given
    code = int(session.column("predicted")[row])
    predicted = names[code] if code >= 0 else "–"
    return given if predicted == given else f"{given} → {predicted}"


def _methods(session: Session, state: State, png: Png) -> Any:
    """What every score means and which end of it deserves a look."""
    rows = [
        [unit.title, unit.name, unit.bad or "", unit.description] for unit in session.units() if unit.kind == "score"
    ]
    return parts.table(["Score", "column", "bad end", "what it is"], rows)


def dots(points: NDArray[np.floating], labels: NDArray[np.integer], colors: list[str]) -> NDArray[np.uint8]:
    """A map as a picture: (n, 2) points and their labels, -1 for none -> (MAP, MAP, 3) uint8 on white."""
    image = np.full((MAP, MAP, 3), 255, np.uint8)
    finite = np.isfinite(points).all(axis=1)
    points, labels = points[finite], labels[finite]
    if not len(points):
        return image
    low, high = points.min(axis=0), points.max(axis=0)
    size = max(float((high - low).max()), 1e-9)
    middle = (low + high) / 2
    places = np.rint((points - middle) / size * (MAP - 8 * DOT - 1) + MAP / 2).astype(int)
    shades = np.array(
        [[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in (*colors, theme.MISSING)], np.uint8
    )
    for down in range(-DOT, DOT + 1):
        for across in range(-DOT, DOT + 1):
            rows = np.clip(MAP - 1 - places[:, 1] + down, 0, MAP - 1)
            columns = np.clip(places[:, 0] + across, 0, MAP - 1)
            image[rows, columns] = shades[labels]
    return image
