"""Tags: given, taken, changed, undone; and what shows them, kept as the file has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dash import ALL, Input, Output, State, ctx, no_update

import layouts.kit.state
from layouts import tagging, walk
from layouts.kit import ids
from workspace.journal import NotSaved

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session
    from workspace.tag_file import Done

SAID = Output(ids.TAGS_SAID, "children", allow_duplicate=True)
VERSION = Output(ids.VERSION, "data", allow_duplicate=True)


def register(app: Dash, session: Session) -> None:
    """Wire the forms of tray and panel, the steps back and forth, and the page of tags."""
    _show(app, session)
    _give(app, session)
    _change(app, session)


def _show(app: Dash, session: Session) -> None:
    @app.callback(
        Output(ids.TRAY_TAGS, "children"),
        Output(ids.PANEL_TAGS, "children"),
        Output(ids.TAG_NAMES, "data-names"),
        Input(ids.STATE, "data"),
        Input(ids.VERSION, "data"),
    )
    def show(state: dict[str, Any], version: int) -> Any:
        """The tags of the selection and of the sample looked at, and all names."""
        if not session.has_dataset:
            return [], [], "[]"
        view = layouts.kit.state.State.of(state)
        return (
            tagging.of_selection(session, view.selection) if view.selection else [],
            tagging.of_sample(session, view.index) if view.index is not None else [],
            json.dumps(session.tags.names()),
        )

    @app.callback(
        Output(ids.UNDO, "disabled"),
        Output(ids.UNDO, "title"),
        Output(ids.REDO, "disabled"),
        Output(ids.REDO, "title"),
        Input(ids.WHO, "value"),
        Input(ids.VERSION, "data"),
    )
    def offer(who: str | None, version: int) -> Any:
        """What this viewer can take back and do again."""
        back, again = session.tags.steps_of(who or "")
        return (
            not back,
            f"Undo: {back} (Ctrl+Z)" if back else "Nothing of yours to undo",
            not again,
            f"Redo: {again} (Ctrl+Shift+Z)" if again else "Nothing of yours to redo",
        )


def _give(app: Dash, session: Session) -> None:
    @app.callback(
        Output(ids.TRAY_TAG_BOX, "value"),
        SAID,
        VERSION,
        Input(ids.TRAY_TAG_ADD, "n_clicks"),
        Input(ids.TRAY_TAG_REMOVE, "n_clicks"),
        Input(ids.TRAY_TAG_BOX, "n_submit"),
        State(ids.TRAY_TAG_BOX, "value"),
        State(ids.WHO, "value"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def tag_selection(
        add: int | None,
        remove: int | None,
        submit: int | None,
        names: str | None,
        who: str | None,
        state: dict[str, Any],
    ) -> Any:
        """Give the typed tags to the selected samples, or take them away."""
        if not (add or remove or submit):
            return no_update, no_update, no_update
        change = session.tags.remove if ctx.triggered_id == ids.TRAY_TAG_REMOVE else session.tags.add
        done = change(names or "", session.selections.read(_view(state).selection), who or "")
        return "", *told(session, done)

    @app.callback(
        Output(ids.PANEL_TAG_BOX, "value"),
        SAID,
        VERSION,
        Input(ids.PANEL_TAG_ADD, "n_clicks"),
        Input(ids.PANEL_TAG_BOX, "n_submit"),
        State(ids.PANEL_TAG_BOX, "value"),
        State(ids.WHO, "value"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def tag_sample(
        add: int | None, submit: int | None, names: str | None, who: str | None, state: dict[str, Any]
    ) -> Any:
        """Give the typed tags to the sample looked at."""
        if not (add or submit):
            return no_update, no_update, no_update
        done = session.tags.add(names or "", _looked_at(state), who or "")
        return "", *told(session, done)

    @app.callback(
        SAID,
        VERSION,
        Input(ids.untag(ALL, ALL), "n_clicks"),
        State(ids.WHO, "value"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def untag(clicks: list[int | None], who: str | None, state: dict[str, Any]) -> Any:
        """Take the tag whose cross was clicked from the sample, or from the selected ones."""
        which = ctx.triggered_id
        if not which or not _value("n_clicks"):
            return no_update, no_update
        if which["at"] == "tray":
            rows: Any = session.selections.read(_view(state).selection)
        else:
            rows = _looked_at(state) if which["at"] == "panel" else [walk.current(session, _view(state))]
        return told(session, session.tags.remove([which["untag"]], rows, who or ""))


def _change(app: Dash, session: Session) -> None:
    @app.callback(
        SAID,
        VERSION,
        Input(ids.UNDO, "n_clicks"),
        Input(ids.REDO, "n_clicks"),
        State(ids.WHO, "value"),
        prevent_initial_call=True,
    )
    def step(back: int | None, again: int | None, who: str | None) -> Any:
        """Undo or redo the last thing of this viewer."""
        if not (back or again):
            return no_update, no_update
        done = session.tags.redo(who or "") if ctx.triggered_id == ids.REDO else session.tags.undo(who or "")
        return told(session, done)

    @app.callback(
        SAID,
        VERSION,
        Input(ids.tag_edit("color", ALL), "value"),
        Input(ids.tag_edit("name", ALL), "value"),
        Input(ids.tag_edit("delete", ALL), "n_clicks"),
        State(ids.WHO, "value"),
        prevent_initial_call=True,
    )
    def edit(colors: list[Any], names: list[Any], clicks: list[Any], who: str | None) -> Any:
        """Give a tag another color or name, or delete it. A value that only came with the page changes nothing."""
        which = ctx.triggered_id
        if not which:
            return no_update, no_update
        what, name = which["tag_edit"], which["tag"]
        value = _value("n_clicks" if what == "delete" else "value")
        known = {tag.name: tag.color for tag in session.tags.all()}
        if not value or name not in known or (what == "name" and value == name) or (value == known[name]):
            return no_update, no_update
        if what == "delete":
            done = session.tags.delete(name, who or "")
        elif what == "name":
            done = session.tags.rename(name, str(value), who or "")
        else:
            done = session.tags.recolor(name, str(value), who or "")
        return told(session, done)


def told(session: Session, done: Done) -> tuple[Any, Any]:
    """The sentence, which is only ever shown after the commit, and the new version."""
    session.tags.glance()
    return tagging.sentence(done.number, done.at, done.sentence), session.version


def _value(prop: str) -> Any:
    """What the component that was touched says."""
    for group in ctx.inputs_list:
        for entry in group if isinstance(group, list) else [group]:
            if entry["id"] == ctx.triggered_id and entry["property"] == prop:
                return entry.get("value")
    return None


def _view(state: dict[str, Any]) -> layouts.kit.state.State:
    return layouts.kit.state.State.of(state)


def _looked_at(state: dict[str, Any]) -> list[int]:
    index = _view(state).index
    if index is None:
        raise NotSaved("tags: no sample is looked at; click one first")
    return [index]
