"""Samples that are looked at one after the other, the next ones drawn before they are asked for."""

from __future__ import annotations

from typing import Any

from layouts.kit.component import Own


class Deck(Own):
    """A pile of cards, one for each sample, of which one is seen (assets/review_deck.js).

    The browser goes on to the next card by itself. What a server says later adds to the pile, and never takes
    away the card that is looked at.

    Attributes:
        id: `{"markup": name}`: buttons in a card are those of a markup.
        view: the fields of the view that say which list this is; they go back with whatever is said of a card.
        order: the sample that is looked at, then the next ones; empty at the end of the list.
        cards: index as text -> what stands on its card, as `markup.tree` gives it.
        end: what is seen at the end of the list, as such a tree.
        version: of the session, when this was drawn.
        went: *out*; as that of a markup.
    """

    _type = "Deck"

    def __init__(
        self,
        id: str | dict[str, Any],
        *,
        view: dict[str, str],
        order: list[int],
        cards: dict[str, list[Any]],
        end: list[Any],
        version: int,
        went: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(id=id, view=view, order=order, cards=cards, end=end, version=version, went=went)
