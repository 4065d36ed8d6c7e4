"""The one process that listens: a port claimed early, waitress behind it, a clean end.

Nothing heavy is imported before it is needed, so that a port that is taken is refused at once:

    server.ignore_environment()
    listener = server.claim(host, port)
    stop = threading.Event()
    signal_name = server.stop_on_signals(stop)
    ...                                     # now Dash, the session, the pages, guard.protect
    server.serve(app, listener, on_ready=print_addresses, stop=stop)
    sys.exit(130 if signal_name() == "SIGINT" else 0)
"""

from __future__ import annotations

import _thread
import errno
import ipaddress
import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from util import InspectorError

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

logger = logging.getLogger(__name__)

DEFAULT_PORT = 8050
BODY_LIMIT = 2 * 1024 * 1024  # bytes of one request
THREADS = 8
CONNECTIONS = 200
ROOM = 20  # connections that are freed when almost all are in use
IDLE_SECONDS = 60
TICK_SECONDS = 0.2
GRACE_SECONDS = 10.0

# What waitress itself answers to a request that it cannot read; the guard never sees those.
REFUSAL_HEADERS = [
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'self'"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
]


class BadPort(InspectorError):
    """A host or a port that this program cannot listen on."""

    exit_code = 5


def ignore_environment() -> None:
    """Forget the variables by which Dash and Flask would change address, debugging or routes.

    Call it before Dash is imported. The command line alone says where and how this program serves.
    """
    for name in list(os.environ):
        upper = name.upper()
        if upper.startswith(("DASH_", "FLASK_")) or upper in ("HOST", "PORT", "REACT_VERSION"):
            del os.environ[name]


def stop_on_signals(stop: threading.Event) -> Callable[[], str | None]:
    """Set `stop` on SIGINT and SIGTERM; a Ctrl-C after that raises KeyboardInterrupt: the end, at once.

    Call it in the main thread. What comes back tells the name of the first signal, None without one.
    """
    came: list[str] = []

    def handle(number: int, frame: FrameType | None) -> None:
        if came and number == signal.SIGINT:
            raise KeyboardInterrupt
        came.append(signal.Signals(number).name)
        # Not stop.set() right here: the handler may have interrupted this same thread inside
        # stop.wait(), which then holds the lock that set() wants.
        _thread.start_new_thread(stop.set, ())

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)
    return lambda: came[0] if came else None


def new_token() -> str:
    """A word that nobody can guess: 32 random bytes, safe in a URL."""
    return secrets.token_urlsafe(32)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server on this host; any other needs a token."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def names(host: str) -> list[str]:
    """The names by which a browser may call a server on this host: what the guard lets in."""
    if not _is_wildcard(host):
        return [host]
    own = socket.gethostname()
    return [*_reachable(host), own, f"{own}.local"]


def address(host: str, port: int, token: str | None = None) -> str:
    """The URL of a host."""
    query = f"?token={quote(token)}" if token else ""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/{query}"


def addresses(listener: socket.socket, host: str, token: str | None = None) -> list[str]:
    """The URLs to open for a claimed socket: one, or one for each address behind 0.0.0.0."""
    port = listener.getsockname()[1]
    return [address(name, port, token) for name in _reachable(host)]


def claim(host: str, port: int) -> socket.socket:
    """Bind and listen, before anything heavy is imported. Port 0 means any free one.

    Raises BadPort when the port is taken or needs rights, or the host is not ours; InspectorError
    when the number is no port at all.
    """
    if not 0 <= port <= 65535:
        raise InspectorError(f"--port: {port} is no port; choose 1024 to 65535, or 0 for any free one")
    if not host:
        raise BadPort("--host: it is empty; use --host 127.0.0.1, or 0.0.0.0 for every address")
    try:
        return _listen(host, port)
    except (OSError, ValueError) as error:
        raise BadPort(_why(host, port, error)) from error


def serve(
    app: WSGIApplication,
    listener: socket.socket,
    *,
    on_ready: Callable[[], None],
    stop: threading.Event,
) -> None:
    """Answer requests until `stop` is set, then finish those in flight (at most 10 s) and return.

    Args:
        app: any WSGI application, a `dash.Dash` too.
        listener: from `claim`; closed at the end, whatever happens.
        on_ready: called once, when requests are about to be answered.
        stop: asks for the end; seen within a fifth of a second.
    """
    import waitress

    # Its other messages are worth reading; this one comes with every gallery that is scrolled.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server: Any = waitress.create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        ident=None,
        max_request_body_size=BODY_LIMIT,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        log_socket_errors=False,
    )
    server.channel_class = _channel_class()
    try:
        if not stop.is_set():
            on_ready()
        while not stop.is_set():
            _turn(server, TICK_SECONDS)
            _make_room(server)
        _finish(server)
    finally:
        _close(server)


def _turn(server: Any, seconds: float) -> None:
    """One turn of waitress's own loop; poll, because select fails from file number 1024 on."""
    from waitress import wasyncore

    wasyncore.loop(timeout=seconds, use_poll=True, map=server._map, count=1)


