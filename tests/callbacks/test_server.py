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
from util import InspectorError

ROOT = Path(__file__).parents[2]
LIMIT = 15  # seconds that any wait here may take

PROGRAM = """
import sys, threading, time
from callbacks import server

def app(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        sys.stdout.write("working\\n"); sys.stdout.flush()
        time.sleep(float(environ["QUERY_STRING"]))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return [b"done"]

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
    thread = threading.Thread(
        target=server.serve, args=(app, listener), kwargs={"on_ready": ready.set, "stop": stop}
    )
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


@contextlib.contextmanager
def program():
    """The program above in a process of its own; gives it and its port."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate(timeout=LIMIT)


def slow_request(port, seconds):
    """Ask for something that takes its time, in a thread; gives the thread and the list for the answer."""
    answers = []

    def ask():
        with contextlib.suppress(OSError, http.client.HTTPException):
            answers.append(get(port, f"/slow?{seconds}"))

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, answers


# Claiming


def test_a_taken_port_is_one_line_that_names_a_port_that_is_really_free():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(server.BadPort) as caught:
            server.claim("127.0.0.1", port)
        assert caught.value.exit_code == 5
        line = (
            rf"port {port}: taken by another program; use --port (\d+), which is free \(or --port 0 for any\)"
        )
        free = int(re.fullmatch(line, str(caught.value))[1])
        server.claim("127.0.0.1", free).close()


def test_a_port_is_taken_from_the_claim_on_and_not_only_when_it_is_served():
    first = server.claim("127.0.0.1", 0)
    try:
        with pytest.raises(server.BadPort, match="taken by another program"):
            server.claim("127.0.0.1", first.getsockname()[1])
    finally:
        first.close()


def test_a_port_that_needs_rights_is_one_line(monkeypatch):
    listen = server._listen

    def forbidden(host, port):
        if port < 1024:
            raise PermissionError(13, "Permission denied")
        return listen(host, port)

    monkeypatch.setattr(server, "_listen", forbidden)
    with pytest.raises(
        server.BadPort, match=r"^port 80: needs administrator rights; use --port (80|81)\d\d, which"
    ):
        server.claim("127.0.0.1", 80)


def test_when_no_port_is_free_any_is_advised(monkeypatch):
    def full(host, port):
        raise OSError(98, "Address already in use")

    monkeypatch.setattr(server, "_listen", full)
    with pytest.raises(server.BadPort, match=r"taken by another program; use --port 0 for any free one$"):
        server.claim("127.0.0.1", 8050)


