"""The written form of a query: text in, an immutable tree out, or a QueryError that says where.

The grammar knows columns, literals and comparisons. It has no calls, attributes, subscripts or
arithmetic, so there is nothing in it that could run, read or write anything. Limits on length,
nesting and number of conditions are checked on the tokens, before anything is built of them; the
parser works without recursion.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workspace.query import complaint
from workspace.query.complaint import QueryError

if TYPE_CHECKING:
    from lark import Lark, Token

LONGEST = 2000  # characters
LONGEST_LITERAL = 1000  # characters
DEEPEST = 50
MOST_CONDITIONS = 200

KEYWORDS = ("and", "or", "not", "in", "between", "contains", "startswith", "endswith", "is", "null", "true", "false")
NAME = r"[^\W\d]\w*"

# Keywords match in ASCII alone: to a case-blind regular expression "ſ" is an "s".
GRAMMAR = (
    r"""
    start: either
    either: both (OR both)*
    both: condition (AND condition)*
    ?condition: NOT condition -> negation
        | "(" either ")"
        | operand -> bare
        | operand (COMPARE operand)+ -> chain
        | operand [NOT] IN _list -> member
        | operand [NOT] BETWEEN operand AND operand -> between
        | operand [NOT] (CONTAINS | STARTSWITH | ENDSWITH) operand -> match
        | operand IS [NOT] NULL -> null
    _list: "[" _items? "]" | "(" _items? ")"
    _items: operand ("," operand)*
    operand: NAME | QUOTED | NUMBER | TEXT | TRUE | FALSE
    COMPARE: /==|!=|<>|<=|>=|=|<|>/
    NUMBER: /-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/
    TEXT: /'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*"/
    QUOTED: /`(?:[^`]|``)+`/
    SPACE: /\s+/
    %ignore SPACE
    """
    + f"NAME: /{NAME}/\n"
    + "\n".join(rf"{word.upper()}.2: /(?ai:{word})(?!\w)/" for word in KEYWORDS)
)


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of a comparison.

    Attributes:
        kind: "column", "number", "text" or "truth".
        value: the column's name, or the literal's value.
        source: as it is written.
        position: of its first character.
    """

    kind: str
    value: Any
    source: str
    position: int


@dataclass(frozen=True, slots=True)
class Bare:
    """A truth column by itself."""

    operand: Operand


@dataclass(frozen=True, slots=True)
class Compare:
    """Two operands with ==, !=, <, <=, > or >= between them."""

    left: Operand
    operator: str
    right: Operand


@dataclass(frozen=True, slots=True)
class Member:
    """A column whose value is one of a list."""

    operand: Operand
    items: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A text or class name that contains, starts with or ends with a text."""

    operand: Operand
    how: str
    text: Operand


@dataclass(frozen=True, slots=True)
class Null:
    """A column without a value."""

    operand: Operand


@dataclass(frozen=True, slots=True)
class Not:
    """What is false in the other."""

    node: Node


@dataclass(frozen=True, slots=True)
class Every:
    """All of these are true (`and`)."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One of these is true (`or`)."""

    nodes: tuple[Node, ...]


Node = Bare | Compare | Member | Match | Null | Not | Every | Some


def read(text: str) -> Node:
    """The tree of a query. Raises QueryError, and nothing else whatever the text."""
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    if len(text) > LONGEST:
        raise QueryError(f"longer than {LONGEST:,} characters ({len(text):,}); shorten it", LONGEST)
    tokens: list[Token] = []
    try:
        tokens.extend(_parser().lex(text))
    except UnexpectedCharacters as error:
        raise complaint.character(text, error.pos_in_stream or 0) from None
    _check_limits(tokens)
    reader = _parser().parse_interactive()
    done: list[Token] = []
    try:
        for token in tokens:
            reader.feed_token(token)
            done.append(token)
        tree: Node = reader.feed_eof(tokens[-1] if tokens else None)  # type: ignore[no-untyped-call]
    except UnexpectedToken as error:
        found = error.token if error.token.type != "$END" else None
        raise complaint.token(text, done, found) from None
    return tree


def operands(node: Node) -> Iterator[Operand]:
    """Every operand of a tree, in the order they are written."""
    match node:
        case Bare(operand) | Null(operand):
            yield operand
        case Compare(left, _, right):
            yield from (left, right)
        case Member(operand, items):
            yield from (operand, *items)
        case Match(operand, _, text):
            yield from (operand, text)
        case Not(inner):
            yield from operands(inner)
        case Every(nodes) | Some(nodes):
            for inner in nodes:
                yield from operands(inner)


def joints(text: str) -> list[tuple[str, int]]:
    """`and` and `or` outside all brackets, and where each begins; not the `and` of a `between`.

    The text need not be a whole query; there are none in one that is no sequence of words of the language.
    """
    from lark.exceptions import UnexpectedCharacters

    found: list[tuple[str, int]] = []
    depth = between = 0
    try:
        for token in _parser().lex(text):
            depth += (token.type in ("LPAR", "LSQB")) - (token.type in ("RPAR", "RSQB"))
            if depth == 0 and token.type == "BETWEEN":
                between += 1
            elif depth == 0 and token.type == "AND" and between:
                between -= 1
            elif depth == 0 and token.type in ("AND", "OR"):
                found.append((token.type.lower(), token.start_pos or 0))
    except UnexpectedCharacters:
        return []
    return found


def is_plain(name: str) -> bool:
    """Whether a column's name can be written without back-ticks."""
    return bool(re.fullmatch(NAME, name)) and not (name.isascii() and name.lower() in KEYWORDS)


@functools.cache
def _parser() -> Lark:
    """The parser, made once per process (about 50 ms)."""
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", lexer="basic", transformer=_builder(), maybe_placeholders=True)


def _builder() -> Any:
    from lark import Transformer

    class Builder(Transformer):  # type: ignore[type-arg]
        """Rules of the grammar -> nodes, from the leaves upward while the parser runs."""

        def start(self, parts: list[Any]) -> Node:
            return parts[0]  # type: ignore[no-any-return]

        def either(self, parts: list[Any]) -> Node:
            nodes = tuple(parts[::2])
            return nodes[0] if len(nodes) == 1 else Some(nodes)

        def both(self, parts: list[Any]) -> Node:
            nodes = tuple(parts[::2])
            return nodes[0] if len(nodes) == 1 else Every(nodes)

        def negation(self, parts: list[Any]) -> Node:
            return Not(parts[1])

        def bare(self, parts: list[Any]) -> Node:
            return Bare(parts[0])

        def chain(self, parts: list[Any]) -> Node:
            pairs = [
                Compare(left, {"=": "==", "<>": "!="}.get(str(operator), str(operator)), right)
                for left, operator, right in zip(parts[:-2:2], parts[1::2], parts[2::2], strict=True)
            ]
            return pairs[0] if len(pairs) == 1 else Every(tuple(pairs))

        def member(self, parts: list[Any]) -> Node:
            operand, negated, _, *items = parts
            return _maybe_not(negated, Member(operand, tuple(items)))

        def between(self, parts: list[Any]) -> Node:
            operand, negated, _, low, _, high = parts
            return _maybe_not(negated, Every((Compare(operand, ">=", low), Compare(operand, "<=", high))))

        def match(self, parts: list[Any]) -> Node:
            operand, negated, how, text = parts
            return _maybe_not(negated, Match(operand, str(how).lower(), text))

        def null(self, parts: list[Any]) -> Node:
            operand, _, negated, _ = parts
            return _maybe_not(negated, Null(operand))

        def operand(self, parts: list[Any]) -> Operand:
            return _operand(parts[0])

    return Builder()


def _maybe_not(negated: Any, node: Node) -> Node:
    return Not(node) if negated is not None else node


def _operand(token: Token) -> Operand:
    source, position = str(token), token.start_pos or 0
    match token.type:
        case "NAME":
            return Operand("column", source, source, position)
        case "QUOTED":
            return Operand("column", source[1:-1].replace("``", "`"), source, position)
        case "TEXT":
            quote = source[0]
            return Operand("text", source[1:-1].replace(quote * 2, quote), source, position)
        case "NUMBER":
            return Operand("number", _number(source, position), source, position)
    return Operand("truth", token.type == "TRUE", source, position)