def _is_busy(channel: Any) -> bool:
    return bool(channel.requests or channel.total_outbufs_len)


def _make_room(server: Any) -> None:
    """Close the connections that were silent longest when almost all are in use."""
    channels = server.active_channels.values()
    if len(channels) < CONNECTIONS - ROOM:
        return
    idle = sorted((c for c in channels if not _is_busy(c)), key=lambda channel: channel.last_activity)
    for channel in idle[:ROOM]:
        channel.will_close = True


def _finish(server: Any) -> None:
    """Stop listening and let every request that has arrived be answered, for at most 10 s."""
    _stop_listening(server)
    end = time.monotonic() + GRACE_SECONDS
    while server.active_channels and time.monotonic() < end:
        for channel in server.active_channels.values():
            if not _is_busy(channel):
                channel.will_close = True
        _turn(server, 0.05)


def _stop_listening(server: Any) -> None:
    """Close the listener alone: server.close() would close the pipe that working threads still use."""
    from waitress import wasyncore

    wasyncore.dispatcher.close(server)


def _close(server: Any) -> None:
    """Let go of everything. A thread that is still busy finds its connection closed when it is done."""
    _stop_listening(server)
    server.task_dispatcher.shutdown(timeout=0.5)
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    server.pull_trigger = lambda: None  # the number of the closed pipe may soon be another file's
    server.trigger.close()


def _channel_class() -> type[Any]:
    """Waitress's channel, but with our headers on its own refusals, and none of them above 499."""
    from waitress.channel import HTTPChannel
    from waitress.task import ErrorTask

    class Refusal(ErrorTask):  # type: ignore[misc]
        def start(self) -> None:
            super().start()
            self.response_headers.extend(REFUSAL_HEADERS)
            if self.request.error.code == 501:  # a transfer encoding that nobody knows
                self.request.error.code, self.request.error.reason = 400, "Bad Request"

    class Channel(HTTPChannel):  # type: ignore[misc]
        error_task_class = Refusal

    return Channel


def _listen(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, where = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    listener = socket.socket(family, kind, protocol)
    try:
        # On Windows the same option would let two programs share a port.
        option = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
        listener.setsockopt(socket.SOL_SOCKET, option, 1)
        if family == socket.AF_INET6:
            both = _is_wildcard(host) and socket.has_dualstack_ipv6()
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if both else 1)
        listener.bind(where)
        listener.listen(CONNECTIONS)
    except BaseException:
        listener.close()
        raise
    return listener


def _why(host: str, port: int, error: Exception) -> str:
    code = error.errno if isinstance(error, OSError) else None
    shown = ascii(host) if len(ascii(host)) <= 64 else f"{ascii(host)[:60]}...'"
    if isinstance(error, socket.gaierror | ValueError):
        return f"--host {shown}: no machine of this name was found; use --host 127.0.0.1"
    if code == errno.EADDRINUSE:
        return f"port {port}: taken by another program; use {_other_port(host, port)}"
    if code == errno.EACCES:
        return f"port {port}: needs administrator rights; use {_other_port(host, port)}"
    if code == errno.EADDRNOTAVAIL:
        return (
            f"--host {shown}: not an address of this machine; use --host 127.0.0.1, "
            "or 0.0.0.0 for every address it has"
        )
    return f"--host {shown}, port {port}: cannot listen there ({error}); use --host 127.0.0.1 --port 0"


def _other_port(host: str, port: int) -> str:
    """A port that was free a moment ago, found by trying."""
    first = port + 1 if 1024 <= port < 65000 else DEFAULT_PORT
    for other in range(first, first + 200):
        try:
            _listen(host, other).close()
        except OSError:
            continue
        return f"--port {other}, which is free (or --port 0 for any)"
    return "--port 0 for any free one"


def _is_wildcard(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return host == "0"


def _reachable(host: str) -> list[str]:
    """Numbers or names to call a host by: itself, or every address of this machine, loopback first."""
    if not _is_wildcard(host):
        return [host]
    return ["127.0.0.1", *_machine_addresses(with_six=":" in host)]


def _machine_addresses(*, with_six: bool) -> list[str]:
    """Addresses of this machine that others can call, as far as the standard library tells."""
    found: list[str] = []
    # Connecting a datagram socket sends nothing, and says from which address one would send; the
    # two targets are reserved for documentation.
    for family, target in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((target, 9))
                found.append(probe.getsockname()[0])
        except OSError:
            continue
    try:
        entries = socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)
    except OSError:
        entries = []
    found += [str(entry[4][0]) for entry in entries]
    return [each for each in dict.fromkeys(found) if _is_callable_from_outside(each, with_six)]


def _is_callable_from_outside(text: str, with_six: bool) -> bool:
    number = ipaddress.ip_address(text)
    if number.is_loopback or number.is_link_local or number.is_unspecified:
        return False
    return with_six or number.version == 4
