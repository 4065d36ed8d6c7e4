"""What a query finds, and what is said of one that makes no sense."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from tests.workspace.query.asking import CLASSES, COLUMNS, TEXTS, N, fields
from workspace.query import LONGEST, QueryError, both, column_text, literal, parse

# (query, the rows it finds): Q5, Q11, Q12, Q13, Q14, Q15, Q16 of the robustness list, and the grammar one by one
FINDS = [
    ("loss > 1", [1, 3, 5]),
    ("loss >= 2 and index < 4", [1, 3]),
    ("loss == 0.1", [0]),  # in the precision of the column
    ("loss = 0.1 or loss = 2", [0, 1]),
    ("loss <> 2", [0, 3, 4, 5, 6, 7]),
    ("loss != 2", [0, 3, 4, 5, 6, 7]),
    ("2 < loss", [3, 5]),
    ("0.1 < margin < 0.3", [1, 7]),
    ("0.1<margin<=.3 and index!=7", [1, 2]),
    ("loss < -0", []),
    ("loss == -0", [6]),
    ("loss > 1e39", []),
    ("loss < 1E39", [0, 1, 3, 4, 6, 7]),
    ("index > 99999999999999999999", []),
    ("index > -99999999999999999999", list(range(8))),
    ("loss is null", [2]),
    ("loss IS NOT NULL", [0, 1, 3, 4, 5, 6, 7]),
    ("label is null", [3]),
    ("filename is null", []),
    ("margin < loss", [0, 1, 3]),  # 0.1 in 64 bits is less than 0.1 in 32
    ('label == "4"', [0, 4]),
    ("label == 4", [0, 4]),
    ('"4" = label', [0, 4]),
    ("label != 4", [1, 2, 5, 6, 7]),
    ("label in [4, '9']", [0, 2, 4]),
    ("label in (4, '9')", [0, 2, 4]),
    ("label not in [4, '9']", [1, 5, 6, 7]),
    ("label in []", []),
    ("label == 'cat''s'", [6]),
    ('label == "cat\'s"', [6]),
    ('label == "say ""x"""', [7]),
    ('label contains " "', [5, 7]),
    ("label startswith 'c'", [6]),
    ("label not contains ' '", [0, 1, 2, 4, 6]),
    ("label == predicted", [0, 2, 5, 6]),
    ("label != predicted", [1, 4]),
    ("label == split", []),
    ("correct", [0, 2, 5, 6]),
    ("not correct", [1, 4]),
    ("NOT correct", [1, 4]),
    ("not not correct", [0, 2, 5, 6]),
    ("correct == false", [1, 4]),
    ("correct != TRUE", [1, 4]),
    ("correct is null", [3, 7]),
    ("correct in [true]", [0, 2, 5, 6]),
    ("not (loss > 1)", [0, 4, 6, 7]),
    ("not loss > 1", [0, 4, 6, 7]),
    ("not (loss > 1 and margin > 0.3)", [0, 1, 2, 4, 6, 7]),  # 2: one is unknown, the other false
    ("loss > 1 or margin > 0.6", [1, 3, 5, 6]),
    ("not (loss > 1 or index > 5)", [0, 4]),
    ("loss > 1 and index < 2 or index == 7", [1, 7]),
    ("loss > 1 and (index < 2 or index == 3)", [1, 3]),
    ("index between 2 and 4", [2, 3, 4]),
    ("index not between 2 and 6 and index > 0", [1, 7]),
    ("filename contains 'b/'", [1]),
    ("filename contains '.png'", [0, 1]),
    ("filename startswith 'b'", [1, 4]),
    ("filename endswith 'png'", [0, 1]),
    ("filename contains '%'", [3]),
    ("filename contains '_'", [3]),
    ("filename contains '.'", [0, 1]),
    ("filename contains '\\'", [4]),
    ("filename contains '\n'", [5]),
    ("filename contains '(a+)+$'", []),
    ("filename == ''", [2]),
    ("filename contains ''", list(range(8))),
    ("filename == 'Ünï'", [6]),
    ("filename == 'ünï'", []),
    ("filename == '😀'", [7]),
    ("filename in ['😀', '']", [2, 7]),
    ("filename < 'a'", [2, 3]),
    ("filename == '\0'", []),
    ("filename == 'Ünï\0'", []),
    ("filename contains '\0'", []),
    ("filename contains '\ud800'", []),
    ("filename == '\u200fa'", []),
    ("`and` == 1 and index < 4", [1, 3]),
    ("`a b` == 2", [2, 5]),
    ("`0` == 3", [3, 7]),
    ("```` == 'c'", [2]),
    ("`loss` > 2", [3, 5]),
    ("1 = 1", list(range(8))),
    ("1 = 2", []),
    ("'a' < 'b'", list(range(8))),
    ("true", list(range(8))),
    ("not true", []),
    ("index >= 0", list(range(8))),
    ("index == 5", [5]),
    ("index > 100", []),
    ("loss>2and index<5", [3]),
    ("loss\t>\n2 ", [3, 5]),
]