def _number(source: str, position: int) -> int | float:
    value = float(source)
    if math.isinf(value):
        raise QueryError("the number is out of range; its size may be at most 1.8e308", position, length=len(source))
    return int(source) if source.removeprefix("-").isdecimal() else value


def _check_limits(tokens: Sequence[Token]) -> None:
    """Depth, number of conditions and length of texts, before anything is built."""
    opened: list[int] = []  # what each open bracket adds to the depth: itself, and the `not`s before it
    depth = run = joins = compares = 0
    for token in tokens:
        position = token.start_pos or 0
        if token.type in ("LPAR", "LSQB"):
            opened.append(run + 1)
            depth += run + 1
        elif token.type in ("RPAR", "RSQB") and opened:
            depth -= opened.pop()
        run = run + 1 if token.type == "NOT" else 0
        joins += token.type in ("AND", "OR")
        compares += token.type == "COMPARE"
        if depth + run > DEEPEST:
            raise QueryError(f"nested deeper than {DEEPEST} at column {position + 1}; write it flatter", position)
        if max(joins + 1, compares) > MOST_CONDITIONS:
            raise QueryError(f"more than {MOST_CONDITIONS} conditions; use in [..] for many values", position)
        if token.type in ("TEXT", "QUOTED") and len(token) > LONGEST_LITERAL + 2:
            raise QueryError(
                f"the text at column {position + 1} is longer than {LONGEST_LITERAL:,} characters; shorten it",
                position,
            )
