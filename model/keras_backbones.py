"""Networks of keras.applications, with the way in which each wants its pixels."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from model import BadModel, hubs, network, shown
from model.backbones import RANDOM, headless
from model.preprocessing import Preprocessing

if TYPE_CHECKING:
    from model.backbones import Backbone

IMAGENET_CLASSES = 1000
USUAL_SIDE = 224
STALLED_SECONDS = 30.0  # without a byte, while weights come
PROBE = 255.0


class _Side(Exception):
    """The default size of a network, on its way out of Keras's own code."""


def open_network(asked: Backbone, *, n_classes: int, output: str | None = None) -> network.Network:
    """Open a network of keras.applications, with its class scores if the data have as many classes.

    Raises:
        BadModel: its weights are not here and cannot be had, or do not fit.
    """
    keras = network.on_tensorflow(asked.title)
    function: Callable[..., Any] = getattr(keras.applications, asked.name)
    module = sys.modules[function.__module__]
    top = output != "none" and n_classes in (0, IMAGENET_CLASSES)
    words: dict[str, Any] = {"include_top": top, "weights": None if asked.weights else "imagenet"}
    if not top:
        side = _side(function)
        words |= {"pooling": "avg", "input_shape": (side, side, 3)}
    notices: tuple[str, ...] = ()
    keras.utils.clear_session(free_memory=False)  # or layers without a name of their own are numbered on and on
    with _weights_from_cache(asked.title):
        if asked.weights == RANDOM:
            keras.utils.set_random_seed(0)
            notices = ("Its weights are of chance (@random): distances mean little.",)
        built = function(**words)
        if asked.file is not None:
            _fill(built, asked, top)
    found = {"format": "", "channels_first": False, "notices": notices, "keras_version": ""}
    opened = network.described(
        built, Path(asked.text), found, None, output=output if top else "none", n_classes=n_classes
    )
    why = "" if top else headless(asked.title, IMAGENET_CLASSES, 0 if output == "none" else n_classes)
    told = tuple(notice for notice in opened.info.notices if notice != opened.info.no_head)
    opened.info = replace(opened.info, name=asked.title, no_head=why, notices=(*told, *((why,) if why else ())))
    opened.expects = expected(module.preprocess_input)
    return opened


def expected(preprocess: Callable[[Any], Any]) -> Preprocessing:
    """The scaling that a function of Keras's does, found by giving it a black image and one of each color.

    Args:
        preprocess: takes (n, h, w, 3) float32 pixels of 0..255 as red, green, blue.
    """
    colors = np.concatenate([np.zeros((1, 3)), PROBE * np.eye(3)]).astype(np.float32)
    given = np.asarray(preprocess(colors[:, None, None, :].copy()), np.float64)[:, 0, 0]
    rates = (given[1:] - given[0]) / PROBE  # row: color that goes in, column: channel that comes out
    swapped = abs(rates[0, 2]) > abs(rates[0, 0])
    rate = rates[::-1].diagonal() if swapped else rates.diagonal()
    mean, spread = -given[0] / rate, 1 / rate
    way = Preprocessing(swapped=bool(swapped))
    if np.allclose(spread, 1, atol=1e-5) and np.allclose(mean, 0, atol=1e-3):
        return replace(way, scaling="0..255")
    if np.allclose(spread, 255, atol=1e-3) and np.allclose(mean, 0, atol=1e-3):
        return replace(way, scaling="0..1")
    if np.allclose(spread, 127.5, atol=1e-3) and np.allclose(mean, 127.5, atol=1e-3):
        return replace(way, scaling="-1..1")
    way = replace(way, mean=tuple(np.round(mean, 4).tolist()), spread=tuple(np.round(spread, 4).tolist()))
    return replace(way, scaling="imagenet-mean" if np.allclose(spread, 1, atol=1e-5) else "imagenet")


def _side(function: Callable[..., Any]) -> int:
    """The size of image that a network takes by default; Keras says it only to itself."""

    def tell(*_: Any, default_size: int = USUAL_SIDE, **__: Any) -> None:
        raise _Side(default_size)

    with _replaced("keras.src.applications.imagenet_utils", "obtain_input_shape", tell):
        try:
            function(include_top=False, weights=None)
        except _Side as found:
            return int(found.args[0])
    return USUAL_SIDE


@contextmanager
def _weights_from_cache(title: str) -> Iterator[None]:
    """Let Keras fetch weights only where it has to and can, and never wait for ever."""
    import keras

    get_file = keras.utils.get_file

    def fetch(name: str, origin: str, *args: Any, **words: Any) -> Any:
        home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
        folder = Path(home).expanduser() / "models"
        advice = f"put {name} from {origin} into {folder}"
        if not (folder / name).is_file() and not hubs.reachable(origin):
            raise BadModel(f"{title}: no local copy of its weights, and their server cannot be reached; {advice}")
        before = socket.getdefaulttimeout()
        socket.setdefaulttimeout(STALLED_SECONDS)
        try:
            return get_file(name, origin, *args, **words)
        except Exception as error:  # of many types, and all about this file
            raise BadModel(f"{title}: its weights cannot be fetched ({shown(error, 60)}); {advice}") from error
        finally:
            socket.setdefaulttimeout(before)

    with _replaced("keras.src.utils.file_utils", "get_file", fetch):
        yield


@contextmanager
def _replaced(module: str, name: str, value: Any) -> Iterator[None]:
    """Another function under a private name of Keras's, as long as the block lasts; nothing if there is none."""
    holder = sys.modules.get(module)
    before = getattr(holder, name, None)
    if before is None:
        yield
        return
    setattr(holder, name, value)
    try:
        yield
    finally:
        setattr(holder, name, before)


def _fill(built: Any, asked: Backbone, top: bool) -> None:
    try:
        built.load_weights(asked.file)
    except Exception as error:  # of many types, and all about this file
        part = "with" if top else "without"
        raise BadModel(
            f"{shown(asked.title, 90)}: the weights do not fit {asked.name} {part} its class scores "
            f"({shown(error, 90)}); save them from one that was built with include_top={top}"
        ) from error
