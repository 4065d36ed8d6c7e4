"""How large a network's maps are, before it is run for the first time.

Layers such as UpSampling2D have no weights, and a few of them make terabytes of one small picture. Weights are
counted before a file is opened; what the layers give is known once it is built, and is weighed here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from model import BadModel, shown
from model.info import Layer
from model.stored import size

MOST_BYTES = 2 << 30  # in one place of one batch that cannot be made smaller
BATCH_FLOATS = 64 << 20  # at most these in one layer's maps of a batch: 256 MB
OPEN_SIZE = 96  # side of the trial image where the network takes any size
ATTENTION = frozenset({"MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention", "Attention"})


def floats(row: Layer, image: Sequence[int], heads: int = 1) -> int:
    """Numbers that a layer makes of one image; of attention also the scores of every place for every other.

    Args:
        row: the layer.
        image: (h, w, ch) of the images; the longer edge stands for sizes that the layer leaves open.
        heads: of attention.
    """
    edge = max(image[:2], default=1)
    sizes = [edge if length is None else length for length in row.output_shape[1:]]
    given = math.prod(sizes)
    if row.kind in ATTENTION and len(sizes) > 1:
        return max(given, heads * math.prod(sizes[:-1]) ** 2)
    return given


def widest(rows: Sequence[Layer], image: Sequence[int], heads: Mapping[str, int] | None = None) -> tuple[int, str]:
    """The most numbers that a layer makes of one image, at least those of the image itself, and the layer's name."""
    known = heads or {}
    found = [(floats(row, image, known.get(row.name, 1)), row.name) for row in rows]
    return max([(math.prod(image), "input"), *found], key=lambda each: each[0])


def check(rows: Sequence[Layer], tensor: Sequence[int | None], network: Any, file: str) -> None:
    """Refuse a network that one batch of which would fill the memory.

    Args:
        rows: its layers.
        tensor: shape of its input with the batch axis.
        network: of Keras's; asked for the heads of its attention.
        file: how messages call the file.

    Raises:
        BadModel: it is one, and names the layer.
    """
    image = [OPEN_SIZE if length is None else length for length in tensor[1:]]
    heads = {layer.name: int(getattr(layer, "num_heads", 1) or 1) for layer in network.layers}
    most, layer = widest(rows, image, heads)
    batch = tensor[0] or 1
    if 4 * most * batch > MOST_BYTES:
        of = "one image" if batch == 1 else f"its fixed batch of {batch:,} images"
        raise BadModel(
            f"{file}: layer '{shown(layer, 40)}' makes {size(4 * most * batch)} of {of}, the limit is "
            f"{size(MOST_BYTES)}; give a network for smaller images"
        )


def fitting(rows: Sequence[Layer], image: Sequence[int]) -> int:
    """How many images may go through the network at once."""
    return max(1, BATCH_FLOATS // widest(rows, image)[0])
