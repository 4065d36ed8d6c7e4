"""The listening process: on real sockets of the loopback, and in its own process where signals matter."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from callbacks import server

ROOT = Path(__file__).parents[2]
LIMIT = 60  # seconds that any wait here may take

PROGRAM = """
import os, sys, threading
from callbacks import server

def app(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        sys.stdout.write("working\\n"); sys.stdout.flush()
        os.read(0, 1)  # it takes as long as the test wants
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return [b"done"]

server.GRACE_SECONDS = 60  # a busy machine may be slow to let go of what is asked for
stop = threading.Event()
signal_name = server.stop_on_signals(stop)
listener = server.claim("127.0.0.1", 0)

def ready():
    sys.stdout.write(f"{listener.getsockname()[1]}\\n"); sys.stdout.flush()

try:
    server.serve(app, listener, on_ready=ready, stop=stop)
except KeyboardInterrupt:
    sys.exit(99)
sys.exit(130 if signal_name() == "SIGINT" else 0)
"""


def echo(environ, start_response):
    """Answer with the length of the body."""
    body = str(len(environ["wsgi.input"].read())).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@contextlib.contextmanager
def served(app=echo):
    """A server in a thread; gives its port, and ends it."""
    listener = server.claim("127.0.0.1", 0)
    port = listener.getsockname()[1]
    ready, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=server.serve, args=(app, listener), kwargs={"on_ready": ready.set, "stop": stop})
    thread.start()
    try:
        assert ready.wait(LIMIT)
        yield port
    finally:
        stop.set()
        thread.join(LIMIT)
        assert not thread.is_alive()


def get(port, path="/", body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    try:
        connection.request("GET" if body is None else "POST", path, body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def raw(port, request):
    """Everything that comes back for these bytes, until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode("latin-1")


def soon(claim):
    """Whether something becomes true within the time that a wait may take."""
    end = time.monotonic() + LIMIT
    while not claim() and time.monotonic() < end:
        time.sleep(0.02)
    return claim()


def is_refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=LIMIT).close()
    except OSError:
        return True
    return False


@contextlib.contextmanager
def program():
    """The program above in a process of its own; gives it and its port."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate(timeout=LIMIT)


def slow_request(port):
    """Ask for something that takes until `let_go`, in a thread; gives the thread and the list for the answer."""
    answers = []

    def ask():
        with contextlib.suppress(OSError, http.client.HTTPException):
            answers.append(get(port, "/slow"))

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, answers


def let_go(process):
    process.stdin.write("\n")
    process.stdin.flush()


# Serving


def test_requests_are_answered_and_nothing_is_left_behind():
    def resources():
        return len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0, threading.active_count()

    with served() as port:
        assert get(port) == (200, b"0")
    before = resources()
    for _ in range(3):
        with served() as port:
            assert get(port, body=b"x" * 1_000_000) == (200, b"1000000")
    assert soon(lambda: resources() == before), (before, resources())


def test_sixty_half_sent_posts_do_not_hold_up_a_good_request():
    half = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf"
    with served() as port, contextlib.ExitStack() as stack:
        for _ in range(60):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=LIMIT))
            connection.sendall(half)
        time.sleep(0.3)
        assert get(port) == (200, b"0")


def test_more_idle_connections_than_there_is_room_for_do_not_hold_up_a_good_request():
    with served() as port, contextlib.ExitStack() as stack:
        for _ in range(server.CONNECTIONS + 30):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=LIMIT))
        assert get(port) == (200, b"0")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"POST / HTTP/1.1\r\nContent-Length: 31000000\r\n\r\n", "413 "),
        (b"POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nab", "400 "),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400 "),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "400 "),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400 "),
        (b"GET / HTTP/1.1\r\nno header\r\n\r\n", "400 "),
        (b"rubbish\r\n\r\n", "400 "),
        (b"GET / HTTP/1.1\r\nX: ".ljust(262_144, b"x"), "431 "),
    ],
    ids=lambda given: given[:60] if isinstance(given, bytes) else None,
)
def test_what_is_no_request_is_refused_with_our_headers(request_, status):
    with served() as port:
        answer = raw(port, request_)
        assert get(port) == (200, b"0")
    head = answer.partition("\r\n\r\n")[0]
    assert re.match(rf"HTTP/1\.[01] {status}", head)
    for name, value in server.REFUSAL_HEADERS:
        assert f"{name}: {value}".lower() in head.lower()
    assert "server:" not in head.lower() and "waitress" not in answer and "Traceback" not in answer


def test_a_body_in_chunks_and_one_that_waits_for_leave_are_read():
    chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    waiting = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"
    with served() as port:
        for request in (chunked, waiting):
            assert raw(port, request).endswith("\r\n\r\n3")


def test_an_error_of_the_application_is_a_page_without_a_traceback(caplog):
    def broken(environ, start_response):
        raise ZeroDivisionError("secret")

    with served(broken) as port:
        status, body = get(port)
    assert status == 500 and b"secret" not in body and b"Traceback" not in body
    assert "ZeroDivisionError" in caplog.text


def test_a_stop_before_the_start_serves_nothing():
    listener = server.claim("127.0.0.1", 0)
    stop, said = threading.Event(), []
    stop.set()
    server.serve(echo, listener, on_ready=lambda: said.append(1), stop=stop)
    assert said == [] and listener.fileno() == -1


def test_a_failing_announcement_still_closes_the_port():
    def fails():
        raise BrokenPipeError

    listener = server.claim("127.0.0.1", 0)
    with pytest.raises(BrokenPipeError):
        server.serve(echo, listener, on_ready=fails, stop=threading.Event())
    assert listener.fileno() == -1


# Stopping


def test_sigterm_lets_a_request_in_flight_finish_and_frees_the_port_at_once():
    with program() as (process, port):
        idle = socket.create_connection(("127.0.0.1", port), timeout=LIMIT)
        thread, answers = slow_request(port)
        assert process.stdout.readline() == "working\n"
        process.send_signal(signal.SIGTERM)
        assert soon(lambda: is_refused(port))
        assert thread.is_alive()
        server.claim("127.0.0.1", port).close()
        let_go(process)
        thread.join(LIMIT)
        assert answers == [(200, b"done")]
        assert process.wait(LIMIT) == 0
        idle.close()
        server.claim("127.0.0.1", port).close()
        assert process.stderr.read() == ""


def test_ctrl_c_is_told_apart():
    with program() as (process, port):
        assert get(port) == (200, b"done")
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 130
        assert process.stderr.read() == ""


def test_a_second_ctrl_c_ends_it_at_once():
    with program() as (process, port):
        thread, answers = slow_request(port)
        assert process.stdout.readline() == "working\n"
        process.send_signal(signal.SIGINT)
        assert soon(lambda: is_refused(port)), "the first has been heard"
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 99
        thread.join(LIMIT)
        assert not thread.is_alive() and answers == []


def test_a_request_without_end_is_given_up_after_the_time_of_grace(monkeypatch):
    monkeypatch.setattr(server, "GRACE_SECONDS", 0.5)
    begun, finish = threading.Event(), threading.Event()

    def endless(environ, start_response):
        begun.set()
        finish.wait(LIMIT)
        start_response("200 OK", [])
        return [b""]

    try:
        with (
            served(endless) as port,
            socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as connection,
        ):
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert begun.wait(LIMIT)
        assert not finish.is_set(), "it ended before the request did"
    finally:
        finish.set()
