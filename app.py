"""The front door: arguments -> session -> Dash app -> server.

    python app.py                      the bundled network on mnist: the demo
    python app.py MODEL DATASET        your own

TensorFlow, scikit-learn and pandas are never imported in this process: what needs them runs in the
worker. The port is claimed and the worker started before Dash is imported, because both take time.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from util import InspectorError, nearest

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

DEMO = ("mnist", "mnist")
BUG = 70
INTERRUPTED = 130
WIDTH, BAR, TERMINAL_SECONDS = 100, 24, 0.3

logger = logging.getLogger("innerview")


class Usage(InspectorError):
    """Words on the command line that cannot be understood."""


class Arguments(argparse.ArgumentParser):
    """A parser that refuses in one line and names the nearest option."""

    def error(self, message: str) -> NoReturn:
        """Refuse."""
        if message.startswith("unrecognized arguments: "):
            given = message.removeprefix("unrecognized arguments: ").split()[0]
            known = sorted(option for action in self._actions for option in action.option_strings)
            raise Usage(f"{given}: not an option; {nearest(given, known)}")
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
    add("model", nargs="?", default=DEMO[0], help="a .h5 or .keras file, or the name of a bundled network")
    add(
        "dataset",
        nargs="?",
        default=DEMO[1],
        help="a name from the list below, or the path of a folder of images, .npz, .idx, .csv or .parquet",
    )
    add("--host", default="127.0.0.1", help="address to listen on; other than 127.0.0.1, a token is needed")
    add("--port", type=_port, default=8050, help="0 takes any free port")
    add("--cache", type=Path, default=Path(".innerview"), metavar="DIR", help="where results are kept")
    add("--data", metavar="DIR", help="where to look for a dataset's files first")
    add("--layer", metavar="NAME", help="the layer to look at first")
    add("--limit", type=_positive, metavar="N", help="only the first N samples of each split")
    add("--split", default="all", metavar="NAME", help="train, test or all")
    add("--preprocess", default="auto", metavar="HOW", help="scaling of the pixels; found by trying if not given")
    add("--custom", metavar="FILE", help="a Python file with layers of your own, which you trust: it is run")
    add("--check", action="store_true", help="print the findings and leave; 1 if a limit is broken")
    add("--min-accuracy", type=_share, metavar="X", help="with --check: the least accuracy of every split")
    add("--json", action="store_true", help="with --check: machine-readable")
    add("--export", type=Path, metavar="DIR", help="write all scores there and leave")
    add("--verbose", action="store_true", help="say what is going on")
    return result


def create_app(session: Session, *, hosts: Sequence[str] = (), token: str | None = None) -> Dash:
    """The Dash app for a session. Keeps nothing at module level: several may live in one process.

    Args:
        session: what the pages show.
        hosts: names besides the loopback's that a browser may call this server by.
        token: what every request must bring, if anything.
    """
    from dash import Dash

    import callbacks
    from callbacks import guard
    from layouts import pages
    from layouts.shell import shell

    pages()
    app = Dash(
        "innerview",
        title="Innerview",
        assets_folder=str(Path(__file__).parent / "assets"),
        external_stylesheets=["/bootstrap/static/bootstrap5/css/bootstrap.min.css"],
        on_error=guard.on_error,
        update_title="",
    )
    guard.protect(app, hosts=hosts, token=token)
    app.layout = lambda: shell(session)
    callbacks.register(app, session)
    return app


def main(arguments: list[str] | None = None) -> int:
    """Run the program; gives the exit code."""
    try:
        options = parser().parse_args(arguments)
        level = logging.INFO if options.verbose else logging.WARNING
        logging.basicConfig(level=level, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
        _in_order(options.model, options.dataset)
        return _report(options) if options.check or options.export else _serve(options)
    except InspectorError as error:
        return _refuse(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = None  # type: ignore[assignment]
        return 0
    except Exception as error:
        logger.info("a bug", exc_info=True)
        sys.stderr.write(
            f"error: a bug of ours: {type(error).__name__}: {error}; --verbose shows where, please report it\n"
        )
        return BUG


def _serve(options: argparse.Namespace) -> int:
    """Open the pages and stay."""
    from callbacks import server

    server.ignore_environment()
    listener = server.claim(options.host, options.port)
    stop = threading.Event()
    signal_name = server.stop_on_signals(stop)
    refused: list[InspectorError] = []

    def refuse(error: InspectorError) -> None:
        refused.append(error)
        stop.set()

    def ready() -> None:
        for url in server.addresses(listener, options.host, token):
            _say(f"Innerview is ready: {url}")
        if token is not None:
            _say("Whoever has this link sees the data. Ctrl-C stops it.")
        threading.Thread(target=_follow, args=(session,), daemon=True).start()

    local = server.is_loopback(options.host)
    token = None if local else server.new_token()
    session = _session(options, on_refused=refuse)
    try:
        session.start()
        app = create_app(session, hosts=() if local else server.names(options.host), token=token)
        server.serve(app, listener, stop=stop, on_ready=ready)
    finally:
        session.close()
    if refused:
        return _refuse(refused[0])
    return INTERRUPTED if signal_name() == "SIGINT" else 0


def _report(options: argparse.Namespace) -> int:
    """Analyse, write or print, and leave."""
    from workspace import export
    from workspace.store import BadWorkspace

    refused: list[InspectorError] = []
    session = _session(options, on_refused=refused.append)
    try:
        session.start()
        _follow(session)
        if refused:
            raise refused[0]
        if session.status.trouble:
            raise BadWorkspace(f"{session.status.trouble}; free memory or use --limit, then start again")
        if options.export:
            for path in export.export(session, options.export):
                _say(str(path))
        if not options.check:
            return 0
        broken = [
            f"{split}: accuracy {row['accuracy']:.4f} is below {options.min_accuracy}"
            for split, row in export.figures(session).items()
            if options.min_accuracy is not None
            and row["accuracy"] is not None
            and row["accuracy"] < options.min_accuracy
        ]
        if options.json:
            _say(
                json.dumps({**export.run(session), "findings": export.findings(session), "broken": broken}, indent=2)
            )
        else:
            for sentence in [*export.findings(session), *(f"LIMIT BROKEN  {line}" for line in broken)]:
                _say(sentence)
        return 1 if broken else 0
    finally:
        session.close()


def _session(options: argparse.Namespace, *, on_refused: Any) -> Session:
    from model import custom, reading
    from workspace.opening import Options
    from workspace.session import Session
    from workspace.store import Store

    reading.sniff(reading.resolve(options.model))
    asked = Options(
        model=options.model,
        dataset=options.dataset,
        data_dir=options.data,
        split=options.split,
        limit=options.limit,
        layer=options.layer,
        preprocess=options.preprocess,
        custom=options.custom,
    )
    custom.names(asked.code)
    return Session(Store(options.cache.resolve()), asked, on_refused=on_refused)


def _follow(session: Session) -> None:
    """Say in the terminal what a person should know, and how far the worker is, until it is done."""
    clear = "\r" + " " * WIDTH + "\r" if sys.stderr.isatty() else ""
    told = False
    while True:
        if session.has_network and not told:  # so that a refusal is one line
            told = True
            for notice in (*session.store.notices, *session.dataset.notices):
                sys.stderr.write(f"{clear}note: {notice}\n")
        status = session.status
        if not status.working:
            sys.stderr.write(clear)
            return
        if clear:
            bar = "#" * round(BAR * status.done / status.total) if status.total else ""
            line = f"[{bar:<{BAR}}] {status.sentence}" if status.total else status.sentence
            sys.stderr.write(f"{clear}{line:.{WIDTH}}")
            sys.stderr.flush()
        session.wait(timeout=TERMINAL_SECONDS)


def _in_order(model: str, dataset: str) -> None:
    import datasets

    endings = (".h5", ".hdf5", ".keras")
    if dataset.endswith(endings) and not model.endswith(endings):
        hint = model if model in datasets.known() else "DATASET"
        raise Usage(f"{model} {dataset}: the model comes first; try python app.py {dataset} {hint}")


def _refuse(error: InspectorError) -> int:
    sys.stderr.write(f"error: {error}\n")
    return error.exit_code


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port; give a number from 0 to 65535")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 10**8:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of samples; give 1 or more")
    return int(text)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a share; give a number from 0 to 1")
    return value


if __name__ == "__main__":
    sys.exit(main())
