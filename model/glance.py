"""What network files say about themselves without Keras: for a list of networks that nobody has opened yet.

    python -m model.glance FILE ...     one line of JSON for each, in their order

A process of its own, because reading HDF5 takes a library that the server does without.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from model import BadModel, reading


@dataclass(frozen=True, slots=True)
class Glance:
    """A network file at a glance.

    Attributes:
        outputs: numbers that its last layer with weights gives; 0 if the file does not say.
        takes: the images that fit, as "28 x 28 x 1"; "" if any will do or the file does not say.
        keras: the version of the Keras that wrote it, "" if it does not say.
        weights: how many numbers it holds.
        heads: the names of its outputs, a line each; "" where it has one or does not say.
        refused: why it cannot be opened, "" if nothing is seen to be in the way.
    """

    outputs: int = 0
    takes: str = ""
    keras: str = ""
    weights: int = 0
    heads: str = ""
    refused: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Glance:
        """Read back what `to_dict` wrote; what does not fit is left out."""
        kinds = {name: type(value) for name, value in asdict(cls()).items()}
        return cls(**{name: value for name, value in values.items() if type(value) is kinds.get(name)})

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def glance(path: Path, code: Path | None = None) -> Glance:
    """Look at a file; `code` is the one named with --custom. What is in the way is an answer, no failure."""
    try:
        found = reading.scan(path, code=code)
    except BadModel as error:
        return Glance(refused=str(error))
    shape = found["image_shape"]
    return Glance(
        outputs=outputs(found["architecture"]),
        takes=" x ".join("any" if side is None else str(side) for side in shape) if shape else "",
        keras=found["keras_version"],
        weights=found["weights"],
        heads="\n".join(heads(found["architecture"])),
    )


def outputs(config: Mapping[str, Any]) -> int:
    """How many numbers the last layer with units or filters gives, as a stored config tells; 0 if it does not."""
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, Mapping) else None
    for layer in reversed(layers if isinstance(layers, list) else []):
        own = layer.get("config") if isinstance(layer, Mapping) else None
        if not isinstance(own, Mapping):
            return 0
        if isinstance(own.get("layers"), list):
            return outputs(layer)
        for name in ("units", "filters"):
            if isinstance(own.get(name), int):
                return int(own[name])
    return 0


def heads(config: Mapping[str, Any]) -> list[str]:
    """The names of the rows that a network gives out, as a stored config tells; none where it tells of one."""
    inner = config.get("config")
    ends = inner.get("output_layers") if isinstance(inner, Mapping) else None
    ends = list(ends.values()) if isinstance(ends, Mapping) else ends
    names = [end[0] for end in ends if isinstance(end, list) and end] if isinstance(ends, list) else []
    return [str(name) for name in names] if len(names) > 1 else []


def main(arguments: Sequence[str]) -> None:
    """Look at every file and say what was seen."""
    for text in arguments:
        sys.stdout.write(json.dumps(glance(Path(text)).to_dict()) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
