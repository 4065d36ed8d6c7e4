"""The problems page: what was left out and why, what was done to the images, and what has changed on disk since."""

from __future__ import annotations

import time
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import dcc, html

from layouts.kit import ids, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import part, place
from workspace.session import counted

if TYPE_CHECKING:
    from workspace.session import Session

MOST_ROWS = 500
MOST_REASONS = 50
SEARCH_WAIT_MS = 300
AT = "problems"


def count(session: Session) -> int:
    """How many there are, for the navigation."""
    return session.problems.count


@page(
    "/problems",
    title="Problems",
    group="Model",
    order=15,
    count=count,
    purpose="What could not be read or computed, and why",
)
def problems(session: Session, state: State) -> Any:
    """Counts, then the files left out by reason and one by one, then all notices."""

    def body(name: str) -> Any:
        return place(name, session, state)

    session.watch.look()
    search = dbc.Input(
        id=ids.control("file"),
        value=state.file,
        type="search",
        placeholder="part of a file's name, or of a reason",
        debounce=SEARCH_WAIT_MS,
        size="sm",
        className="problem-search",
    )
    box = parts.labelled("Search", search, tooltip="Lists only those whose name or reason contains this")
    return html.Div(
        [
            head("/problems", html.Div(box, className="tools")),
            body("problem-tiles"),
            parts.card("Left out", body("problem-list"), note="files and rows that are no samples, because …"),
            parts.card("Changed on disk", body("problem-disk"), note="what is shown was read once, and is kept"),
            html.Div(
                [
                    parts.card("What was done to the images, and other notices", body("problem-notices")),
                    parts.card("About the network", body("problem-network")),
                ],
                className="two-columns",
            ),
        ],
        className="problem-page",
    )


def line(session: Session) -> Any:
    """One line for the overview, which leads to the page; nothing if nothing was left out."""
    n = session.dataset.n_problems
    if not n:
        return None
    found = f"{parts.count(n, session.dataset.n + n)} files could not be read"
    return html.P(dcc.Link(f"{found}: see Problems", href="problems"), className="problems")


def _watched(session: Session, state: State) -> str:
    """What depends on what was seen on disk, and on what is searched for."""
    return f"{session.watch.stamp}|{state.reason}|{state.file}"


@part("problem-tiles", choice=_watched)
def tiles(session: Session, state: State) -> Any:
    """How many of each kind there are."""
    data, disk = session.dataset, session.watch.disk
    changed = "looking …" if disk is None else f"{len(disk.gone) + len(disk.newer):,}"
    if disk is not None and not disk.checked:
        changed = "no" if disk.same else "yes"
    detail = f"of {disk.checked:,} files looked at" if disk and disk.checked else "since the data were read"
    notices = [*session.store.notices, *data.notices, *(session.network.notices if session.has_network else ())]
    return html.Div(
        [
            parts.tile("Left out", f"{data.n_problems:,}", f"of {data.n + data.n_problems:,} files or rows"),
            parts.tile("Changed on disk", changed, detail),
            parts.tile("Notices", f"{len(notices):,}", "about data and network"),
            parts.tile("Not computed", f"{len(session.failures):,}", "columns that failed"),
        ],
        className="tiles",
    )


@part("problem-list", choice=_watched)
def left_out(session: Session, state: State) -> Any:
    """The reasons with their counts, and under them the files."""
    data = session.dataset
    if not data.n_problems:
        return parts.empty(f"Nothing was left out: all {data.n:,} could be read.")
    found = session.problems.found(state.reason, state.file)
    return [*_reasons(session, state), _head(session, state, len(found)), _rows(found)]


def _reasons(session: Session, state: State) -> list[Any]:
    listed = session.problems.reasons()
    whole = len(session.dataset.problems)
    most = max(reason.count for reason in listed)
    rows = [
        html.Tr(
            [
                html.Td(
                    html.Button(
                        reason.words,
                        id=ids.go("reason", "" if reason.words == state.reason else reason.words, AT),
                        title="Show all reasons" if reason.words == state.reason else "List only these",
                        className="plain reason",
                        **{"aria-pressed": str(reason.words == state.reason).lower()},  # type: ignore[arg-type]
                    )
                ),
                html.Td(parts.count(reason.count, whole), className="number"),
                html.Td(
                    html.Span(html.Span(style={"width": f"{100 * reason.count / most:.1f}%"}), className="bar-track")
                ),
                html.Td(reason.example, className="problem-name"),
            ],
            className="marked" if reason.words == state.reason else None,
        )
        for reason in listed[:MOST_REASONS]
    ]
    heads = ["Reason", "files", "", "for example"]
    head = html.Thead(html.Tr([html.Th(text, className="number" if text == "files" else None) for text in heads]))
    table = html.Table([head, html.Tbody(rows)], className="facts problem-reasons")
    more = f"the {MOST_REASONS} most common of {len(listed):,} kinds of reasons" if len(listed) > MOST_REASONS else ""
    return [markup("problem-reasons", table, className="scroll"), html.P(more, className="note") if more else None]


