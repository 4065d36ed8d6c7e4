"""Claiming a port, and by which names and URLs a server is called."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from callbacks import server
from util import InspectorError

ROOT = Path(__file__).parents[2]
LIMIT = 60  # seconds that any wait here may take


# Claiming


def test_a_taken_port_is_one_line_that_names_a_port_that_is_really_free():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(server.BadPort) as caught:
            server.claim("127.0.0.1", port)
        assert caught.value.exit_code == 5
        line = rf"port {port}: taken by another program; use --port (\d+), which is free \(or --port 0 for any\)"
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
    with pytest.raises(server.BadPort, match=r"^port 80: needs administrator rights; use --port (80|81)\d\d, which"):
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
    with pytest.raises(server.BadPort, match=r"^--host 'nosuch.example': no machine of this name was found; use"):
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


def test_claiming_needs_nothing_heavy():
    script = (
        "import sys\n"
        "from callbacks import server\n"
        "server.claim('127.0.0.1', 0)\n"
        "heavy = {'dash', 'flask', 'werkzeug', 'plotly', 'waitress', 'keras', 'pandas'} & set(sys.modules)\n"
        "sys.exit(f'heavy: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 0, done.stderr


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
