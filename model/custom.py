"""Code that the person trusts: a Python file named with --custom, which brings classes that Keras lacks.

Which names it has is read without running it, so that server and pre-scan can say what is missing.
It is run by `load` alone, in the worker process, when a network that needs it is opened.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from typing import Any

from model import BadModel, shown

MAX_BYTES = 4 << 20
MODULE = "innerview_custom"


def names(path: Path | None) -> frozenset[str]:
    """The classes, functions and imported names at the top of the file; none without a file.

    Raises:
        BadModel: it is missing, too large, or no Python.
    """
    if path is None:
        return frozenset()
    found: set[str] = set()
    for node in _parsed(path).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
    return frozenset(found)


def load(path: Path) -> dict[str, Any]:
    """Run the file; gives its classes that Keras can build from a config, and its own functions, by name.

    Raises:
        BadModel: it raises an error, which is named.
    """
    wanted = names(path)
    spec = importlib.util.spec_from_file_location(MODULE, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE] = module  # dataclasses and pickles of its own look there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whatever the person's file raises
        line = f" in line {where}" if (where := _line(error, path)) else ""
        raise BadModel(
            f"--custom {_file(path)}: raises {type(error).__name__}{line} ({shown(error, 70)}); mend it"
        ) from error
    return {
        name: found
        for name in wanted
        if (found := getattr(module, name, None)) is not None
        and (hasattr(found, "from_config") if isinstance(found, type) else found.__module__ == MODULE)
    }


def rewrite(node: Any, known: frozenset[str]) -> Any:
    """A config in which the file's classes go by their own names, without package or module."""
    if isinstance(node, list):
        return [rewrite(item, known) for item in node]
    if not isinstance(node, dict):
        return node
    again = {key: rewrite(item, known) for key, item in node.items()}
    kind = again.get("class_name")
    if str(again.get("module")).split(".")[0] == "keras":
        return again
    if kind == "function" and isinstance(again.get("config"), str) and bare(again["config"]) in known:
        again.update(config=bare(again["config"]), module=None, registered_name=None)
    elif isinstance(kind, str) and bare(kind) in known:
        again["class_name"] = bare(kind)
        if "module" in again:
            again.update(module=None, registered_name=bare(kind))
    return again


def bare(name: str) -> str:
    """A registered name without its package.

    >>> bare("mine>Swirl"), bare("Swirl")
    ('Swirl', 'Swirl')
    """
    return name.rsplit(">", 1)[-1]


def read(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        BadModel: it is missing, too large or cannot be read.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadModel(f"--custom {_file(path)}: is larger than 4 MB; give the Python file with the layers")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or shown(error)
        raise BadModel(f"--custom {_file(path)}: cannot be read ({reason}); check the path") from error


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(read(path))
    except (SyntaxError, ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else shown(error, 60)
        raise BadModel(f"--custom {_file(path)}: is not Python ({where}); give a .py file") from error


def _line(error: BaseException, path: Path) -> int:
    """The last line of the file that was on the way to an error, 0 if none."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _file(path: Path) -> str:
    return shown(path, 70)
