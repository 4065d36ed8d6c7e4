"""Which network this one is compared with, and the words and links that the compare page is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts.kit import ids, parts
from layouts.kit.state import State
from workspace.session import column_text, literal

if TYPE_CHECKING:
    from workspace.session import Session

MINE, THEIRS, CIRCLE = "mine", "theirs", "circle"  # the maps of the compare page
SIDES = (MINE, THEIRS, CIRCLE)


def short(session: Session, state: State) -> str:
    """The short name of the network that is compared with: the one chosen, else the first; "" without another one."""
    names = list(session.comparing.names)
    return state.against if state.against in names else names[0] if names else ""


def other(session: Session, state: State) -> Session | None:
    """The session of that network."""
    return session.comparing.names.get(short(session, state))


def alone() -> Any:
    """What the page says while no second network is open."""
    return html.P(
        [
            "Only one network is open. Give a second one on the command line, ",
            html.Code("python app.py first.h5 second.h5 dataset"),
            ", or open one with the same dataset on the Open page; then this page compares them.",
        ],
        className="empty",
    )


def silent(session: Session, state: State) -> str:
    """Why one of the two has no answers to compare, a sentence that names it; "" if both have."""
    for one in (session, other(session, state)):
        if one is not None and one.no_head:
            return f"{name(one)} cannot be compared. {one.no_head}"
    return ""


def instead(session: Session, state: State) -> Any | None:
    """What stands where a comparison would, if there is nothing to compare; else None."""
    if not short(session, state):
        return alone()
    reason = silent(session, state)
    return parts.empty(reason) if reason else None


def name(session: Session) -> str:
    """What a network is called on the page: its file's name."""
    return session.comparing.title


def menu_name(session: Session, short: str) -> str:
    """What a network is called in a menu: by its file, and its short name where that is not the same."""
    called = name(session.comparing.other(short))
    return called if called.split(".")[0] == short else f"{called} ({short})"


def address(session: Session, one: Session) -> str:
    """Where the compare page of another open network is, "" if it has no pages of its own."""
    key = session.pairs.key_of(one) if session.pairs else ""
    return f"{session.pairs.url(key)}compare" if session.pairs and key else ""


def names(session: Session, state: State) -> tuple[str, str]:
    """What this network is called and what the other one; by their short names where the files are called alike."""
    there = other(session, state)
    mine, theirs = name(session), name(there) if there else ""
    return (mine, theirs) if mine != theirs else (session.comparing.own, short(session, state))


def color(session: Session, state: State) -> str:
    """The column that colors the maps of the page."""
    return f"vs_{short(session, state)}"


def query(session: Session, state: State, *, outcome: str = "", label: str = "", split: str = "") -> str:
    """A query for the samples of an outcome, of a class, of a split; what is empty is not asked for."""
    asked = [(color(session, state), outcome), ("label", label), ("split", split)]
    return " and ".join(f"{column_text(column)} == {literal(value)}" for column, value in asked if value)


def count(n: int, asked: str, *, at: str, what: str, className: str = "") -> Any:
    """A number that leads to the samples it counts, in the table; plain where there are none."""
    if not n:
        return html.Span("0", className=f"{className} nothing".strip())
    return html.Button(
        f"{n:,}",
        id=ids.go("table", asked, at),
        className=f"count-link {className}".strip(),
        title=f"Show {what} in the table: {asked}",
    )


def pool(asked: str, *, at: str, text: str = "Image pool") -> Any:
    """A button that shows the samples of a query as pictures."""
    return html.Button(text, id=ids.go("pool", asked, at), className="count-link note", title=f"Show them: {asked}")


def known(session: Session, state: State) -> str:
    """A word that changes when another network is chosen, or this one is opened."""
    there = other(session, state)
    return f"{short(session, state)}{int(there is not None and there.has_network)}"


def ready(session: Session, state: State, *columns: str) -> str:
    """A word that changes when one of these columns of one of the two lands, or is known to have failed."""
    there = other(session, state)
    pair = (session, there) if there else (session,)
    return "".join(
        "1" if one.is_ready(column) else "x" if one.failure(column) else "0" for one in pair for column in columns
    )
