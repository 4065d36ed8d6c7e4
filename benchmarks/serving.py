"""Starting a server as a person would, and waiting until it has answered."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("/", "/_dash-layout")
HELLO = (
    "import sys; from dash import Dash, html; app = Dash(); app.layout = html.Div('hello'); "
    "app.run(port=int(sys.argv[1]))"
)


@contextmanager
def threaded(app: Any) -> Iterator[str]:
    """A WSGI application on a free port of this process; gives its address."""
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def hello(port: int) -> list[str]:
    """The command of the smallest Dash app."""
    return [sys.executable, "-c", HELLO, str(port)]


def innerview(port: int, cache: Path, data: Path, *options: str) -> list[str]:
    """The command of Innerview with the bundled network on mnist."""
    where = ["--data", str(data), "--cache", str(cache), "--port", str(port)]
    return [sys.executable, "app.py", "mnist", "mnist", *where, *options]


@contextmanager
def started(command: Sequence[str], port: int) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A server process, and the seconds until all PAGES had answered."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for page in PAGES:
            fetch(port, page)
        yield process, time.perf_counter() - begin
    finally:
        process.terminate()
        process.wait(timeout=30)


def fetch(port: int, path: str, timeout: float = 60) -> bytes:
    """What a path answers, waiting for the server to come up."""
    until = time.perf_counter() + timeout
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                return bytes(answer.read())
        except (urllib.error.URLError, ConnectionError):
            if time.perf_counter() > until:
                raise
            time.sleep(0.003)


def wait_until(port: int, wanted: str, timeout: float = 900) -> dict[str, object]:
    """The first answer of /health in which `wanted` is true ("scores", "map"), or that is "ready" for "all"."""
    until = time.perf_counter() + timeout
    while time.perf_counter() < until:
        health = json.loads(fetch(port, "/health"))
        if health["status"] == "ready" if wanted == "all" else health["ready"][wanted]:
            return dict(health)
        time.sleep(0.02)
    raise TimeoutError(f"{wanted} was not there after {timeout:.0f} s")


def peak_mib(process: subprocess.Popen[bytes]) -> float:
    """Peak resident memory of a process in MiB, or NaN where /proc does not tell."""
    try:
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return float("nan")


def environment() -> dict[str, str]:
    """The environment for a quiet Keras."""
    return {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2", "KERAS_BACKEND": "tensorflow"}
