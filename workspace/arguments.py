"""The command line: its words and options, and which networks on which data they ask for.

What is needed to refuse a word is imported where that is done: the program's start waits for this module.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from util import InspectorError, nearest

if TYPE_CHECKING:
    from workspace.options import Options

DEMO = ("mnist", "mnist")


class Usage(InspectorError):
    """Words on the command line that cannot be understood."""


class Arguments(argparse.ArgumentParser):
    """A parser that refuses in one line and names the nearest option."""

    def error(self, message: str) -> NoReturn:
        """Refuse."""
        if message.startswith("unrecognized arguments: "):
            given = message.removeprefix("unrecognized arguments: ").split()[0]
            known = sorted(option for action in self._actions for option in action.option_strings)
            hint = nearest(given, known).partition("known: ")[0]
            raise Usage(f"{given}: not an option; {hint}see python app.py --help")
        raise Usage(f"{message}; see python app.py --help")


def parser() -> Arguments:
    """The command line."""
    import datasets

    known = "\n".join(f"  {name:<15} {title}" for name, title in datasets.known().items())
    result = Arguments(
        prog="python app.py",
        description="See what is wrong with a trained image classifier or its data.",
        epilog=f"datasets by name:\n{known}\n\nexamples:\n  python app.py\n"
        "  python app.py my_model.h5 fashion_mnist --data downloads/\n"
        "  python app.py my_model.keras photos/\n"
        "  python app.py my_model.h5 my_images.npz --check --min-accuracy 0.98",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = result.add_argument
    add(
        "words",
        nargs="*",
        metavar="MODEL [MODEL ...] [DATASET ...]",
        help="a .h5 or .keras file or the name of a bundled network, several to compare them; then a name from the "
        "list below, or the path of a folder of images, .npz, .idx, .csv, .json or .parquet, several to join them",
    )
    add("--host", default="127.0.0.1", help="address to listen on; other than 127.0.0.1, a token is needed")
    add("--port", type=_port, default=8050, help="0 takes any free port")
    add("--cache", type=Path, default=Path(".innerview"), metavar="DIR", help="where results are kept")
    add("--data", metavar="DIR", help="where to look for a dataset's files first")
    add("--layer", metavar="NAME", help="the layer to look at first")
    add("--limit", type=_positive, metavar="N", help="only the first N samples of each split")
    add("--split", default="all", metavar="NAME", help="train, test or all")
    add(
        "--instances",
        choices=("objects", "images", "both"),
        default="objects",
        help="of images with boxes: what each box shows, the images whole, or both",
    )
    add("--expand-crops", type=_pixels, default=0, metavar="PIXELS", help="context around every box")
    add("--preprocess", default="auto", metavar="HOW", help="scaling of the pixels; found by trying if not given")
    add("--custom", metavar="FILE", help="a Python file with layers of your own, which you trust: it is run")
    add("--output", metavar="NAME", help="the output that classifies, by name or number; none for an embedding")
    add("--batch", type=_batch, metavar="N", help="images at once in the network")
    add("--device", metavar="NAME", help="cpu or gpu:0; a graphics card if there is one")
    add("--gpu-memory", metavar="SHARE", help="of the graphics card, 0 to 1, or megabytes")
    add("--features", metavar="FILE.npy", help="vectors of your own, (n, d): a layer named after the file")
    add("--coordinates", metavar="FILE.npy", help="a map of your own, (n, 2)")
    add("--history", metavar="PATH", action="append", help="training curves: JSON, CSV, TensorBoard; may be repeated")
    add("--checkpoints", metavar="PATH", action="append", help="the network at earlier epochs: a folder or files")
    add("--classes", metavar="A,B,..", help="what the outputs mean, in their order: names, or a file of them")
    add("--force", action="store_true", help="read and compute everything of this pair again, and find nothing")
    add("--check", action="store_true", help="print the findings and leave; 1 if a limit is broken")
    add("--min-accuracy", type=_share, metavar="X", help="with --check: the least accuracy of every split")
    add("--strict", action="store_true", help="with --check: 1 as well if the doctor finds something wrong")
    add("--json", action="store_true", help="with --check: machine-readable")
    add("--export", type=Path, metavar="DIR", help="write all scores there and leave")
    add(
        "--report",
        type=Path,
        metavar="FILE.html",
        help="write what was found as one page that opens offline, and leave",
    )
    add("--verbose", action="store_true", help="say what is going on")
    return result


def told_apart(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The models and the data among the words: the first is a model, and those after it that look like one.

    Raises:
        Usage: a model behind the data, something given twice, or too many models.
    """
    import datasets
    from model.reading import looks_like_one
    from workspace.pairs import MOST_OPEN

    first, *rest = words or DEMO[:1]
    models = [first, *itertools.takewhile(looks_like_one, rest)]
    data = rest[len(models) - 1 :]
    late = [word for word in data if looks_like_one(word)] or (models[1:] if not looks_like_one(first) else [])
    if late:
        begin = [word for word in models if looks_like_one(word) and word not in late]
        hint = [word for word in (first, *data) if word in datasets.known() and word not in late] or ["DATASET"]
        raise Usage(f"{' '.join(words)}: the model comes first; try python app.py {' '.join([*begin, *late, *hint])}")
    for found in (models, data):
        twice = [word for word in found if found.count(word) > 1]
        if twice:
            raise Usage(f"{twice[0]}: is given twice; give it once")
    if len(models) > MOST_OPEN:
        raise Usage(f"{len(models)} models: at most {MOST_OPEN} are open at a time; start with fewer")
    return models, data or [DEMO[1]]


def asked(options: argparse.Namespace) -> list[Options]:
    """What was asked for, a network each.

    Args:
        options: of `parser`, with `models` and `datasets` as `told_apart` gives them.

    Raises:
        InspectorError: it can be seen at once that it cannot be had.
    """
    from model import custom, reading
    from workspace.options import Options

    found, started = [], time.time()
    for model in options.models:
        reading.sniff(reading.resolve(model))
        found.append(
            Options(
                model=model,
                dataset=options.datasets[0],
                more=tuple(options.datasets[1:]),
                data_dir=options.data,
                split=options.split,
                limit=options.limit,
                layer=options.layer,
                preprocess=options.preprocess,
                custom=options.custom,
                instances=options.instances,
                expand_crops=options.expand_crops,
                output=options.output,
                classes=options.classes,
                batch=options.batch,
                device=options.device,
                gpu_memory=options.gpu_memory,
                history=tuple(options.history or ()),
                checkpoints=tuple(options.checkpoints or ()),
                features=options.features,
                coordinates=options.coordinates,
                force=started if options.force else 0.0,
            )
        )
    custom.names(found[0].code)
    found[0].check()
    return found


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port; give a number from 0 to 65535")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 10**8:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of samples; give 1 or more")
    return int(text)


def _pixels(text: str) -> int:
    if not text.isdecimal() or int(text) > 10_000:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of pixels; give 0 to 10000")
    return int(text)


def _batch(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 65_536:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of images; give 1 to 65536")
    return int(text)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a share; give a number from 0 to 1")
    return value
