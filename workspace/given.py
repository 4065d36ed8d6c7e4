"""What came with the data besides images and labels: vectors that make a layer, and coordinates that make a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from datasets import BadDataset, Dataset, Source, vectors
from util import digest
from workspace.store import Store

if TYPE_CHECKING:
    from workspace.options import Options

COORDINATES = "coordinates"
LAYER = "activations/"


def identity(options: Options, sources: Sequence[Source]) -> list[object]:
    """What decides over the given columns; empty where there are none."""
    paths = [_path(options.features) or vectors.beside(sources), _path(options.coordinates)]
    return vectors.identity(paths) if any(paths) else []


def check(options: Options) -> None:
    """Refuse files that were asked for and cannot be such. Raises BadDataset."""
    for option, text, columns in (("features", options.features, None), ("coordinates", options.coordinates, 2)):
        try:
            if text:
                vectors.check(Path(text).expanduser(), columns)
        except BadDataset as error:
            raise BadDataset(f"--{option} {error}") from error


def take(
    store: Store, options: Options, sources: Sequence[Source], dataset: Dataset
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Put the vectors and coordinates that belong to a dataset into the store.

    Returns:
        Column -> key, and a notice for each file that was found by itself, taken or not.

    Raises:
        BadDataset: a file that was asked for cannot be used.
    """
    keys: dict[str, str] = {}
    notices: list[str] = []
    asked, found = _path(options.features), vectors.beside(sources)
    path = asked or found
    if path is not None:
        try:
            array = vectors.read(path, dataset, scratch=store.folder / "columns")
        except BadDataset as error:
            if asked:
                raise BadDataset(f"--features {error}") from error
            notices.append(f"Vectors beside the data were not taken. {error}.")
        else:
            column = f"{LAYER}{vectors.layer_name(path)}"
            keys[column] = digest(column, array)
            store.write(keys[column], array, column=column)
            if not asked:
                d = array.shape[1]
                notices.append(f"{path.name} beside the data is a layer too: {d:,} numbers for every sample.")
    for layer, rows in dataset.vectors.items():
        column = f"{LAYER}{layer}"
        keys[column] = digest(column, rows)
        store.write(keys[column], rows, column=column)
    drawn = _path(options.coordinates)
    if drawn is not None:
        try:
            plane = vectors.read(drawn, dataset, columns=2, scratch=store.folder / "columns")
        except BadDataset as error:
            raise BadDataset(f"--coordinates {error}") from error
        keys[COORDINATES] = digest(COORDINATES, plane)
        store.write(keys[COORDINATES], plane, column=COORDINATES)
    return keys, tuple(notices)


def layers(given: Mapping[str, str]) -> tuple[str, ...]:
    """The layers among given columns."""
    return tuple(column.removeprefix(LAYER) for column in given if column.startswith(LAYER))


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser() if text else None
