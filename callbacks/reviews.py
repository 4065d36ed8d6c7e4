"""Reviewing labels: verdicts, steps along the list, and the files in which they are taken away.

The browser shows the next sample by itself (assets/review_deck.js) and posts what was said of the one before
(assets/review_outbox.js), one thing at a time. The answer says whether it is on the disk, and brings further cards.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Input, Output, State
from flask import Flask, Response, jsonify, request

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

PATH = "/reviewed"
STEPS = {"next": 1, "previous": -1}
MOST = 200  # acts of one request
KEPT = 1000  # acts that are known again
LONGEST_ID = 60


def register(app: Dash, session: Session) -> None:
    """Add the routes of verdicts and of the files, and wire what follows verdicts."""
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

    once = Once()

    @server.post(PATH)
    def reviewed() -> Response:
        """What was said: {acts, at, have}: the sample that is looked at by now, and the cards that are there.

        There are several acts only where a page is left. One that is refused is an answer: {refused}.
        """
        try:
            given = request.get_json(silent=True)
        except RecursionError:
            given = None
        asked = given if isinstance(given, dict) else {}
        acts = asked.get("acts")
        if not isinstance(acts, list) or not 0 < len(acts) <= MOST or not all(map(_is_act, acts)):
            return line(400, "This verdict was not understood; reload the page.")
        have = asked.get("have")
        known = {index for index in have if isinstance(index, int)} if isinstance(have, list) else set()
        for act in acts:
            answer = _done(session, once, act, _index(session, asked.get("at")))
        if "refused" not in answer:
            answer |= _seen(session, acts[-1], answer.pop("at"), known)
        response = jsonify(answer)
        response.headers["Cache-Control"] = "no-store"
        return response

    def browser(name: str) -> ClientsideFunction:
        return ClientsideFunction("review", name)

    app.clientside_callback(browser("moved"), Input(ids.ROUTE, "data"))
    app.clientside_callback(browser("heard"), Input(ids.VERSION, "data"))
    app.clientside_callback(
        browser("settled"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Output(ids.VERSION, "data", allow_duplicate=True),
        Input(ids.REVIEWED, "data"),
        State(ids.STATE, "data"),
        State(ids.VERSION, "data"),
        prevent_initial_call=True,
    )


class Once:
    """What was done under which name, so that a verdict that is posted again is not written again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done: OrderedDict[str, Any] = OrderedDict()

    def __call__(self, name: str, work: Callable[[], Any]) -> Any:
        """What `work` gives, now or when it was done under this name; the last KEPT names are remembered."""
        with self._lock:
            if name not in self._done:
                self._done[name] = work()
                while len(self._done) > KEPT:
                    self._done.popitem(last=False)
            return self._done[name]


def _done(session: Session, once: Once, act: dict[str, Any], at: int | None) -> dict[str, Any]:
    """Do one thing; gives the sample that is looked at then, `go` if the browser must go there, and `said` of it."""
    view, do, index = _view(act), str(act.get("do")), _index(session, act.get("index"))
    answer: dict[str, Any] = {"at": at, "go": False}
    try:
        queue = review.queue(session, view)
        if do in STEPS:
            to = session.queues.step(queue, index, STEPS[do], all=view.decided == "show")
            answer |= {"at": index if to is None else to, "go": True}
        elif do == "undo":
            done, back = once(act["id"], lambda: session.reviews.undo(str(act.get("who") or "")))
            answer["said"] = tagging.sentence(done.number, done.at, done.sentence).to_plotly_json()
            if done.number:
                answer |= {"at": session.queues.current(queue, back), "go": True}
        elif do != "look":
            once(act["id"], lambda: _judge(session, act, do, index, queue.source))
    except InspectorError as error:
        return {"refused": str(error)}
    session.tags.glance()
    return answer


def _seen(session: Session, act: dict[str, Any], at: int | None, have: set[int]) -> dict[str, Any]:
    """What is to be seen after the last thing that was done: the props of a Deck."""
    view, index = _view(act), _index(session, act.get("index"))
    try:
        if at is None:  # there was no card any more
            queue = review.queue(session, view)
            at = session.queues.step(queue, index, 1, all=view.decided == "show")
            at = session.queues.current(queue, None) if at is None else at
        return review.cards(session, view, at, have=have)
    except InspectorError as error:  # what was said is written, only the next sample cannot be shown
        return {"message": str(error)}


def _judge(session: Session, act: dict[str, Any], do: str, index: int | None, source: str) -> bool:
    """Write a verdict down."""
    if index is None:
        raise NotSaved("review: no sample is looked at; choose a list with samples first")
    kind, new = do, str(act.get("new") or "")
    if do == "accept":
        kind, new = "relabel", new or _suggested(session, index)
    session.reviews.judge(index, kind, str(act.get("who") or ""), new=new, source=source)
    return True


def _suggested(session: Session, index: int) -> str:
    """The suggested class by name. Raises NotSaved if there is none."""
    code = session.queues.suggestion(index)
    if code < 0:
        raise NotSaved(f"review: nothing is suggested for sample {index:,}; keep or relabel it")
    return session.class_names[code]


def _is_act(given: Any) -> bool:
    return isinstance(given, dict) and isinstance(given.get("id"), str) and 0 < len(given["id"]) <= LONGEST_ID


def _view(act: dict[str, Any]) -> layouts.kit.state.State:
    """The list that somebody goes through, as a Deck gave it out."""
    given = act.get("view")
    fields = given if isinstance(given, dict) else {}
    return layouts.kit.state.State.of({name: fields[name] for name in review.VIEW if name in fields})


def _index(session: Session, given: Any) -> int | None:
    """A sample as the browser knows it."""
    return given if type(given) is int and 0 <= given < session.dataset.n else None  # true is an int, too


def _joined(first: bytes, rest: Any) -> Any:
    yield first
    yield from rest