def test_an_unknown_host_is_one_line(monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(
        server.BadPort, match=r"^--host 'nosuch.example': no machine of this name was found; use"
    ):
        server.claim("nosuch.example", 8050)


@pytest.mark.parametrize("host", ["", "a" * 70, "a\0b", "192.0.2.1", "x..y", "\n" * 300, "ü" * 300])
def test_a_host_that_cannot_be_is_one_line(host):
    with pytest.raises(server.BadPort) as caught:
        server.claim(host, 0)
    message = str(caught.value)
    assert message.startswith("--host") and "use --host 127.0.0.1" in message
    assert "\n" not in message and len(message) <= 240


@pytest.mark.parametrize("port", [-1, 65536, 70000, 10**9])
def test_a_number_that_is_no_port_is_a_matter_of_usage(port):
    with pytest.raises(InspectorError, match=f"--port: {port} is no port") as caught:
        server.claim("127.0.0.1", port)
    assert caught.value.exit_code == 2


def test_the_six_loopback_can_be_claimed_where_there_is_one():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server.claim("::1", 0) as listener:
        assert server.addresses(listener, "::1") == [f"http://[::1]:{listener.getsockname()[1]}/"]


def test_claiming_needs_nothing_heavy_and_is_done_before_a_second_is_over():
    script = (
        "import sys, time; begin = time.perf_counter()\n"
        "from callbacks import server\n"
        "server.claim('127.0.0.1', 0)\n"
        "heavy = {'dash', 'flask', 'werkzeug', 'plotly', 'waitress', 'keras', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "sys.stdout.write(str(time.perf_counter() - begin))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 1.5


# Addresses


@pytest.mark.parametrize(
    ("host", "token", "url"),
    [
        ("127.0.0.1", None, "http://127.0.0.1:8050/"),
        ("localhost", None, "http://localhost:8050/"),
        ("::1", None, "http://[::1]:8050/"),
        ("box.example", "a-b_c", "http://box.example:8050/?token=a-b_c"),
        ("2001:db8::7", "t", "http://[2001:db8::7]:8050/?token=t"),
    ],
)
def test_the_url_of_a_host(host, token, url):
    assert server.address(host, 8050, token) == url


def test_the_host_of_all_addresses_has_a_url_for_each(monkeypatch):
    found = [
        (socket.AF_INET, 1, 6, "", (number, 0))
        for number in ("127.0.1.1", "192.0.2.7", "192.0.2.8", "192.0.2.7", "169.254.1.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    monkeypatch.setattr(socket, "gethostname", lambda: "box")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        urls = server.addresses(listener, "0.0.0.0", "t")
    assert urls[0] == f"http://127.0.0.1:{port}/?token=t"
    assert {f"http://192.0.2.{last}:{port}/?token=t" for last in (7, 8)} < set(urls)
    assert len(urls) == len(set(urls)) and not [url for url in urls if "169.254" in url or "127.0.1" in url]
    assert {"127.0.0.1", "192.0.2.7", "192.0.2.8", "box", "box.local"} <= set(server.names("0.0.0.0"))


def test_a_machine_that_does_not_know_its_own_name_still_has_a_url(monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert server.names("0.0.0.0")[0] == "127.0.0.1"


def test_the_names_of_one_host():
    assert server.names("192.0.2.7") == ["192.0.2.7"]


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("0.0.0.0", False),
        ("::", False),
        ("0", False),
        ("", False),
        ("192.168.1.5", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example", False),
        ("box.example", False),
    ],
)
def test_which_hosts_nobody_else_can_reach(host, is_loopback):
    assert server.is_loopback(host) is is_loopback


def test_tokens_are_long_and_never_the_same():
    tokens = {server.new_token() for _ in range(50)}
    assert len(tokens) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


def test_variables_of_the_environment_change_nothing():
    script = (
        "import sys\n"
        "from callbacks import server\n"
        "server.ignore_environment()\n"
        "listener = server.claim('127.0.0.1', 0)\n"
        "import dash\n"
        "app = dash.Dash('x')\n"
        "rules = ' '.join(rule.rule for rule in app.server.url_map.iter_rules())\n"
        "sys.stdout.write(f'{listener.getsockname()[0]} {app.server.debug} {rules}')"
    )
    bad = {
        "HOST": "0.0.0.0", "PORT": "1", "DASH_MCP_ENABLED": "true", "FLASK_DEBUG": "1", "DASH_DEBUG": "true",
        "DASH_URL_BASE_PATHNAME": "/elsewhere/", "dash_compress": "true", "REACT_VERSION": "16.14.0",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | bad,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("127.0.0.1 False ")
    assert "/_dash-layout" in done.stdout and "mcp" not in done.stdout and "elsewhere" not in done.stdout


# Serving


def test_requests_are_answered_and_nothing_is_left_behind():
    def resources():
        return len(os.listdir("/proc/self/fd")) if Path(
            "/proc/self/fd"
        ).is_dir() else 0, threading.active_count()

    with served() as port:
        assert get(port) == (200, b"0")
    before = resources()
    for _ in range(3):
        with served() as port:
            assert get(port, body=b"x" * 1_000_000) == (200, b"1000000")
    assert resources() == before


def test_sixty_half_sent_posts_do_not_hold_up_a_good_request():
    half = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf"
    with served() as port, contextlib.ExitStack() as stack:
        for _ in range(60):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=LIMIT))
            connection.sendall(half)
        time.sleep(0.3)
        begin = time.monotonic()
        assert get(port) == (200, b"0")
        assert time.monotonic() - begin < 2


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
    chunked = (
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    )
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
        thread, answers = slow_request(port, 1.0)
        assert process.stdout.readline() == "working\n"
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        server.claim("127.0.0.1", port).close()
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
        thread, answers = slow_request(port, 8)
        assert process.stdout.readline() == "working\n"
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 99
        assert time.monotonic() - begin < 4
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
        begin = time.monotonic()
        with (
            served(endless) as port,
            socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as connection,
        ):
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert begun.wait(LIMIT)
        assert time.monotonic() - begin < 4
    finally:
        finish.set()
