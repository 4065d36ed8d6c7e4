"""Every kind of bad input in tests/bad_inputs.md has tests, and they exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TABLE = (TESTS / "bad_inputs.md").read_text("utf-8")
ROWS = {
    cells[0]: (cells[1:3], re.findall(r"`([^`]+)`", cells[3]))
    for line in TABLE.splitlines()
    if re.match(r"\| [MD]\d+ \|", line)
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}
LISTED = sorted({test for _, tests in ROWS.values() for test in tests})


@cache
def functions(file: str) -> set[str]:
    """`function` and `Class::function` of every test in a file that checks something."""
    found = set()
    for node in ast.parse((TESTS / file).read_text("utf-8")).body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        found |= {f"{prefix}{each.name}" for each in inner if isinstance(each, ast.FunctionDef) and checks(each)}
    return {name for name in found if name.rpartition("::")[2].startswith("test_")}


def checks(function: ast.FunctionDef) -> bool:
    """Whether a function asserts something, itself or by one of the usual helpers."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in ("refused", "pytest.raises") or name.startswith("np.testing."):
                return True
    return False


def test_every_row_is_there_once():
    names = re.findall(r"^\| ([MD]\d+) \|", TABLE, re.MULTILINE)
    assert names == [*(f"M{n}" for n in range(1, 37)), *(f"D{n}" for n in range(1, 41))]


@pytest.mark.parametrize("name", ROWS)
def test_its_tests_exist(name):
    (given, outcome), tests = ROWS[name]
    assert given and outcome and tests
    for test in tests:
        file, _, function = test.partition("::")
        known = functions(file)
        assert known if function == "*" else function in known, f"{test}; there are {sorted(known)}"


@pytest.mark.parametrize("file", sorted({test.partition("::")[0] for test in LISTED}))
def test_a_test_that_is_named_after_a_row_belongs_to_it(file):
    """A test called test_M34_... stands in the row M34."""
    for function in functions(file):
        row = function.rpartition("::")[2].split("_")[1]
        if re.fullmatch(r"[MD]\d+", row):
            assert f"{file}::{function}" in ROWS[row][1]
