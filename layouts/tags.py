"""The page of tags: every tag with its color and count, where its samples are, and who did what when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import html

from layouts import tagging
from layouts.kit import ids, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import part, place
from workspace.session import ColumnNotReady, Tag, literal

if TYPE_CHECKING:
    from workspace.session import Session

MOST = 50  # tags that are listed
MOST_LINES = 60
NOTE = (
    "Tags are words for samples. Select some, on any page, and type the words below; or open a sample and give "
    "them to it alone. They are kept with the pixels of each sample, so they stay when the data is read again, "
    "sorted anew or added to. The key t leads to the words, Ctrl+Z takes back what you did last."
)


@page("/tags", title="Tags", group="Samples", order=80, purpose="Words of your own for samples")
def tags(session: Session, state: State) -> Any:
    """The tags and their history."""
    return html.Div(
        [
            head("/tags"),
            place("tag-list", session, state),
            place("tag-history", session, state),
        ],
        className="tags-page",
    )


def _now(session: Session, state: State) -> str:
    return str(session.tags.version)


@part("tag-list", columns=("digests", "copies"), choice=_now)
def tag_list(session: Session, state: State) -> Any:
    """Every tag of this dataset, and those of other data that share the folder."""
    if not session.has_dataset:
        raise ColumnNotReady("The dataset is being read; wait a moment")
    found = session.tags.all()
    here = [tag for tag in found if tag.count or not tag.elsewhere]
    others = [tag for tag in found if tag not in here]
    shown = here[:MOST]
    body: list[Any] = [html.Div([row(session, tag) for tag in shown], className="tag-rows")] if here else []
    if not here:
        body = [parts.empty(NOTE)]
    if others:
        names = ", ".join(f"{tag.name} ({tag.elsewhere:,})" for tag in others[:MOST])
        body.append(html.P(f"Of other data, on no sample here: {names}", className="note"))
    return [
        parts.notices(session.tags.notices),
        parts.card("All tags", *body, note=f"{parts.count(len(shown), len(here))} shown" if here else ""),
    ]


@part("tag-history", choice=_now)
def history(session: Session, state: State) -> Any:
    """Who did what when, the newest first."""
    lines, total = session.tags.history(MOST_LINES)
    if not total:
        return []
    listed = html.Ul(
        [
            html.Li(
                [
                    html.Span(tagging.moment(line.at), className="when"),
                    html.Span(line.who, className="who"),
                    html.Span(line.sentence, className="undone" if line.undone else "what"),
                ]
            )
            for line in lines
        ],
        className="tag-history",
    )
    note = f"the latest {parts.count(len(lines), total)}; struck out what was taken back"
    return parts.card("History", markup("tag-history", listed), note=note)


def row(session: Session, tag: Tag) -> Any:
    """A tag with what can be done with it."""
    query = f"tags contains {literal(tag.name)}"
    return html.Div(
        [
            _labelled(
                f"Color of the tag {tag.name}",
                dbc.Input(id=ids.tag_edit("color", tag.name), type="color", value=tag.color, debounce=True),
            ),
            _labelled(
                f"Name of the tag {tag.name}; type another and press Enter",
                dbc.Input(
                    id=ids.tag_edit("name", tag.name),
                    value=tag.name,
                    maxLength=60,
                    debounce=True,
                    size="sm",
                    autoComplete="off",
                    className="tag-title",
                ),
            ),
            markup(
                f"tag-{tag.name}",
                html.Span(f"{parts.count(tag.count, session.dataset.n)}", className="count"),
                html.Span(
                    [
                        html.Button(
                            "Map",
                            id=ids.go("map", f"tag:{tag.name}", "tags"),
                            className="plain",
                            title="Color the map by it",
                        ),
                        html.Button("Table", id=ids.go("table", query, "tags"), className="plain", title=query),
                        html.Button("Image pool", id=ids.go("pool", query, "tags"), className="plain", title=query),
                    ],
                    className="links",
                ),
                html.Span(
                    f"last change by {tag.who}, {tagging.moment(tag.at)}"
                    + (f" · {tag.elsewhere:,} more on samples that are not here" if tag.elsewhere else ""),
                    className="note",
                ),
                className="tag-facts",
            ),
            html.Button(
                "Delete",
                id=ids.tag_edit("delete", tag.name),
                className="outline",
                title="Take it from all samples and forget it; Undo brings it back",
            ),
        ],
        className="tag-row",
    )


def _labelled(label: str, control: Any) -> Any:
    return html.Label([html.Span(label, className="visually-hidden"), control], title=label)
