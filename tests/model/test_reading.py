"""What can be said of a file before anything is imported."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from model import reading

ROOT = Path(__file__).parents[2]


@pytest.fixture
def file(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


class TestResolve:
    def test_a_path_is_itself(self, file):
        path = file("net.h5", b"x")
        assert reading.resolve(str(path)) == path

    def test_a_bundled_name(self):
        assert reading.resolve("mnist") == ROOT / "model" / "mnist.h5"

    def test_a_folder_of_that_name_does_not_hide_it(self, tmp_path, monkeypatch):
        (tmp_path / "mnist").mkdir()
        monkeypatch.chdir(tmp_path)
        assert reading.resolve("mnist") == ROOT / "model" / "mnist.h5"

    def test_a_file_of_that_name_does(self, file, monkeypatch):
        monkeypatch.chdir(file("mnist", b"x").parent)
        assert reading.resolve("mnist") == Path("mnist")

    def test_home(self, monkeypatch, tmp_path):
        monkeypatch.setenv("HOME", str(tmp_path))
        assert reading.resolve("~/net.h5") == tmp_path / "net.h5"

    @pytest.mark.parametrize(
        "text", ["https://a.example/net.h5", "hf://keras/net", "gs://bucket/net", "file:///net.h5"]
    )
    def test_addresses_are_never_fetched(self, text, refused):
        assert refused(reading.resolve, text).endswith("give a local file")
        if not text.startswith("hf:"):  # hf:/FOLDER is one that was saved
            assert refused(reading.sniff, Path(text)).endswith("give a local file")


class TestSniff:
    def test_networks_pass_whatever_their_name(self, h5, archive):
        for path in (h5("net.keras"), archive("net.h5"), h5("net")):
            reading.sniff(path)

    def test_missing(self, file, refused):
        path = file("model.h5", b"x")
        assert "no such file; did you mean 'model.h5'?" in refused(reading.sniff, path.with_name("modle.h5"))

    def test_missing_with_nothing_alike(self, file, refused):
        path = file("a.keras", b"x")
        assert "networks there: a.keras" in refused(reading.sniff, path.with_name("something.h5"))

    def test_missing_bundled_name(self, tmp_path, monkeypatch, refused):
        monkeypatch.chdir(tmp_path)
        assert "did you mean 'mnist'?" in refused(reading.sniff, reading.resolve("minst"))

    def test_missing_folder(self, tmp_path, refused):
        assert "there is no folder" in refused(reading.sniff, tmp_path / "nowhere" / "net.h5")

    def test_below_a_file(self, file, refused):
        assert "no such file" in refused(reading.sniff, file("net.h5", b"x") / "net.h5")

    def test_folder(self, file, refused):
        folder = file("net.keras", b"x").parent
        assert "is a folder; networks there: net.keras; give one file" in refused(reading.sniff, folder)

    def test_saved_model(self, file, refused):
        folder = file("saved_model.pb", b"x").parent
        assert "SavedModel is not supported; load it in Keras 2 and save as .keras" in refused(reading.sniff, folder)

    def test_empty(self, file, refused):
        assert "file is empty (0 bytes)" in refused(reading.sniff, file("net.h5", b""))

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"\n<!DOCTYPE html><html>", "is a web page"),
            (b"<html><body>404", "is a web page"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "run git lfs pull"),
            (b"epoch,loss\n1,2\n", "is a text file"),
            ("Größe".encode() * 300, "is a text file"),
            (b"\x00\x01\x02" * 50, "is neither HDF5 nor zip"),
            (b"\x80\x04\x95", "a Python pickle"),
            (b"\x1f\x8b\x08", "unpack it first"),
            (b"\x93NUMPY\x01", "a NumPy array"),
            (b"\x89PNG\r\n", "a picture"),
            (b"\x89HDF", "truncated: only 4 bytes"),
            (b"PK", "truncated: only 2 bytes"),
        ],
    )
    def test_something_else(self, content, words, file, refused):
        assert words in refused(reading.sniff, file("net.h5", content))

    def test_special_files_are_not_opened(self, tmp_path, refused):
        path = tmp_path / "net.h5"
        os.mkfifo(path)
        assert "is not a regular file" in refused(reading.sniff, path)

    def test_unreadable(self, file, monkeypatch, refused):
        path = file("net.h5", b"x")
        path.chmod(0)

        def refuse(*_):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)  # root may read everything
        assert "may not be read (owner " in refused(reading.sniff, path)
        assert "mode ----------" in refused(reading.sniff, path)

    def test_names_that_no_disk_takes(self, refused):
        assert "cannot be reached" in refused(reading.sniff, Path("a" * 300 + ".h5"))
        assert "cannot be reached" in refused(reading.sniff, Path("a\0b.h5"))

    def test_names_that_would_break_the_line(self, file, refused):
        refused(reading.sniff, file("a\nb\x1b[31m.h5", b""))
        refused(reading.sniff, Path("b/" * 200 + "net.h5"))


class TestFingerprint:
    def test_is_of_the_bytes(self, file):
        path = file("net.h5", b"weights")
        assert reading.fingerprint(path) == hashlib.sha256(b"weights").hexdigest()[:32]
        assert reading.fingerprint(file("other.keras", b"weights")) == reading.fingerprint(path)
        assert reading.fingerprint(file("net.h5", b"Weights")) != hashlib.sha256(b"weights").hexdigest()[:32]

    def test_is_held_against_the_one_beside_it(self, file, refused):
        path = file("net.h5", b"weights")
        file("net.h5.sha256", f"{hashlib.sha256(b'weights').hexdigest().upper()}  net.h5\n".encode())
        assert len(reading.fingerprint(path)) == 32
        path.write_bytes(b"weightz")
        assert "is not the file that net.h5.sha256 describes" in refused(reading.fingerprint, path)

    def test_missing(self, tmp_path, refused):
        assert "cannot be read" in refused(reading.fingerprint, tmp_path / "net.h5")


def test_all_this_imports_nothing_heavy():
    code = (
        "import sys; from pathlib import Path; from model import reading, graph, preprocessing, network\n"
        "path = reading.resolve('mnist'); reading.sniff(path); reading.fingerprint(path)\n"
        "print([name for name in ('keras', 'tensorflow', 'h5py', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
