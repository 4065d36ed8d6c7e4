"""Run benchmarks by name: python -m benchmarks [NAME ...] [--data DIR]."""

from __future__ import annotations

import argparse
import importlib
import inspect
import pkgutil
from pathlib import Path

import benchmarks
from benchmarks import machine

NOT_BENCHMARKS = {"__main__", "faults", "figures", "kept", "machine", "serving", "synthetic", "worked_out"}


def main() -> None:
    """Run what was asked for, or everything."""
    known = [m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name not in NOT_BENCHMARKS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=benchmarks.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of: {', '.join(known)}")
    parser.add_argument("--data", type=Path, help="folder with mnist.npz")
    parser.add_argument("--full", action="store_true", help="the large sizes too")
    parser.add_argument("--cache", type=Path, help="folder in which trained networks and what they see are kept")
    options = parser.parse_args()
    if unknown := set(options.names) - set(known):
        parser.error(f"{', '.join(sorted(unknown))}: not a benchmark; known: {', '.join(known)}")
    machine.describe()
    for name in options.names or known:
        print(f"\n== {name}")
        run = importlib.import_module(f"benchmarks.{name}").run
        keeps = {"cache": options.cache} if "cache" in inspect.signature(run).parameters else {}
        run(data=options.data, full=options.full, **keeps)


if __name__ == "__main__":
    main()
