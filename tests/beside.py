"""A second tiny network beside a tiny session's, on the same dataset and store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.tiny import KINDS, Kind, make, network_info, outputs
from workspace import opening
from workspace.options import Options
from workspace.plan import standard
from workspace.session import Session
from workspace.store import Store
from workspace.worker import Worker

NEEDED = ("predicted", "correct", "loss", "probabilities", "metrics", "class_order")


def pair(session: Session, kind: str = "full", *, name: str = "other.h5", got: str = "answers") -> Session:
    """The session of another network, which knows the first and is known to it.

    Args:
        session: the first; gets the second among its `others`.
        kind: of the first, by which the second gets as many outputs.
        name: of the second network's file.
        got: how far its worker got: "everything", "answers" (what comparisons need), "network" or "nothing".
    """
    like = KINDS[kind]
    path = Path(session.options.model).with_name(name)
    path.write_bytes(b"what another network would be" + name.encode())
    options = replace(session.options, model=str(path))
    store = Store(session.store.folder)
    if session.has_dataset and like.got in ("everything", "network") and got != "nothing":
        _opened(store, options, like, got)
    other = Session(store, options, command=("no", "worker", "here"))
    everyone = (session, *session.others, other)
    for one in everyone:
        one.others = tuple(each for each in everyone if each is not one)
    return other


def _opened(store: Store, options: Options, kind: Kind, got: str) -> None:
    data = opening.open_dataset(store, options)
    opened = opening.describe(
        network_info(Path(options.model), data.image_shape, kind),
        options,
        data,
        preprocessing={"scaling": "0..1"},
        text="pixels / 255",
        notices=(),
    )
    opening.remember(store, options, data, opened)
    if got == "network" or kind.got == "network":
        return
    outputs(store, data, opened, kind, seed=7, lead=1.5)
    worker = Worker(store, options, lambda event, **facts: None)  # type: ignore[arg-type]
    worker.open()
    wanted = (
        standard(opened.layer, opened.layers) if got == "everything" else [*NEEDED, f"projection/{opened.layer}/pca"]
    )
    make(worker, wanted)
