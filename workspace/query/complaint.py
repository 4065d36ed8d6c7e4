"""What is wrong with the writing of a query, in a sentence for a person who is still typing it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from util import InspectorError

if TYPE_CHECKING:
    from lark import Token

SHOWN = 30  # characters of the text that a sentence quotes
OPERANDS = ("NAME", "QUOTED", "NUMBER", "TEXT", "TRUE", "FALSE")
TESTS = {"CONTAINS": "contains", "STARTSWITH": "startswith", "ENDSWITH": "endswith"}
PAIRS = {"LPAR": ("(", ")"), "LSQB": ("[", "]")}
HINTS = {
    ".": "columns have nothing inside; a name with a dot goes between back-ticks",
    "&": "write and",
    "|": "write or",
    "!": "write not, or != between two values",
    "~": "write not",
    "+": "there is no arithmetic",
    "-": "there is no arithmetic; a minus stands right before its number",
    "*": "there is no arithmetic",
    "/": "there is no arithmetic",
    "%": "there is no arithmetic",
    "^": "there is no arithmetic",
    "@": "names of columns stand by themselves, odd ones between back-ticks",
    "$": "names of columns stand by themselves, odd ones between back-ticks",
    "#": "there are no comments",
    ";": "a query is one condition; join several with and or or",
}
TURNED = {"=>": ">=", "=<": "<=", "=!": "!="}
PLAIN = 'write conditions such as loss > 2 and label == "4"'
CURLY = "“”„‟‘’‚‛«»‹›＂＇´"


class QueryError(InspectorError):
    """A query that cannot be read, or does not fit the columns.

    Attributes:
        position: the character, counted from 0, where the trouble is.
        length: how many characters it takes; 0 at the end of the text.
        suggestion: what to write in place of these characters; "" if nobody can know.
    """

    def __init__(self, message: str, position: int, *, length: int = 0, suggestion: str = "") -> None:
        super().__init__(f"query: {message}")
        self.position = position
        self.length = length
        self.suggestion = suggestion


def character(text: str, position: int) -> QueryError:
    """The error for a character that begins nothing."""
    found, column = text[position], position + 1
    if found in "'\"":
        return QueryError(f"the text that begins at column {column} is not closed; add {found} after it", position)
    if found == "`":
        empty = text[position : position + 2] == "``"
        what = "the back-ticks hold no name" if empty else "the name that begins here is not closed"
        mend = "write a column's name between them" if empty else "add ` after it"
        return QueryError(f"{what} at column {column}; {mend}", position, length=1 + empty)
    if found in CURLY:
        mend = "texts stand between straight quotes, ' or \""
        return QueryError(f"curly quote {found} at column {column}; {mend}", position, length=1, suggestion='"')
    hint = HINTS.get(found, PLAIN)
    suggestion = ""
    if found in "&|":
        suggestion = "and" if found == "&" else "or"
    elif found.isdecimal():
        hint, suggestion = "write numbers with the digits 0 to 9", str(unicodedata.digit(found))
    length = 2 if suggestion and text[position : position + 2] in ("&&", "||") else 1
    return QueryError(
        f"unexpected {quoted(found)} at column {column}; {hint}", position, length=length, suggestion=suggestion
    )


def token(text: str, done: Sequence[Token], found: Token | None) -> QueryError:
    """The error for a word that cannot stand where it stands.

    Args:
        text: the query.
        done: the words before it.
        found: the word; None for the end of the text.
    """
    if found is None:
        return _end(text, done)
    position, before = found.start_pos or 0, done[-1] if done else None
    here, length = f"unexpected {quoted(str(found))} at column {position + 1}", len(found)
    if before is not None and before.type == found.type == "COMPARE" and text[position - 1 : position + 1] in TURNED:
        turned = TURNED[text[position - 1 : position + 1]]
        return QueryError(f"{here}; write {turned}", position - 1, length=2, suggestion=turned)
    if before is not None and before.type == "COMPARE" and found.type == "NULL":
        start = before.start_pos or 0
        mend = "is not null" if before in ("!=", "<>") else "is null"
        return QueryError(f"{here}; write {mend}", start, length=position + len(found) - start, suggestion=mend)
    if found.type == "LPAR" and before is not None and before.type == "NAME":
        return QueryError(
            f"unknown function {quoted(str(before))} at column {(before.start_pos or 0) + 1}; "
            "there are no functions, compare columns with values",
            before.start_pos or 0,
            length=len(before),
        )
    if found.type in ("RPAR", "RSQB") and _open(done) is None:
        return QueryError(f"{here}; nothing is open that it could close", position, length=length)
    return QueryError(f"{here}; {_missing(before, found)}", position, length=length)


def quoted(text: str) -> str:
    """A piece of what was typed, in quotes, cut short, and with a name for what cannot be seen."""
    if len(text) == 1 and not (text.isprintable() and text.strip()):
        return f"invisible character U+{ord(text):04X}"
    shown = "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)
    return f"'{shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + '…'}'"


def _end(text: str, done: Sequence[Token]) -> QueryError:
    """The error for a text that ends too early."""
    if not done:
        return QueryError("nothing is written; write a condition such as loss > 2", 0)
    last, end = done[-1], done[-1].end_pos or 0
    opened = _open(done)
    complete = last.type in (*OPERANDS, "RPAR", "RSQB", "NULL")
    if complete and opened is not None:
        mark, close = PAIRS[opened.type]
        return QueryError(
            f"the '{mark}' at column {(opened.start_pos or 0) + 1} is not closed; "
            f"'{close}' is missing at column {end + 1}",
            end,
            suggestion=close,
        )
    so_far = text[:end].strip()
    so_far = so_far if len(so_far) <= SHOWN else "…" + so_far[1 - SHOWN :]
    return QueryError(f"nothing follows {quoted(so_far)}; {_wanted(done)} is missing at column {end + 1}", end)


def _wanted(done: Sequence[Token]) -> str:
    """What must come next."""
    kind, between = done[-1].type, _half_between(done)
    if between and kind != "BETWEEN":
        return "a value" if kind == "AND" else "and with the upper bound"
    if kind in TESTS:
        return "a text in quotes"
    if kind == "IS":
        return "null or not null"
    if kind == "IN":
        return "a list such as [1, 2]"
    if kind == "NOT" and len(done) > 1 and done[-2].type == "IS":
        return "null"
    if kind == "NOT" and len(done) > 1 and done[-2].type in OPERANDS:
        return "in, between, contains, startswith or endswith"
    if kind in ("COMPARE", "BETWEEN", "LSQB", "COMMA"):
        return "a value"
    return "a condition"


def _missing(before: Token | None, found: Token) -> str:
    """What should stand between two words that do not fit."""
    if before is None:
        return "a column must come first, such as loss > 2"
    if before.type in (*TESTS, "COMPARE", "IN", "IS", "BETWEEN", "LSQB", "COMMA", "AND", "OR", "NOT", "LPAR"):
        what = _wanted([before])
        return f"{what} is missing before it"
    if before.type in OPERANDS and found.type in OPERANDS:
        return "a comparison, and or or is missing before it"
    return "and or or is missing before it" if found.type in (*OPERANDS, "NOT", "LPAR") else PLAIN


def _open(done: Sequence[Token]) -> Token | None:
    """The innermost bracket that is not closed."""
    opened: list[Token] = []
    for each in done:
        if each.type in PAIRS:
            opened.append(each)
        elif each.type in ("RPAR", "RSQB") and opened:
            opened.pop()
    return opened[-1] if opened else None


def _half_between(done: Sequence[Token]) -> bool:
    """Whether a `between` waits for its second value."""
    for number, each in enumerate(reversed(done)):
        if each.type == "BETWEEN":
            return number < 3
    return False
