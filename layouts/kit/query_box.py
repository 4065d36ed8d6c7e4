"""The query box: what stands in a Dash layout for assets/query_box*.js."""

from __future__ import annotations

from typing import Any

from layouts.kit.component import Own, Prop


class QueryBox(Own):
    """One line in which a query is typed (assets/query_box*.js): colored words, completion, count, errors.

    Keys: arrows move in the list of completions, Tab takes the marked or first one, Enter takes the marked
    one or applies the query, Escape closes the list, Ctrl+Space opens it. How many samples match is asked
    of `/query?text=` 200 ms after the last key; an error is shown after 600 ms of rest, on Enter, and at
    once for a query that came by a link. A query with an error is not applied.

    Attributes:
        id: `ids.query_box(name)`; also the key of `window.innerview.maps[...]`, where tests look,
            as in "query-box".
        value: the query that is applied, "" for none; another one than before takes the place of what is typed.
        applied: out; {text, stamp} on Enter, on leaving the box and by its cross; stamp is the time in ms.
        vocabulary: URL of the columns that can be named (`/vocabulary/<key>.json`), or None while there are none.
        label: what the box is called for who cannot see it.
        placeholder: what stands in it while it is empty.
        className: more CSS classes of the outermost element.
    """

    _type = "QueryBox"

    def __init__(
        self,
        id: str | dict[str, Any],
        *,
        value: str = "",
        vocabulary: str | None = None,
        label: str = "Query: which samples are shown",
        placeholder: str = 'Find samples: loss > 2 and label == "4"',
        className: str = "",
        applied: Prop | None = None,
    ) -> None:
        super().__init__(
            id=id,
            value=value,
            vocabulary=vocabulary,
            label=label,
            placeholder=placeholder,
            className=className,
            applied=applied,
        )
