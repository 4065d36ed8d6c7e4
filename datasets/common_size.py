"""Which size the images of a dataset get when their files have many.

All images of a dataset have one size here. If the files agree, or at least half of them do, it is
theirs. Else it is a square whose edge is the median of the files' longer edges. None is larger than
LONGEST pixels: that is what classifiers look at, and a folder of photographs would fill the disk.

Images are resized without keeping their aspect, and not padded: Keras's own readers
(`image_dataset_from_directory`, `flow_from_directory`) do the same unless told otherwise, so this is
what most networks were trained on; bars at the sides would be something that they never saw.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from datasets.picture import Look

LONGEST = 256


@dataclass(frozen=True, slots=True)
class CommonSize:
    """(h, w, ch) of every image, and how that came about, a sentence each."""

    shape: tuple[int, int, int]
    notices: tuple[str, ...]


def common_size(looks: Sequence[Look]) -> CommonSize | None:
    """The size and number of channels that images of these kinds get; None if there are none."""
    if not looks:
        return None
    n = len(looks)
    sizes = Counter((look.height, look.width) for look in looks)
    common, times = sizes.most_common(1)[0]
    why = f"the most common size, that of {times:,} of {n:,}"
    if 2 * times < n:
        edge = median_low(max(look.height, look.width) for look in looks)
        common, why = (edge, edge), "a square as large as the middle one of them"
    chosen = _at_most(common)
    notices = []
    if len(sizes) > 1:
        least, most = (f(sizes, key=lambda size: (size[0] * size[1], size)) for f in (min, max))
        if chosen != common:
            why += f", made no larger than {LONGEST}"
        notices.append(
            f"The images have {len(sizes):,} sizes, {_text(least)} to {_text(most)} pixels (height x width); all "
            f"were resized to {_text(chosen)} ({why}), without keeping their aspect, as Keras's own readers do."
        )
    elif chosen != common:
        notices.append(
            f"The images have {_text(common)} pixels (height x width); they were scaled down to {_text(chosen)}, "
            f"as no more than {LONGEST} are kept."
        )
    gray = sum(look.gray for look in looks)
    if 0 < gray < n:
        notices.append(f"{gray:,} of {n:,} images are gray: they got three equal channels, as the others have color.")
    return CommonSize((*chosen, 1 if gray == n else 3), tuple(notices))


def _at_most(size: tuple[int, int]) -> tuple[int, int]:
    """The size within LONGEST, its aspect kept."""
    scale = min(1.0, LONGEST / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _text(size: tuple[int, int]) -> str:
    return f"{size[0]:,} x {size[1]:,}"
