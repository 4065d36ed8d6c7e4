"""Small pieces that pages are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from layouts.kit import ids


def aria(label: str) -> dict[str, Any]:
    """What a thing is called for who cannot see it, as keyword arguments."""
    return {"aria-label": label}


def card(title: str, *children: Any, note: str = "", tools: Any = None, className: str = "") -> Any:
    """A white sheet with a title, an explanation behind it, and controls at its right."""
    head = html.Div(
        [html.H2(title), html.Span(note, className="note") if note else None, html.Div(tools, className="tools")],
        className="card-title",
    )
    return html.Section([head, *children], className=f"sheet {className}")


def tile(label: str, value: str, *details: str, tooltip: str = "") -> Any:
    """One number with its name above and its n below, a line each."""
    return html.Div(
        [
            html.Div(label, className="label"),
            html.Div(value, className="value"),
            *[html.Div(detail, className="note") for detail in details],
        ],
        className="sheet tile",
        title=tooltip or None,
    )


def waiting(text: str) -> Any:
    """What stands where something is still being computed."""
    return html.Div([dbc.Spinner(size="sm"), html.Span(text)], className="waiting", role="status")


def failed(text: str, again: str = "") -> Any:
    """What stands where something could not be computed, with a button that tries the column `again`."""
    button = html.Button("Try again", id=ids.again(again, token_hex(4)), className="outline") if again else None
    return html.Div(["Could not be computed: ", html.Span(text), " ", button], className="failed", role="alert")


def refused(text: str) -> Any:
    """What stands where something was asked for that makes no sense: the sentence that says so."""
    return html.Div(text, className="failed", role="alert")


def empty(text: str) -> Any:
    """What stands where there is nothing to show, and why."""
    return html.Div(text, className="empty")


def later(text: str) -> Any:
    """What stands in a card that is filled once something was asked for: a line behind its title."""
    return html.Div(text, className="empty later")


def chip(label: str, value: str, *, tooltip: str = "") -> Any:
    """A short fact in the header."""
    return html.Span([html.Span(label, className="chip-label"), value], className="chip", title=tooltip or None)


def labelled(label: str, control: Any, *, tooltip: str = "") -> Any:
    """A form control under its label."""
    return html.Label([html.Span(label), control], className="labelled", title=tooltip or None)


def select(field: str, options: Sequence[tuple[str, str]], value: str, *, label: str, tooltip: str = "") -> Any:
    """A menu whose choice is a field of the state.

    Args:
        field: the state's field.
        options: (value, text) pairs.
        value: what is chosen now.
        label: the text above.
        tooltip: what it does.
    """
    entries = [{"value": key, "label": text} for key, text in options]
    return labelled(
        label, dbc.Select(id=ids.control(field), options=entries, value=value, size="sm"), tooltip=tooltip
    )


def table(
    head: Sequence[Any], rows: Sequence[Sequence[Any]], *, numbers: Sequence[int] = (), caption: str = ""
) -> Any:
    """A small table; columns listed in `numbers` are aligned to the right."""

    def css(column: int) -> str | None:
        return "number" if column in numbers else None

    return html.Table(
        [
            html.Caption(caption) if caption else None,
            html.Thead(html.Tr([html.Th(text, className=css(i), scope="col") for i, text in enumerate(head)])),
            html.Tbody([html.Tr([html.Td(text, className=css(i)) for i, text in enumerate(row)]) for row in rows]),
        ],
        className="facts",
    )


def bars(values: Sequence[float], names: Sequence[str], *, marked: int | None = None, texts: Sequence[str]) -> Any:
    """Horizontal bars from 0 to 1 with a name before and a text behind each; one may be marked."""
    rows = [
        html.Div(
            [
                html.Span(name, className="bar-name"),
                html.Span(
                    html.Span(style={"width": f"{100 * min(max(value, 0.0), 1.0):.2f}%"}), className="bar-track"
                ),
                html.Span(text, className="bar-text"),
            ],
            className="bar marked" if row == marked else "bar",
        )
        for row, (value, name, text) in enumerate(zip(values, names, texts, strict=True))
    ]
    return html.Div(rows, className="bars")


def thumbnail(fingerprint: str, index: int, *, at: str, caption: str = "", tooltip: str = "") -> Any:
    """A sample's picture; a click looks at the sample. `at` names the list it stands in."""
    return html.Button(
        [
            html.Img(src=image_url(fingerprint, index), alt=f"sample {index}", className="pixels"),
            html.Span(caption) if caption else None,
        ],
        id=ids.go("focus", str(index), at),
        className="thumbnail",
        title=tooltip or f"sample {index}",
    )


def image_url(fingerprint: str, index: int | str) -> str:
    """Where a sample's picture is; `index` may be a placeholder."""
    return f"sample/{fingerprint}/{index}.png"


def whole_url(fingerprint: str, index: int) -> str:
    """Where the whole picture is that a sample was made of."""
    return f"whole/{fingerprint}/{index}"


def row_url(key: str, row: int) -> str:
    """Where a row of a column of images is, as a picture."""
    return f"picture/{key}/{row}.png"


def column_url(key: str) -> str:
    """Where the values of a column are."""
    return f"column/{key}.bin"


def selection_url(fingerprint: str, name: str) -> str:
    """Where the bits of a selection are."""
    return f"selection/{fingerprint}/{name}.bin"


def count(part: int, whole: int) -> str:
    """The n of N that every list says."""
    return f"{part:,} of {whole:,}"


def percent(value: float, digits: int = 2) -> str:
    """A share as a percentage; a dash for what is not a number."""
    return "–" if value != value else f"{100 * value:.{digits}f} %"


def number(value: float, digits: int = 3) -> str:
    """A number with a few significant digits, such as "0.012", "−14" or "3.6e−6"; a dash for what is not one."""
    return "–" if value != value else readable(f"{value:.{digits}g}")


def readable(number: str) -> str:
    """A number as Python writes it, as people do: "-1e-07" -> "−1e−7"."""
    mantissa, _, power = number.partition("e")
    return f"{mantissa}e{int(power)}".replace("-", "−") if power else mantissa.replace("-", "−")


def facts(values: Mapping[str, str], *, className: str = "") -> Any:
    """Names and values in two columns."""
    rows = [html.Div([html.Dt(name), html.Dd(value)]) for name, value in values.items()]
    return html.Dl(rows, className=f"fact-list {className}".strip())


def notices(sentences: Sequence[str]) -> Any:
    """What a person should know before believing the figures; nothing if there is nothing."""
    return html.Ul([html.Li(sentence) for sentence in sentences], className="notices") if sentences else None
