"""Reviewing labels: verdicts, steps along the list, and the files in which they are taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, Input, Output, Patch, State, ctx, no_update
from flask import Flask, Response

import layouts.kit.state
from callbacks.exports import file_name
from callbacks.routes import line
from layouts import review, tagging
from layouts.kit import ids
from util import InspectorError
from workspace import fixes
from workspace.journal import NotSaved
from workspace.plan import ColumnNotReady

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session
    from workspace.tag_file import Done

STEPS = {"next": 1, "previous": -1}


def register(app: Dash, session: Session) -> None:
    """Wire the keys of the page (assets/review.js), and add the routes of its files."""
    server: Flask = app.server

    @server.get("/export/<any('fixes.csv', 'fixes.json', 'labels.npy', 'apply.py'):name>")
    def file(name: str) -> Response:
        try:
            pieces, kind = fixes.FILES[name](session), fixes.TYPES[name]
            first = next(pieces, b"")  # whatever is not there says so before the file begins
        except ColumnNotReady as waiting:
            return line(503, str(waiting))
        except InspectorError as error:
            return line(400, str(error))
        response = Response(_joined(first, pieces), mimetype=kind)
        everything = session.find()
        stem, _, ending = name.rpartition(".")
        called = name if ending == "py" else file_name(session, everything, ending, stem)
        response.headers["Content-Disposition"] = f'attachment; filename="{called}"'
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.callback(
        Output(ids.STATE, "data", allow_duplicate=True),
        Output(ids.TAGS_SAID, "children", allow_duplicate=True),
        Output(ids.VERSION, "data", allow_duplicate=True),
        Input(ids.own("review", ALL), "data"),
        State(ids.WHO, "value"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def act(said: list[dict[str, Any] | None], who: str | None, state: dict[str, Any]) -> Any:
        """Write a verdict down and go on to the next sample, or only step, or take the last verdict back."""
        asked = next((each for each in said if each), None)
        if not asked or not ctx.triggered_id:
            return no_update, no_update, no_update
        view, do = layouts.kit.state.State.of(state), str(asked.get("do"))
        queue = review.queue(session, view)
        index = _index(session, asked.get("index"))
        told: tuple[Any, Any] = (no_update, no_update)
        if do in STEPS:
            at = session.queues.step(queue, index, STEPS[do], all=view.decided == "show")
        elif do == "undo":
            done, at = session.reviews.undo(who or "")
            told = _told(session, done)
        else:
            if index is None:
                raise NotSaved("review: no sample is looked at; choose a list with samples first")
            kind, new = do, str(asked.get("new", ""))
            if do == "accept":
                kind, new = "relabel", _suggested(session, index)
            session.reviews.judge(index, kind, who or "", new=new, source=queue.source)
            session.tags.glance()
            told = (no_update, session.version)
            queue = review.queue(session, view)  # a query may be about verdicts
            at = session.queues.step(queue, index, 1, all=view.decided == "show")
        patch = Patch()
        if at is not None or do not in STEPS:
            patch["reviewing"] = "" if at is None else str(at)
        return patch, *told


def _told(session: Session, done: Done) -> tuple[Any, Any]:
    """The sentence, which is only ever shown after the commit, and the new version."""
    session.tags.glance()
    return tagging.sentence(done.number, done.at, done.sentence), session.version


def _suggested(session: Session, index: int) -> str:
    """The suggested class by name. Raises NotSaved if there is none."""
    code = session.queues.suggestion(index)
    if code < 0:
        raise NotSaved(f"review: nothing is suggested for sample {index:,}; keep or relabel it")
    return session.class_names[code]


def _index(session: Session, given: Any) -> int | None:
    """The sample that the viewer saw when the key was pressed."""
    return given if isinstance(given, int) and 0 <= given < session.dataset.n else None


def _joined(first: bytes, rest: Any) -> Any:
    yield first
    yield from rest
