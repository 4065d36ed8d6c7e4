"""How large pictures were before all got one shape, told as the columns `width` and `height` where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from datasets.dataset import Dataset

COLUMNS = ("width", "height")


def with_sizes(found: Sequence[Dataset]) -> list[Dataset]:
    """Data sets that will be looked at together, with their sizes in pixels among their metadata.

    Where all pictures are alike the columns would say nothing. Where one of the data sets has a column of such a
    name that means something else, it keeps it, and none gets ours.
    """
    every = [dataset.sizes for dataset in found if dataset.sizes is not None]
    alike = all((sizes == every[0][0]).all() for sizes in every)
    if alike or any(_means_something_else(dataset) for dataset in found):
        return list(found)
    return [
        replace(dataset, metadata={**dataset.metadata, **dict(zip(COLUMNS, dataset.sizes.T.copy(), strict=True))})
        if dataset.sizes is not None
        else dataset
        for dataset in found
    ]


def _means_something_else(dataset: Dataset) -> bool:
    """Whether a column of such a name is there that is not what we measured."""
    return any(
        name in dataset.metadata
        and (dataset.sizes is None or not np.array_equal(dataset.metadata[name], dataset.sizes[:, position]))
        for position, name in enumerate(COLUMNS)
    )