@pytest.mark.parametrize(("text", "rows"), FINDS, ids=[text for text, _ in FINDS])
def test_finds(text, rows):
    mask = parse(text).evaluate(fields(), N)
    assert mask.dtype == bool and mask.shape == (N,)
    assert np.flatnonzero(mask).tolist() == sorted(set(rows))


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u00a0"])
def test_nothing_typed_is_no_query(text):
    assert parse(text) is None


def test_a_literal_of_every_class_and_text_is_read_back():
    for name in CLASSES:
        wanted = COLUMNS["label"][1] == CLASSES.index(name)
        assert (parse(f"label == {literal(name)}").evaluate(fields(), N) == wanted).all(), name
    for row, text in enumerate(TEXTS):
        assert np.flatnonzero(parse(f"filename == {literal(text)}").evaluate(fields(), N)).tolist() == [row]
    for value in COLUMNS["loss"][1]:
        if np.isfinite(value):
            mask = parse(f"loss == {literal(value)}").evaluate(fields(), N)
            assert (mask == (COLUMNS["loss"][1] == value)).all()


@pytest.mark.parametrize("name", ["loss", "and", "IS", "a b", "0", "`", "a`b", "ä", "__class__", "is_x", "a.b", "\n"])
def test_the_name_of_any_column_can_be_written(name):
    assert parse(f"{column_text(name)} > 1").columns == (name,)
    assert column_text("loss") == "loss"
    assert column_text("is null") == "`is null`"


def test_literals_of_other_values():
    assert [literal(value) for value in (True, False, 3, -0.5, 1e-7, np.float32(0.1))] == [
        "true", "false", "3", "-0.5", "1e-07", "0.1",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="is null"):
        literal(float("nan"))


def test_columns_are_told_each_once_in_order():
    query = parse('loss > margin and (`a b` in [1] or not correct) and loss < 3 and filename contains "loss"')
    assert query.columns == ("loss", "margin", "a b", "correct", "filename")


def test_queries_are_joined_without_changing_what_they_mean():
    joined = both("loss > 1 or index == 0", " ", "index < 2")
    assert np.flatnonzero(parse(joined).evaluate(fields(), N)).tolist() == [0, 1]
    assert both("", " loss > 1 ") == "loss > 1"
    assert both() == ""


def test_a_column_is_read_once_and_only_if_the_query_fits():
    reads = []
    known = fields()
    loss = known["loss"]
    known["loss"] = type(loss)("loss", "", "number", (), "", lambda: reads.append(1) or loss.read())
    with pytest.raises(QueryError):
        parse("loss > 1 and label == 'none of these'").evaluate(known, N)
    assert reads == []
    parse("loss > 1 and loss < 5 and loss is not null").evaluate(known, N)
    assert reads == [1]


def test_the_same_query_from_eight_threads():
    """Q18."""
    answers: list[list[bool]] = []
    query = "loss > 1 or label in [4, 9] and not (filename contains 'b')"

    def ask() -> None:
        answers.append(parse(query).evaluate(fields(), N).tolist())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert all(answer == answers[0] for answer in answers)


def test_at_the_limits():
    assert parse("(" * 50 + "correct" + ")" * 50).evaluate(fields(), N).sum() == 4
    assert parse("not " * 50 + "correct").evaluate(fields(), N).sum() == 4
    assert parse(" or ".join(["loss>1"] * 200)).evaluate(fields(), N).sum() == 3
    long = "filename == '" + "x" * 1000 + "'"
    assert parse(long).evaluate(fields(), N).sum() == 0
    assert parse("loss > 1".ljust(LONGEST)).evaluate(fields(), N).sum() == 3


def test_text_of_other_kinds_of_arrays():
    known = fields()
    filename = known["filename"]
    for dtype in (object, np.dtypes.StringDType()):
        known["filename"] = type(filename)(
            "filename", "", "text", (), "", lambda dtype=dtype: np.array(TEXTS, dtype=dtype)
        )
        for text, rows in [
            ("filename contains 'b'", [0, 1, 4]),
            ("filename == ''", [2]),
            ("filename >= 'b/'", [1, 4]),
        ]:
            found = np.flatnonzero(parse(text).evaluate(known, N)).tolist()
            assert set(rows) <= set(found) and (len(rows) == len(found) or ">=" in text)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float16, np.float64, bool])
def test_numbers_of_any_type(dtype):
    known = fields()
    index = known["index"]
    known["index"] = type(index)("index", "", "number", (), "", lambda: np.arange(N).astype(dtype))
    for text in ("index > 0.5", "index > -1", "index < 300", "index == 1", "index != 1e300", "index < 70000.5"):
        mask = parse(text).evaluate(known, N)
        assert mask.tolist() == [eval(text, {"index": float(value)}) for value in np.arange(N).astype(dtype)]
