"""A Keras callback that records what the network says about the same samples while it is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recorder.arrays import array_of, numbers_of

if TYPE_CHECKING:
    from recorder import Recorder

ROWS_AT_ONCE = 256


def callback(
    recorder: Recorder,
    x: Any,
    y: Any,
    *,
    layers: Sequence[str],
    epochs: int,
    batches: int | None,
    split: str,
) -> Any:
    """See `Recorder.callback`."""
    import keras

    class Recording(keras.callbacks.Callback):  # type: ignore[misc]
        """Tells the recorder when it is time."""

        def __init__(self) -> None:
            super().__init__()
            self.seen = 0
            self.epoch = 0
            self.probe: Any = None

        def on_train_begin(self, logs: Any = None) -> None:
            self.probe = None

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.epoch = epoch

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.seen += 1
            if batches and self.seen % batches == 0:
                recorder.record_of(self.ask)

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if (epoch + 1) % epochs == 0:
                recorder.record_of(self.ask)

        def ask(self) -> dict[str, Any]:
            """What the network says now, as the arguments of `Recorder.record`."""
            if self.probe is None:
                taken = [self.model.get_layer(name).output for name in layers]
                inputs = self.model.inputs
                self.probe = keras.Model(inputs[0] if len(inputs) == 1 else inputs, [*taken, *self.model.outputs[:1]])
            parts = [self._said(x[at : at + ROWS_AT_ONCE]) for at in range(0, len(x), ROWS_AT_ONCE)]
            *found, outputs = [np.concatenate(rows) for rows in zip(*parts, strict=True)]
            return {
                "images": x,
                "outputs": outputs,
                "activations": dict(zip(layers, found, strict=True)),
                "labels": None if y is None else numbers_of(y),
                "split": split,
                "metadata": {"epoch": self.epoch + 1, "step": self.seen},
            }

        def _said(self, part: Any) -> list[NDArray[Any]]:
            said = self.probe(part, training=False)
            return [array_of(one, "outputs") for one in (said if isinstance(said, list | tuple) else [said])]

    return Recording()
