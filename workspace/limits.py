"""What the worker may take of the machine.

A network can be harmless to look at and still ask for more memory than there is. Without a bound the kernel ends a
process then, and not always that one. With it, the request fails, and the person reads a line.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

SHARE = 0.9
GRAPHICS = ("/dev/nvidia0", "/dev/kfd")
"""Where one of these is, drivers may map far more than they use, and nothing is bounded."""


def memory() -> int:
    """Bytes of memory that the machine, or the container this runs in, has; 0 if nobody knows."""
    try:
        found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 0
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            text = Path("/sys/fs/cgroup", name).read_text("ascii").strip()
        except (OSError, ValueError):
            continue
        if text.isdecimal():
            found = min(found, int(text))
    return max(found, 0)


def bound(most: int | None = None) -> int:
    """Let this process take so many bytes of memory of its own; gives the bound, 0 for none.

    Counted is what it allocates, not the files that it maps: data larger than memory are not touched by this.

    Args:
        most: by default nearly all that the machine has.
    """
    if sys.platform != "linux" or any(Path(device).exists() for device in GRAPHICS):
        return 0
    import resource

    wanted = int(SHARE * memory()) if most is None else most
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard) if wanted else hard
    if wanted <= 0:
        return 0
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
    return wanted


ADVICE = "needs more memory than there is; close other programs, or take fewer images with --limit"


def is_about_memory(error: BaseException) -> bool:
    """Whether an error says that there is not enough memory, in the words of numpy, TensorFlow or Python."""
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"
