"""What a figure was measured on, and how work is timed."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

CPU_INFO = Path("/proc/cpuinfo")
PACKAGES = (
    "numpy",
    "tensorflow",
    "keras",
    "dash",
    "plotly",
    "scikit-learn",
    "manifolds-rs",
    "openTSNE",
    "umap-learn",
    "playwright",
)


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long something took: by the clock, and of all processor cores together."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} s (CPU {self.cpu:.1f} s)"


def describe() -> None:
    """Print processor, cores, load, Python, and the versions of what is measured."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"machine: {_processor()}, {cores()} cores{load}, {platform.system()} {platform.machine()}")
    print(f"python {platform.python_version()}, " + ", ".join(f"{name} {_version(name)}" for name in PACKAGES))


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def timed(work: Callable[[], T]) -> tuple[T, Seconds]:
    """What the work gives, and how long it took.

    On a machine with other jobs the time by the clock says little; processor time much more.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    made = work()
    return made, Seconds(time.perf_counter() - wall, time.process_time() - cpu)


def _processor() -> str:
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "-"
