"""Where a network computes: processor or graphics card, and how much of the card's memory it may take.

Said once, in the process that computes, before TensorFlow or PyTorch is imported: neither changes its mind later.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import MutableMapping

from util import InspectorError

CPU = "cpu"
HIDDEN, GROWS = "CUDA_VISIBLE_DEVICES", "TF_FORCE_GPU_ALLOW_GROWTH"
LEAST_MEMORY = 64  # megabytes
ASK_SECONDS = 5.0


def number(device: str) -> int | None:
    """The graphics card that `gpu` or `gpu:1` means, from 0; None for the processor.

    Raises:
        InspectorError: it is neither.
    """
    found = re.fullmatch(r"cpu|gpu(?::(\d{1,2}))?", device.strip().lower())
    if found is None:
        raise InspectorError(f"--device {device}: not known; give cpu, or gpu:0 for the first graphics card")
    return None if found.group(0) == CPU else int(found.group(1) or 0)


def megabytes(memory: str, total: int | None = None) -> int | None:
    """How many megabytes a share of 0..1, or a number of megabytes, is.

    Args:
        memory: what was typed.
        total: of the card; None if nobody knows.

    Returns:
        None for a share of nobody knows what.

    Raises:
        InspectorError: it is neither.
    """
    try:
        value = float(memory)
    except ValueError:
        value = -1.0
    if 0 < value <= 1:
        return None if total is None else max(LEAST_MEMORY, int(value * total))
    if LEAST_MEMORY <= value < 2**31 and value == int(value):
        return int(value)
    raise InspectorError(
        f"--gpu-memory {memory}: is no share; give one above 0 and up to 1, or megabytes, {LEAST_MEMORY} or more"
    )


def choose(device: str | None, environment: MutableMapping[str, str] | None = None) -> None:
    """Hide all graphics cards but the one that was asked for. Before anything that would look at them is imported.

    Raises:
        InspectorError: there is no such device.
    """
    variables = os.environ if environment is None else environment
    variables.setdefault(GROWS, "true")  # or TensorFlow takes a whole card for itself
    if device is None:
        return
    card = number(device)
    variables[HIDDEN] = "-1" if card is None else _visible(card, variables.get(HIDDEN, ""))


def use(device: str | None, memory: str | None, *, torch: bool = False) -> str:
    """Take hold of what computes, and no more of its memory than may be. Imports TensorFlow, or PyTorch.

    Returns:
        What computes: "CPU", or the name of a graphics card.

    Raises:
        InspectorError: a card was asked for, and there is none that can be used.
    """
    found = _torch(memory) if torch else _tensorflow(memory)
    if found == "CPU" and device is not None and number(device) is not None:
        tool = "PyTorch" if torch else "TensorFlow"
        raise InspectorError(
            f"--device {device}: {tool} finds no such graphics card; leave it out, or install its driver and {tool} "
            "for CUDA"
        )
    return found


def _tensorflow(memory: str | None) -> str:
    import keras  # noqa: F401 - a thread may be importing it, and two that begin at different ends wait for each other
    import tensorflow as tf

    cards = tf.config.list_physical_devices("GPU")
    if not cards:
        return "CPU"
    for place, card in enumerate(cards):
        most = megabytes(memory, total_memory(place)) if memory else None
        if most is not None and not tf.config.get_logical_device_configuration(card):
            tf.config.set_logical_device_configuration(
                card, [tf.config.LogicalDeviceConfiguration(memory_limit=most)]
            )
    return str(tf.config.experimental.get_device_details(cards[0]).get("device_name", "GPU"))


def _torch(memory: str | None) -> str:
    import torch

    if not torch.cuda.is_available():
        return "CPU"
    about = torch.cuda.get_device_properties(0)
    total = about.total_memory >> 20
    if memory:
        torch.cuda.set_per_process_memory_fraction(min(1.0, (megabytes(memory, total) or total) / total))
    return str(about.name)


def total_memory(place: int) -> int | None:
    """Megabytes of a graphics card as its driver tells; None if it does not."""
    asked = shutil.which("nvidia-smi")
    if asked is None:
        return None
    words = [asked, "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(words, capture_output=True, text=True, timeout=ASK_SECONDS, check=True).stdout
        return int(told.splitlines()[place])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None


def _visible(card: int, before: str) -> str:
    """The card's number among those that were visible before."""
    known = [part for part in before.split(",") if part.strip() not in ("", "-1")]
    return known[card] if card < len(known) else str(card)
