"""Recordings, which grow while they are looked at: how much of one is taken, and which may be followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import datasets

if TYPE_CHECKING:
    from workspace.options import Options


def pinned(options: Options) -> Options:
    """The same; where it is about a recording, for as many samples as there are now.

    Raises:
        datasets.BadDataset: no such name or file.
    """
    if options.upto is not None or options.more:
        return options
    source = datasets.find(options.dataset, options.folder)
    rows = datasets.pinned(source, None).rows if source is not None else None
    return replace(options, upto=rows)


def recording(sources: Sequence[datasets.Source], options: Options) -> str:
    """What a recording is known by that is taken from its beginning, however long it gets; "" for other data."""
    alone = len(sources) == 1 and options.split == "all" and options.limit is None
    return datasets.recording(sources[0]) if alone else ""
