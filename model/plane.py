"""Where the numbers of a network's input lie in the picture, and where a picture lies in the input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model import resizing
from model.preprocessing import Channels, Preprocessing

MOST_SIDE = 224  # pixels of a heat map along its longer side

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Plane:
    """The places of a network's input: `height` x `width`, each with `colors` numbers.

    Attributes:
        height, width, colors: of the input, in pixels and channels.
        channels: how they lie in the tensor, as in `Preprocessing`.
        frame: (top, left, height, width) of the dataset's image within it; all of it unless there is a border.
    """

    height: int
    width: int
    colors: int
    channels: Channels
    frame: tuple[int, int, int, int]

    def placed(self, inputs: Floats) -> Floats:
        """(m, ...) as the network takes them -> (m, height, width, colors)."""
        match self.channels:
            case "first":
                return inputs.transpose(0, 2, 3, 1)
            case "dropped":
                return inputs[..., None]
            case "flat":
                return inputs.reshape(len(inputs), self.height, self.width, self.colors)
        return inputs

    def packed(self, pixels: Floats) -> Floats:
        """(m, height, width, colors) -> as the network takes them; the way back of `placed`."""
        match self.channels:
            case "first":
                return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
            case "dropped":
                return pixels[..., 0]
            case "flat":
                return pixels.reshape(len(pixels), -1)
        return pixels

    def spread(self, maps: Floats) -> Floats:
        """(k, gh, gw) coarse maps -> (k, height, width), bilinear."""
        return resizing.stretched(maps[..., None], self.height, self.width)[..., 0]

    def on_image(self, maps: Floats) -> Floats:
        """(k, height, width) -> what lies on the dataset's image, (k, h, w), at most MOST_SIDE along each side."""
        top, left, height, width = self.frame
        seen = maps[:, top : top + height, left : left + width]
        shrink = MOST_SIDE / max(height, width)
        if shrink < 1:
            sides = max(1, round(height * shrink)), max(1, round(width * shrink))
            seen = resizing.stretched(np.ascontiguousarray(seen)[..., None], *sides)[..., 0]
        return np.ascontiguousarray(seen, np.float32)


def plane(preprocessing: Preprocessing, image_shape: tuple[int, ...]) -> Plane:
    """The input that images of (h, w, ch) become."""
    height, width, colors = image_shape
    to_height, to_width = preprocessing.height or height, preprocessing.width or width
    frame = (0, 0, to_height, to_width)
    if preprocessing.size == "border":  # as `resizing.bordered` does it
        frame = ((to_height - height) // 2, (to_width - width) // 2, height, width)
    return Plane(to_height, to_width, preprocessing.colors or colors, preprocessing.channels, frame)
