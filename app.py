"""The front door: arguments -> session -> Dash app -> server.

    python app.py                      the bundled network on mnist: the demo
    python app.py MODEL DATASET        your own; several models are compared, several data sets joined

TensorFlow, scikit-learn and pandas are never imported in this process: what needs them runs in the
worker. The port is claimed and the worker started before Dash is imported, because both take time.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from util import InspectorError
from workspace import arguments

if TYPE_CHECKING:
    from dash import Dash

    from workspace.options import Options
    from workspace.pairs import Pairs
    from workspace.session import Session

BUG = 70
INTERRUPTED = 130
WIDTH, BAR, TERMINAL_SECONDS = 100, 24, 0.3

logger = logging.getLogger("innerview")


def create_app(session: Session, base: str = "/", *, hosts: Sequence[str] = (), token: str | None = None) -> Dash:
    """The Dash app for a session. Keeps nothing at module level: several may live in one process.

    Args:
        session: what the pages show.
        base: the path that browsers find the app under; whoever calls the app has taken it away already.
        hosts: names besides the loopback's that a browser may call this server by.
        token: what every request must bring, if anything.
    """
    from dash import Dash

    import callbacks
    from callbacks import guard
    from layouts import pages
    from layouts.shell import document, shell

    pages()
    app = Dash(
        "innerview",
        title="Innerview",
        assets_folder=str(Path(__file__).parent / "assets"),
        external_stylesheets=["bootstrap/static/bootstrap5/css/bootstrap.min.css"],
        on_error=guard.on_error,
        requests_pathname_prefix=base,
        routes_pathname_prefix="/",
        index_string=document(base),
        update_title="",
    )
    guard.protect(app, hosts=hosts, token=token)
    app.layout = lambda: shell(session)
    callbacks.register(app, session)
    return app


def main(words: list[str] | None = None) -> int:
    """Run the program; gives the exit code."""
    try:
        options = arguments.parser().parse_args(words)
        level = logging.INFO if options.verbose else logging.WARNING
        logging.basicConfig(level=level, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
        options.models, options.datasets = arguments.told_apart(options.words)
        return _report(options) if options.check or options.export or options.report else _serve(options)
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
        threading.Thread(target=_follow, args=(pairs.first,), daemon=True).start()

    def make(session: Session, base: str) -> Dash:
        return create_app(session, base, hosts=hosts, token=token)

    local = server.is_loopback(options.host)
    hosts = () if local else server.names(options.host)
    token = None if local else server.new_token()
    pairs = _pairs(options)
    try:
        for number, asked in enumerate(arguments.asked(options)):
            pairs.open(asked, on_refused=refuse, later=number > 0)
        from callbacks.pairs import Dispatcher

        server.serve(Dispatcher(pairs, make), listener, stop=stop, on_ready=ready)
    finally:
        pairs.close()
    if refused:
        return _refuse(refused[0])
    return INTERRUPTED if signal_name() == "SIGINT" else 0


def _report(options: argparse.Namespace) -> int:
    """Analyse, write or print, and leave; of several networks one after the other."""
    asked = arguments.asked(options)
    folders = [options.export] if options.export else []
    if options.export and len(asked) > 1:
        stems = [PurePath(one.model).stem for one in asked]
        folders = [
            options.export / f"{stem}{'' if stems.count(stem) == 1 else f'-{number}'}"
            for number, stem in enumerate(stems, 1)
        ]
    told: list[dict[str, Any]] = []
    for number, one in enumerate(asked):
        pairs = _pairs(options)
        try:
            told.append(_reported(pairs, one, options, folders[number] if folders else None, named=len(asked) > 1))
        finally:
            pairs.close()
    if options.check and options.json:
        _say(json.dumps(told if len(asked) > 1 else told[0], indent=2))
    return 1 if any(one.get("broken") for one in told) else 0


def _reported(
    pairs: Pairs, asked: Options, options: argparse.Namespace, folder: Path | None, *, named: bool
) -> dict[str, Any]:
    """What `--check` and `--export` do with one network; gives what `--json` prints."""
    from workspace import export
    from workspace.store import BadWorkspace

    refused: list[InspectorError] = []
    session = pairs.open(asked, on_refused=refused.append)
    _follow(session)
    if refused:
        raise refused[0]
    if session.status.trouble:
        raise BadWorkspace(f"{session.status.trouble}; free memory or use --limit, then start again")
    for path in export.export(session, folder) if folder else ():
        _say(str(path))
    if options.report:
        _say(str(_written(session, options.report, asked if named else None)))
    if not options.check:
        return {}
    findings = export.findings(session)
    broken = export.broken(session, min_accuracy=options.min_accuracy, strict=options.strict)
    for sentence in [] if options.json else [*findings, *(f"LIMIT BROKEN  {line}" for line in broken)]:
        _say(f"{PurePath(asked.model).name}: {sentence}" if named else sentence)
    return {**export.run(session), "findings": findings, "broken": broken}


def _written(session: Session, path: Path, of: Options | None) -> Path:
    """Write the report; of several networks each into a file that bears its name."""
    from callbacks.routes import png
    from layouts.report import report
    from workspace.store import BadWorkspace

    if of is not None:
        path = path.with_stem(f"{path.stem}-{PurePath(of.model).stem}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        side = path.with_name(f"{path.name}.part")
        with side.open("w", encoding="utf-8") as file:
            file.writelines(report(session, png, made=time.strftime("%Y-%m-%d %H:%M")))
        side.replace(path)
    except OSError as error:
        raise BadWorkspace(f"--report {path}: cannot be written ({error.strerror}); give another file") from None
    return path


def _pairs(options: argparse.Namespace) -> Pairs:
    from workspace.pairs import Pairs
    from workspace.store import Store

    return Pairs(Store(options.cache.resolve()))


def _follow(session: Session) -> None:
    """Say in the terminal what a person should know, and how far the worker is, until it is done."""
    clear = "\r" + " " * WIDTH + "\r" if sys.stderr.isatty() else ""
    told = False
    while True:
        if session.has_network and not told:  # so that a refusal is one line
            told = True
            for notice in (*session.store.notices, *session.dataset.notices, *session.dataset.news):
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


def _refuse(error: InspectorError) -> int:
    sys.stderr.write(f"error: {error}\n")
    return error.exit_code


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
