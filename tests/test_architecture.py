"""Who may import whom, which outside package lives in which room, and what must stay out of the server."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
LONGEST = 400
EVERYTHING = {"app", "util", "model", "datasets", "analysis", "workspace", "layouts", "callbacks"}

# Room -> what of ours it may import. The longest room that a file lies in counts.
ALLOWED = {
    "app": EVERYTHING,
    "tools": EVERYTHING | {"benchmarks", "tools"},
    "benchmarks": EVERYTHING | {"benchmarks", "tools"},
    "callbacks": {"callbacks", "layouts", "workspace", "util"},
    "layouts": {"layouts", "workspace.session", "util"},
    "layouts.kit": {"layouts.kit", "util"},
    "workspace": {"workspace", "analysis", "model", "datasets", "util"},
    "analysis": {"analysis", "util"},
    "model": {"model", "util"},
    "datasets": {"datasets", "recorder", "util"},
    "recorder": {"recorder"},
    "util": set(),
}

# Outside package -> the rooms it lives in. tools/ and benchmarks/ may use what they like.
HOMES = {
    "numpy": EVERYTHING | {"recorder"},
    "keras": {"model", "recorder"},
    "tensorflow": {"model"},
    "torch": {"model"},
    "timm": {"model"},
    "transformers": {"model"},
    "safetensors": {"model"},
    "huggingface_hub": {"model"},
    "h5py": {"model", "datasets"},
    "scipy": {"analysis"},
    "sklearn": {"analysis"},
    "threadpoolctl": {"analysis"},
    "openTSNE": {"analysis"},
    "manifolds_rs": {"analysis"},
    "umap": {"analysis"},
    "faiss": {"analysis"},
    "pandas": {"datasets", "workspace"},
    "pyarrow": {"datasets", "workspace"},
    "mlxtend": {"datasets"},
    "filelock": {"workspace"},
    "lark": {"workspace"},
    "PIL": {"callbacks", "datasets"},
    "dash": {"app", "layouts", "callbacks"},
    "dash_bootstrap_components": {"layouts"},
    "plotly": {"layouts.kit"},
    "flask": {"callbacks"},
    "werkzeug": {"callbacks"},
    "waitress": {"callbacks"},
}

HEAVY = {
    "keras", "tensorflow", "h5py", "scipy", "sklearn", "openTSNE", "manifolds_rs", "umap", "faiss",
    "pandas", "pyarrow", "mlxtend", "matplotlib", "PIL", "plotly", "filelock", "lark", "waitress",
    "torch", "timm", "transformers", "safetensors", "huggingface_hub",
}  # fmt: skip
BANNED_FROM_SERVER = (
    "tensorflow", "keras", "sklearn", "pandas", "h5py", "matplotlib", "scipy", "umap", "openTSNE", "torch",
)  # fmt: skip


@dataclass(frozen=True)
class Import:
    """One imported module, and where."""

    module: str
    line: int
    inside_function: bool
    for_types_only: bool


def files() -> list[Path]:
    """Every Python file of ours but the tests."""
    rooms = ["recorder", "model", "datasets", "analysis", "workspace", "layouts", "callbacks", "tools", "benchmarks"]
    found = [ROOT / "app.py", ROOT / "util.py"]
    for room in rooms:
        found += sorted((ROOT / room).rglob("*.py"))
    return found


FILES = files()


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(path: Path, rooms: dict[str, set[str]] = ALLOWED) -> str:
    module = module_of(path)
    return max((room for room in rooms if within(module, room)), key=len)


def within(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def imports(tree: ast.AST, inside_function: bool = False, for_types_only: bool = False) -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, inside_function, for_types_only)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative import; write the whole name"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                is_module = (ROOT / name.replace(".", "/")).with_suffix(".py").is_file()
                yield Import(name if is_module else str(node.module), node.lineno, inside_function, for_types_only)
        else:
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            is_guard = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
            yield from imports(node, inside_function or is_function, for_types_only or is_guard)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def of(path: Path) -> tuple[Import, ...]:
    return tuple(imports(tree_of(path)))


def product() -> list[Path]:
    """The files that people run; tools and benchmarks may do more."""
    return [path for path in FILES if room_of(path) not in ("tools", "benchmarks")]


def ours(module: str) -> bool:
    return module.split(".")[0] in {room.split(".")[0] for room in ALLOWED}


def test_every_room_has_its_files():
    """All files are looked at by one test a rule, since a test for each file takes longer than the looking."""
    assert {room_of(path) for path in FILES} == set(ALLOWED)
    assert len(FILES) > 100 and len(product()) > 100


def test_imports_go_down_only():
    wrong = [
        f"{name_of(path)}:{found.line}: {found.module}; {room}/ may import {sorted(ALLOWED[room])}"
        for path in FILES
        for room in [room_of(path)]
        for found in of(path)
        if ours(found.module) and not any(within(found.module, name) for name in ALLOWED[room])
    ]
    assert not wrong


def test_kit_knows_no_page():
    assert not any(within("layouts.projection", room) for room in ALLOWED["layouts.kit"])


def test_outside_packages_have_one_home():
    homeless, lost = [], []
    for path in product():
        for found in of(path):
            package = found.module.split(".")[0]
            if ours(found.module) or package in sys.stdlib_module_names:
                continue
            where = f"{name_of(path)}:{found.line}: {package}"
            if package not in HOMES:
                homeless.append(where)
            elif not any(within(module_of(path), home) for home in HOMES[package]) and not found.for_types_only:
                lost.append(f"{where} lives in {sorted(HOMES[package])}")
    assert not homeless, "give each of these a room in HOMES, and a reason in README.md"
    assert not lost


def test_heavy_packages_are_imported_where_they_are_used():
    early = [
        f"{name_of(path)}:{found.line}: {found.module}"
        for path in product()
        for found in of(path)
        if found.module.split(".")[0] in HEAVY and not found.inside_function and not found.for_types_only
    ]
    assert not early, "import these inside the function that uses them"


def test_nobody_prints():
    calls = [
        f"{name_of(path)}:{node.lineno}"
        for path in product()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not calls


def test_modules_do_nothing_when_imported():
    """Nothing reads the environment or opens a file at import; tools may."""
    suspicious = {"open", "environ", "getenv", "read_text", "read_bytes", "Thread", "Popen"}
    found = []
    for path in product():
        for statement in tree_of(path).body:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.If):
                continue
            for node in ast.walk(statement):
                name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)
                if name in suspicious and not any(isinstance(inner, ast.Lambda) for inner in ast.walk(statement)):
                    found.append(f"{name_of(path)}:{node.lineno}: {name}")
    assert not found


def sources() -> list[Path]:
    scripts = [path for suffix in ("js", "css") for path in (ROOT / "assets").rglob(f"*.{suffix}")]
    return [*FILES, *sorted((ROOT / "tests").rglob("*.py")), *sorted(scripts)]


def test_files_are_short():
    lines = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert len(lines) > 200
    assert not {name: n for name, n in lines.items() if n > LONGEST}, "look for the second noun"


def test_checks_see_what_they_are_for(tmp_path):
    """The checks themselves: on a file that does everything wrong."""
    tree = ast.parse(
        "import keras\nfrom model import network\n"
        "if TYPE_CHECKING:\n    import dash\n"
        "def f():\n    import sklearn.manifold\n"
    )
    found = {entry.module: entry for entry in imports(tree)}
    assert set(found) >= {"keras", "dash", "sklearn.manifold"}
    assert not found["keras"].inside_function
    assert found["sklearn.manifold"].inside_function
    assert found["dash"].for_types_only
    assert ours("model.network") and not ours("modelling")
    assert room_of(ROOT / "layouts/kit/parts.py") == "layouts.kit"


def test_server_process_stays_light(tmp_path):
    """A fresh interpreter that opens a session and makes the app has loaded nothing heavy."""
    np.savez(tmp_path / "tiny.npz", x=np.zeros((3, 4, 4, 1), np.uint8), y=np.arange(3))
    (tmp_path / "tiny.h5").write_bytes(b"what a network would be")
    program = f"""
import sys
import app
from workspace.options import Options
from workspace.session import Session
from workspace.store import Store
from pathlib import Path
folder = Path({str(tmp_path)!r})
session = Session(Store(folder / "cache"), Options(str(folder / "tiny.h5"), str(folder / "tiny.npz")))
served = app.create_app(session)
assert served.server.test_client().get("/_dash-layout").status_code == 200
print(*[name for name in {BANNED_FROM_SERVER!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
