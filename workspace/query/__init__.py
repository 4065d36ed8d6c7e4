"""The query language: which samples a typed text is true for.

    loss > 2 and label == "4" and predicted in ["9", "7"]
    split == "test" and not correct
    filename contains "b/" or `odd name` is null

`syntax.py` reads the text, `fitting.py` compares it with the columns there are, `matching.py` finds
the samples. Nothing that can be written here runs, reads or writes anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workspace.query.complaint import QueryError
from workspace.query.fitting import Field, Fields, check, column_text, literal
from workspace.query.matching import matches
from workspace.query.syntax import LONGEST, Node, operands, read

__all__ = ["LONGEST", "Field", "Query", "QueryError", "both", "column_text", "literal", "parse"]


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read.

    Attributes:
        text: as it was typed, without the blanks around it.
        tree: what it says.
    """

    text: str
    tree: Node

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns it speaks of, each once, in the order they are written."""
        return tuple(dict.fromkeys(each.value for each in operands(self.tree) if each.kind == "column"))

    def check(self, fields: Fields) -> None:
        """Raise QueryError if a column is unknown or compared with something of another kind; reads no column."""
        check(self.tree, fields)

    def evaluate(self, fields: Fields, n: int) -> NDArray[np.bool_]:
        """(n,) true where the query is true; a comparison with a missing value is neither true nor false.

        Raises:
            QueryError: a column is unknown, or compared with something of another kind.
            ColumnNotReady: a column is not there yet.
        """
        return matches(self.tree, fields, n)


def parse(text: str) -> Query | None:
    """The query in a text; None if it is blank.

    Raises:
        QueryError: it cannot be read. Nothing else is ever raised, whatever the text.
    """
    return Query(text.strip(), read(text)) if text.strip() else None


def both(*texts: str) -> str:
    """The query that is true where all of these are; blank ones are left out."""
    given = [text.strip() for text in texts if text.strip()]
    return given[0] if len(given) == 1 else " and ".join(f"({text})" for text in given)
