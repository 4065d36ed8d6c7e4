from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

import datasets
from datasets import finding
from datasets.dataset import BadDataset
from datasets.loader import LOADERS, shown


def message(name: str, data_dir: Path | None = None, kind: type[BadDataset] = datasets.UnknownDataset) -> str:
    with pytest.raises(kind) as caught:
        datasets.find(name, data_dir)
    assert type(caught.value) is kind
    assert caught.value.exit_code == 4
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) <= 260
    return text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("minst", "mnist"),
        ("mnst", "mnist"),
        ("MNIST", "mnist"),
        ("cifar-10", "cifar10"),
        ("fashion-mnist", "fashion_mnist"),
    ],
)
def test_unknown_names_get_the_nearest(typed, meant) -> None:
    text = message(typed)
    assert f"did you mean '{meant}'?" in text
    assert "cifar10, cifar100, fashion_mnist, mnist" in text
    assert ".npz" in text


@pytest.mark.parametrize("typed", ["", "npz", "x" * 5000, "a\nb"])
def test_other_unknown_names(typed) -> None:
    assert "not known" in message(typed)


@pytest.mark.parametrize("typed", ["my.npz", "data/mnist", "./mnist", "C:\\x.npz", "model.h5", "a\0b.npz", "~/x.npz"])
def test_what_looks_like_a_path_is_called_a_file(typed) -> None:
    assert "no such file" in message(typed)


@pytest.mark.parametrize("typed", ["https://example.org/mnist.npz", "hf://x/y", "file:///etc/passwd"])
def test_addresses_are_not_fetched(typed) -> None:
    assert "download the file yourself" in message(typed)


def test_a_file_or_folder_that_no_reader_takes(tmp_path) -> None:
    (tmp_path / "model.h5").write_bytes(b"\x89HDF")
    (tmp_path / "notes.md").touch()
    assert "a .h5 file is no data set" in message(str(tmp_path / "model.h5"), kind=BadDataset)
    assert "2 files, 0 images: .h5 1, .md 1; give a folder" in message(str(tmp_path), kind=BadDataset)


def test_a_data_folder_that_is_none(tmp_path) -> None:
    assert "no such folder" in message("mnist", tmp_path / "nowhere", BadDataset)
    (tmp_path / "mnist.npz").touch()
    assert "is a file" in message("mnist", tmp_path / "mnist.npz", BadDataset)


def test_nothing_there_is_none() -> None:
    assert all(datasets.find(name) is None for name in datasets.known())


def test_the_data_folder_comes_before_keras(tmp_path, keras_home, digits) -> None:
    np.savez(keras_home / "mnist.npz", **digits)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert datasets.find("mnist", elsewhere).files == (keras_home / "mnist.npz",)
    np.savez(elsewhere / "mnist.npz", **digits)
    assert datasets.find("mnist", elsewhere).files == (elsewhere / "mnist.npz",)
    assert "elsewhere" in datasets.find("mnist", elsewhere).origin


def test_the_home_folder_is_written_short(tmp_path, monkeypatch, digits) -> None:
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / ".keras/datasets").mkdir(parents=True)
    np.savez(tmp_path / ".keras/datasets/mnist.npz", **digits)
    assert datasets.find("mnist").origin == f"Keras's cache folder {Path('~/.keras/datasets')}"


def test_a_folder_named_like_the_file_is_no_copy(keras_home) -> None:
    (keras_home / "mnist.npz").mkdir()
    assert datasets.find("mnist") is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_does_not_block(tmp_path, keras_home) -> None:
    os.mkfifo(keras_home / "mnist.npz")
    assert datasets.find("mnist") is None
    os.mkfifo(tmp_path / "x.npz")
    assert "not a plain file" in message(str(tmp_path / "x.npz"), kind=BadDataset)


def test_an_unreadable_file(npz, monkeypatch) -> None:
    path = npz(x=np.zeros((1, 2, 2), np.uint8))

    def denied(self: Path, *args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(finding, "_code", lambda: "")
    monkeypatch.setattr(Path, "open", denied)
    assert "Permission denied" in message(path, kind=BadDataset)


def test_a_source_travels_to_another_process(keras_home, digits) -> None:
    np.savez(keras_home / "mnist.npz", **digits)
    source = datasets.find("mnist")
    assert pickle.loads(pickle.dumps(source)) == source
    assert len(datasets.read(source)) == 9


def test_the_source_says_what_was_typed(npz) -> None:
    path = npz(x=np.zeros((1, 2, 2), np.uint8))
    assert datasets.find(path).name == path
    assert datasets.load(path).name == path
    assert datasets.load(path).source == "the file things.npz"


class TestIdentity:
    @pytest.fixture
    def path(self, tmp_path) -> Path:
        path = tmp_path / "one" / "things.npz"
        path.parent.mkdir()
        path.write_bytes(bytes(300_000))
        os.utime(path, ns=(10**18, 10**18))
        return path

    def identity(self, path: Path) -> str:
        found = datasets.find(str(path)).identity
        assert len(found) == 32
        return found

    @pytest.mark.parametrize("at", [0, 65_535, 300_000 - 65_536, 299_999])
    def test_a_byte_at_the_ends(self, path, at) -> None:
        before = self.identity(path)
        with path.open("r+b") as file:
            file.seek(at)
            file.write(b"!")
        os.utime(path, ns=(10**18, 10**18))
        assert self.identity(path) != before

    def test_time_and_length(self, path) -> None:
        seen = {self.identity(path)}
        os.utime(path, ns=(10**18, 10**18 + 1000))
        seen.add(self.identity(path))
        path.write_bytes(bytes(300_001))
        os.utime(path, ns=(10**18, 10**18))
        seen.add(self.identity(path))
        assert len(seen) == 3

    def test_not_where_it_lies(self, path, tmp_path) -> None:
        before = self.identity(path)
        path.parent.rename(tmp_path / "two")
        assert self.identity(tmp_path / "two" / path.name) == before

    def test_a_small_file(self, tmp_path) -> None:
        for content in (b"", b"a", b"ab", b"ba"):
            (tmp_path / "x.npz").write_bytes(content)
            os.utime(tmp_path / "x.npz", ns=(0, 0))
            self.identity(tmp_path / "x.npz")

    def test_another_loader(self, keras_home, digits) -> None:
        np.savez(keras_home / "mnist.npz", **digits)
        assert datasets.find("mnist").identity != self.identity(keras_home / "mnist.npz")

    def test_other_code(self, path, monkeypatch) -> None:
        before = self.identity(path)
        assert self.identity(path) == before
        monkeypatch.setattr(finding, "_code", lambda: "repaired")
        assert self.identity(path) != before


def test_finding_reads_only_the_ends(tmp_path) -> None:
    path = tmp_path / "large.npz"
    with path.open("wb") as file:
        file.truncate(2**33)  # a hole: takes no room
    assert datasets.find(str(path)).files == (path,)


def test_every_loader_has_a_title_and_a_reader() -> None:
    datasets.known()
    for loader in LOADERS:
        assert loader.title
        assert callable(loader.read)
        assert (loader.claims is None) == bool(loader.copies)
        assert loader.read.__doc__


def test_text_from_outside_is_made_fit_for_one_line() -> None:
    assert shown("a\nb\x1b[31m") == "a?b?[31m"
    assert len(shown("x" * 999 + "end")) == 100
    assert shown("x" * 999 + "end").endswith("end")