def _head(session: Session, state: State, n: int) -> Any:
    data = session.dataset
    asked = {name: value for name, value in (("reason", state.reason), ("file", state.file)) if value}
    url = f"export/problems.csv?{urlencode(asked)}".removesuffix("?")
    kept = len(data.problems)
    texts = [f"{parts.count(n, data.n_problems)} files"]
    texts += [f"because “{state.reason}”"] if state.reason else []
    texts += [f"with “{state.file}” in name or reason"] if state.file.strip() else []
    texts += [f"(the first {kept:,} are kept)"] if kept < data.n_problems else []
    texts += [f"· the first {MOST_ROWS:,} are shown"] if n > MOST_ROWS else []
    download = html.A(
        "Download CSV", href=url, download="", className="outline", title="These files with their reasons"
    )
    everything = html.Button(
        "All reasons", id=ids.go("reason", "", "problems-head"), className="outline", title="List all reasons again"
    )
    return html.Div(
        [html.Span(" ".join(texts), className="note"), everything if state.reason else None, download],
        className="problem-head",
    )


def _rows(found: list[tuple[str, str]]) -> Any:
    if not found:
        return parts.empty("None of them match; search for something else.")
    rows = [html.Tr([html.Td(name, className="problem-name"), html.Td(why)]) for name, why in found[:MOST_ROWS]]
    head = html.Thead(html.Tr([html.Th("File", scope="col"), html.Th("Why", scope="col")]))
    return markup("problems", html.Table([head, html.Tbody(rows)], className="facts"), className="scroll tall")


@part("problem-disk", choice=_watched)
def disk(session: Session, state: State) -> Any:
    """Files that are gone or were written to since they were read, and whether the network's file was."""
    seen = session.watch.disk
    name = PurePath(session.options.dataset).name
    lines: list[Any] = []
    if session.watch.network:
        lines.append(html.P(f"{session.watch.network}; start again to use the new one.", className="failed"))
    if seen is None:
        return [*lines, parts.waiting(f"Looking at the files of {name} …")]
    when = time.strftime("%H:%M:%S", time.localtime(seen.looked))
    if seen.trouble:
        lines.append(html.P(f"The data cannot be found any more: {seen.trouble}", className="failed"))
    elif not seen.same:
        lines.append(
            html.P(f"{name} has changed since it was read; start again to read what is new.", className="failed")
        )
    else:
        looked = f"{seen.checked:,} files" if seen.checked else name
        lines.append(parts.empty(f"Nothing has changed: {looked} looked at, at {when}."))
    rows = [(*each, "gone") for each in seen.gone] + [(*each, "written to since") for each in seen.newer]
    return [*lines, *_stale(state, rows, seen.checked)] if rows else lines


def _stale(state: State, rows: list[tuple[str, int, str]], checked: int) -> list[Any]:
    text = state.file.strip().casefold()
    matching = [entry for entry in rows if text in entry[0].casefold()]
    shown = [
        html.Tr(
            [
                html.Td(
                    html.Button(
                        f"sample {row:,}",
                        id=ids.go("focus", str(row), AT),
                        className="plain",
                        title="Look at it as it was read",
                    )
                ),
                html.Td(name, className="problem-name"),
                html.Td(what),
            ]
        )
        for name, row, what in matching[:MOST_ROWS]
    ]
    note = f"{parts.count(len(matching), checked)} files" + (
        f", the first {MOST_ROWS:,} are shown" if len(matching) > MOST_ROWS else ""
    )
    head = html.Thead(html.Tr([html.Th(word, scope="col") for word in ("Sample", "File", "What")]))
    table = html.Table([head, html.Tbody(shown)], className="facts")
    return [html.P(note, className="note"), markup("problems-stale", table, className="scroll")]


@part("problem-notices")
def notices(session: Session, state: State) -> Any:
    """What the readers and the store had to say; with how many of how many where they counted."""
    return _sentences([*session.store.notices, *session.dataset.notices], "Nothing had to be done to them.")


@part("problem-network")
def network(session: Session, state: State) -> Any:
    """What was said when the network was opened, and what could not be computed."""
    said = list(session.network.notices)
    said += [f"{session.title(name)} could not be computed: {why}" for name, why in session.failures.items()]
    return _sentences(said, "It opened without a warning, and everything could be computed.")


def _sentences(sentences: list[str], otherwise: str) -> Any:
    if not sentences:
        return parts.empty(otherwise)
    read = [(counted(sentence), sentence) for sentence in sentences]
    numbers = any(known for known, _ in read)
    rows = []
    for known, sentence in read:
        n = html.Td(parts.count(known.part, known.whole) if known else "", className="number")
        rows.append(html.Tr([*([n] if numbers else []), html.Td(known.rest if known else sentence)]))
    return html.Table(html.Tbody(rows), className="facts problem-notices")
