"""Texts that are no queries: each gets one line, in time, and none of them runs, reads or writes anything."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workspace.query.asking import N, fields
from workspace.query import QueryError, parse

# (query, what is said of it, the position of the trouble or None): Q2 to Q15 of the robustness list
WRONG = [
    ("loss >", "nothing follows 'loss >'; a value is missing at column 7", 6),
    ("loss >   ", "nothing follows 'loss >'; a value is missing at column 7", 6),
    ("(", "a condition is missing at column 2", 1),
    (")", "unexpected ')' at column 1", 0),
    ("loss > > 1", "unexpected '>' at column 8; a value is missing before it", 7),
    ("loss > 'a", "begins at column 8 is not closed; add '", 7),
    ('label == "4', 'begins at column 10 is not closed; add "', 9),
    ("`a b > 1", "is not closed at column 1; add `", 0),
    ("`` > 1", "hold no name at column 1", 0),
    ("(loss > 1", "the '(' at column 1 is not closed; ')' is missing at column 10", 9),
    ("label in [4", "the '[' at column 10 is not closed; ']' is missing at column 12", 11),
    ("loss > 1)", "nothing is open", 8),
    ("loss > 1 and", "a condition is missing at column 13", 12),
    ("loss > 1 loss < 2", "unexpected 'loss' at column 10", 9),
    ("loss between 1", "and with the upper bound is missing at column 15", 14),
    ("loss between 1 and", "a value is missing", 18),
    ("loss in", "a list such as [1, 2] is missing", 7),
    ("loss in 1", "a list such as [1, 2] is missing", 8),
    ("loss is", "null or not null is missing", 7),
    ("loss is not", "null is missing", 11),
    ("loss not", "in, between, contains", 8),
    ("filename contains", "a text in quotes is missing", 17),
    ("nosuch > 1", "no column 'nosuch'; known: loss", 0),
    ("Loss > 1", "no column 'Loss'; did you mean 'loss'?", 0),
    ("loss > 1 and lable == 4", "no column 'lable'; did you mean 'label'?", 13),
    ("`a  b` > 1", "did you mean 'a b'?", 0),
    ("loss > 'a'", "loss is a number, 'a' is text", 7),
    ("loss > true", "loss is a number, true is true or false", 7),
    ("label > 1", "label is a class and has no order", 0),
    ("label < predicted", "label is a class and has no order", 0),
    ("correct > false", "correct is true or false and has no order", 0),
    ("correct == 1", "correct is true or false, 1 is a number; write correct or not correct", 11),
    ("label == 44", "label has no class named '44'; did you mean '4'?", 9),
    ("label in [4, 'cats']", "label has no class named 'cats'; did you mean 'cat's'?", 13),
    ("label == true", "label is a class, true is true or false; compare it with a class name", 9),
    ("filename == 4", "filename is text, 4 is a number; put the text into quotes", 12),
    ("loss == label", "loss is a number, label is a class", 8),
    ("loss contains 'a'", "loss is a number; contains is for texts and classes", 0),
    ("filename contains b", "b is a column; contains is followed by a text in quotes", 18),
    ("label contains 4", "4 is a number; contains is followed by a text in quotes", 15),
    ("4 in [4]", "4 is a number; in follows the name of a column", 0),
    ("loss in [margin]", "a list holds values, not columns", 9),
    ("loss", "loss is a number, so it needs a comparison; write for example loss > 0.5", 0),
    ("label", "label is a class, so it needs a comparison", 0),
    ("filename", "needs a comparison", 0),
    ("1", "1 alone says nothing; it needs a comparison", 0),
    ("'a'", "needs a comparison", 0),
    ("1 = 'a'", "1 is a number, 'a' is text", 4),
    ("loss => 1", "unexpected '>' at column 7; write >=", 5),
    ("loss == null", "write is null", 5),
    ("loss != null", "write is not null", 5),
    ("loss && margin", "unexpected '&' at column 6; write and", 5),
    ("!correct", "unexpected '!' at column 1; write not", 0),
    # what would run elsewhere
    ("@pd.io.common.os.system('touch MARK')", "unexpected '@' at column 1", 0),
    ("@pd.core.frame.com.builtins.__import__('os').system('touch MARK')", "unexpected '@' at column 1", 0),
    ("@pd.compat.os.system('touch MARK')", "unexpected '@' at column 1", 0),
    (
        "loss.__class__.__init__.__globals__.get('sys').modules.get('os').system('touch MARK')",
        "unexpected '.' at column 5",
        4,
    ),
    (
        "().__class__.__base__.__subclasses__()[107].load_module('posix').system('touch MARK')",
        "unexpected '.' at column 3",
        2,
    ),
    ("loss.to_csv('MARK')", "unexpected '.' at column 5", 4),
    ("loss.to_pickle('MARK')", "unexpected '.' at column 5", 4),
    ("loss.to_json('MARK')", "unexpected '.' at column 5", 4),
    ("loss.values.tofile('MARK')", "unexpected '.' at column 5", 4),
    ("label.str.contains('a')", "unexpected '.' at column 6", 5),
    ("loss.__class__", "unexpected '.' at column 5", 4),
    ("__import__('os').system('touch MARK')", "unexpected '.'", 16),
    ("[x for x in loss]", "unexpected '['", 0),
    ("lambda: loss", "unexpected ':'", 6),
    ("loss[0] > 1", "unexpected '['", 4),
    ("{loss}", "unexpected '{' at column 1", 0),
    ("1=1; DROP TABLE samples", "unexpected ';' at column 4", 3),
    ("loss > 1 -- x", "unexpected '-' at column 10", 9),
    ("-- x", "unexpected '-' at column 1", 0),
    ("/* */", "unexpected '/' at column 1", 0),
    ("UNION SELECT", "unexpected 'SELECT' at column 7", 6),
    ("') OR ('1'='1", "unexpected '1' at column 9", 8),
    ("read_text('/etc/passwd')", "unknown function 'read_text' at column 1", 0),
    ("getenv('HOME')", "unknown function 'getenv' at column 1", 0),
    ("loss > 1 and repeat('x',2000000000)", "unknown function 'repeat' at column 14", 13),
    ("sleep_ms(5000)", "unknown function 'sleep_ms'", 0),
    ("contains('(a+)+$')", "a column must come first", 0),
    # numbers
    ("9**9**9**9", "unexpected '*' at column 2", 1),
    ("loss > 9**9**9", "unexpected '*'", 8),
    ("loss > 1e400", "out of range", 7),
    ("loss > " + "9" * 400, "out of range", 7),
    ("loss > -1e400", "out of range", 7),
    ("loss > nan", "a missing value is found with is null", 7),
    ("loss == inf", "a missing value is found with is null", 8),
    ("loss > - 1", "unexpected '-' at column 8", 7),
    ("loss > 1 + 1", "there is no arithmetic", 9),
    ("loss > 1,5", "unexpected ','", 8),
    # odd characters
    ("label == “cat”", "curly quote “ at column 10; texts stand between straight quotes", 9),
    ("label == ‘cat’", "curly quote ‘", 9),
    ("loss > ５", "unexpected '５' at column 8; write numbers with the digits 0 to 9", 7),
    ("\0", "unexpected invisible character U+0000 at column 1", 0),
    ("loss > 1\u200f", "invisible character U+200F at column 9", 8),
    ("loss > 😀", "unexpected '😀' at column 8", 7),
    ("iſ null", "unexpected 'null'", 3),
    ("loss iſ null", "unexpected 'iſ'", 5),
    # too much
    ("x" * 100_000, "longer than 2,000 characters (100,000)", 2000),
    ("(" * 3000, "longer than 2,000 characters", 2000),
    ("(" * 1900, "nested deeper than 50 at column 51", 50),
    ("[" * 1900, "nested deeper than 50", 50),
    ("not " * 400 + "correct", "nested deeper than 50", 200),
    ("not (" * 300, "nested deeper than 50", None),
    ("loss>0 and " * 2000, "longer than 2,000 characters", 2000),
    ("loss>0 and " * 181, "nothing follows", None),
    ("a or " * 390 + "a", "more than 200 conditions", None),
    ("0<" * 900 + "loss", "more than 200 conditions", None),
    ("filename == '" + "x" * 1001 + "'", "at column 13 is longer than 1,000 characters", 12),
    ("`" + "x" * 1500 + "` > 1", "longer than 1,000 characters", 0),
    ("x" * 1500 + " > 1", "no column 'xxx", 0),
]


def complaint(text):
    with pytest.raises(QueryError) as caught:
        query = parse(text)
        query.evaluate(fields(), N)
    return caught.value


@pytest.mark.parametrize(("text", "said", "position"), WRONG, ids=[text[:40] for text, _, _ in WRONG])
def test_one_line_that_says_where(text, said, position, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = text.replace("MARK", "planted") if "MARK" in text else text
    error = complaint(text)
    line = str(error)
    assert line.startswith("query: ")
    assert said in line
    assert ";" in line, "what was found; what to do"
    assert line.isprintable() and len(line) <= 400
    assert 0 <= error.position <= len(text)
    assert position is None or error.position == position
    assert list(tmp_path.iterdir()) == [], "nothing was written"


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("Loss > 1", "loss > 1"),
        ("label == 44", 'label == "4"'),
        ("loss => 1", "loss >= 1"),
        ("loss == null", "loss is null"),
        ("correct && correct", "correct and correct"),
        ("correct | correct", "correct or correct"),
        ("(loss > 1", "(loss > 1)"),
        ("filename == 4", 'filename == "4"'),
        ("loss > '1.5'", "loss > 1.5"),
        ("loss > ５", "loss > 5"),
        ("filename contains b", 'filename contains "b"'),
        ("ab > 1", "`a b` > 1"),
    ],
)
def test_a_suggestion_takes_the_place_of_what_is_wrong(text, better):
    error = complaint(text)
    mended = text[: error.position] + error.suggestion + text[error.position + error.length :]
    assert mended == better
    parse(mended).evaluate(fields(), N)


def test_random_bytes_are_refused_in_a_line():
    """Q20."""
    draw = random.Random(0)
    for _ in range(300):
        text = draw.randbytes(draw.randint(1, 2100)).decode("latin-1" if draw.random() < 0.5 else "utf-8", "replace")
        only_a_query_error(text)


WORDS = (
    "loss label correct filename `a b` ` `` ' \" '' [ ] ( ) , < <= == != <> = > >= in not and or is null between "
    "contains startswith endswith true false 1 -1 .5 1e9 1e999 'x' \"4\" . ; @ * - \0 “ \u200f \ud800 ſ nosuch \\ \n"
)
PIECES = st.sampled_from(WORDS.split(" "))


@settings(max_examples=700, deadline=None, database=None)
@given(st.lists(PIECES, max_size=30).map(" ".join) | st.lists(PIECES, max_size=30).map("".join) | st.text())
def test_any_text_is_a_query_or_a_query_error(text):
    only_a_query_error(text)


def only_a_query_error(text):
    try:
        query = parse(text)
        if query is not None:
            assert query.evaluate(fields(), N).shape == (N,)
    except QueryError as error:
        assert str(error).isprintable()
        assert 0 <= error.position <= len(text)
        assert error.position + error.length <= len(text)
