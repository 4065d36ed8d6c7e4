"""Folders as they come: damaged files, files that are none, names that nobody would type."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import datasets
from datasets import walking
from datasets.dataset import BadDataset
from tests.datasets.drawing import packed, pixels, save, tree

links = pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="no links here")


def read(path: Path) -> datasets.Dataset:
    return datasets.read(datasets.find(str(path)))


def refused(path: Path) -> str:
    with pytest.raises(BadDataset) as caught:
        read(path)
    message = str(caught.value)
    assert caught.value.exit_code == 4 and "\n" not in message and len(message.replace(str(path), "")) <= 240
    return message


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A folder with one good picture, at a/good.png."""
    return tree(tmp_path / "data", "a/good.png")


def test_bad_files_are_left_out_and_listed_with_the_reason(good):
    whole = packed(pixels(64, 64), "JPEG")
    (good / "a/cut.jpg").write_bytes(whole[: len(whole) // 2])
    (good / "a/empty.png").touch()
    (good / "b").mkdir()
    (good / "b/text.png").write_text("no picture")
    save(good / "b/second.png")
    data = read(good)
    assert data.metadata["filename"].tolist() == ["a/good.png", "b/second.png"]
    assert data.labels.tolist() == [0, 1]
    assert dict(data.problems) == {
        "a/cut.jpg": "cut off: a part is missing",
        "a/empty.png": "empty: no bytes in it",
        "b/text.png": "not a picture but text",
    }


def test_a_class_of_which_nothing_can_be_read_stays_a_class(good):
    (good / "b").mkdir()
    (good / "b/empty.png").touch()
    data = read(good)
    assert data.class_names == ("a", "b") and len(data) == 1


def test_nothing_good_is_one_line(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.png").write_text("text")
    message = refused(tmp_path)
    assert "none of its 2 images can be read (the first, 'a.png': not a picture but text)" in message


def test_pictures_that_break_only_when_decoded_are_one_line_too(tmp_path):
    (tmp_path / "a.png").write_bytes(packed(pixels(64, 64))[:-2000])
    assert "none of its 1 images can be read (the first, 'a.png': cut off" in refused(tmp_path)


def test_no_images_says_what_there_is(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.txt").touch()
    (tmp_path / "x.md").touch()
    (tmp_path / "README").touch()
    assert "5 files, 0 images: .txt 3, .md 1, no ending 1; give a folder of PNG" in refused(tmp_path)
    (tmp_path / "x.npz").touch()
    assert "give the file in it by its path" in refused(tmp_path)


def test_an_empty_folder(tmp_path):
    assert "0 files, 0 images; give" in refused(tmp_path)


def test_what_systems_leave_behind_is_passed_over(good):
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "a/._good.png", "a/.hidden.png"):
        (good / name).write_bytes(b"junk")
    tree(good, "__MACOSX/a/good.png", ".git/x.png", ".ipynb_checkpoints/y.png", "a/@eaDir/z.png")
    data = read(good)
    assert data.metadata["filename"].tolist() == ["a/good.png"] and data.problems == ()


@pytest.mark.parametrize(
    "name",
    ["with space.png", "'\";&<img onerror>.png", "new\nline.png", "😀.png", "\u202eabc.png", "-rf.png", "CON.png",
     "ä" * 120 + ".png", "a.b.c.png", "#?%20.png", "a\\b.png", "100%.PNG"],
)  # fmt: skip
@pytest.mark.skipif(os.name == "nt", reason="names that Windows does not allow")
def test_odd_names(tmp_path, name):
    data = read(tree(tmp_path, f"{name[:-4]}class/{name}", "b/1.png"))
    assert f"{name[:-4]}class/{name}" in data.metadata["filename"].tolist()
    assert f"{name[:-4]}class" in data.class_names
    assert len(data) == 2 and data.problems == ()


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode elsewhere")
def test_a_name_that_is_no_text(tmp_path):
    (tmp_path / "a").mkdir()
    with open(os.fsencode(tmp_path / "a") + b"/caf\xe9.png", "wb") as file:
        file.write(packed())
    with open(os.fsencode(tmp_path / "a") + b"/bad\xff.png", "wb") as file:
        file.write(b"text")
    data = read(tmp_path)
    assert data.metadata["filename"].tolist() == ["a/caf\\xe9.png"]
    assert data.problems == (("a/bad\\xff.png", "not a picture but text"),)
    assert len(datasets.find(str(tmp_path)).identity) == 32


@links
class TestLinks:
    def problems(self, path: Path) -> dict[str, str]:
        return dict(read(path).problems)

    def test_a_link_to_a_file_in_the_folder_is_followed(self, good):
        (good / "a/link.png").symlink_to(good / "a/good.png")
        assert len(read(good)) == 2

    def test_a_link_out_of_the_folder_is_not(self, good, tmp_path):
        save(tmp_path / "data-secret/x.png")
        (good / "a/link.png").symlink_to(tmp_path / "data-secret/x.png")
        (good / "a/up.png").symlink_to(Path("../../data-secret/x.png"))
        assert set(self.problems(good)) == {"a/link.png", "a/up.png"}
        assert all("outside the folder" in why for why in self.problems(good).values())

    def test_links_that_lead_nowhere_or_round_in_circles(self, good):
        (good / "a/dead.png").symlink_to(good / "a/none.png")
        (good / "a/one.png").symlink_to(good / "a/two.png")
        (good / "a/two.png").symlink_to(good / "a/one.png")
        (good / "a/round").symlink_to(good)
        (good / "a/folder.png").symlink_to(good / "a")
        found = self.problems(good)
        assert found["a/dead.png"].startswith("a link that leads nowhere")
        assert found["a/one.png"].startswith("a link that leads nowhere")
        assert found["a/folder.png"] == "a link to a folder"
        assert len(read(good)) == 1

    def test_a_device_behind_a_link(self, good):
        (good / "a/zero.png").symlink_to("/dev/zero")
        assert "outside" in self.problems(good)["a/zero.png"]

    def test_the_folder_itself_may_be_a_link(self, good, tmp_path):
        (tmp_path / "link").symlink_to(good)
        assert len(read(tmp_path / "link")) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_and_sockets_do_not_block(good, monkeypatch):
    os.mkfifo(good / "a/pipe.png")
    monkeypatch.chdir(good / "a")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.png")
        assert dict(read(good).problems) == {"a/pipe.png": "not a plain file", "a/socket.png": "not a plain file"}


def test_a_folder_that_may_not_be_read(good, monkeypatch):
    save(good / "locked/1.png")
    real = os.scandir

    def scandir(path):
        if str(path).endswith("locked") or str(path).endswith("locked/"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(walking.os, "scandir", scandir)
    data = read(good)
    assert data.problems == (("locked/", "a folder that cannot be read: permission denied"),)


def test_a_file_that_goes_away_between_looking_and_reading(good, monkeypatch):
    save(good / "a/other.png")
    source = datasets.find(str(good))
    real = walking.listing

    def listing(path):
        found = real(path)
        (good / "a/other.png").unlink()
        return found

    monkeypatch.setattr("datasets.folder.listing", listing)
    assert datasets.read(source).problems == (("a/other.png", "no such file"),)


def test_a_folder_that_goes_away(good, tmp_path):
    source = datasets.find(str(good))
    good.rename(tmp_path / "elsewhere")
    with pytest.raises(BadDataset, match="cannot be read"):
        datasets.read(source)


@pytest.mark.parametrize("content", [b"%!PS\n(/tmp/x) (w) file closefile\n", b"<svg onload='alert(1)'>"])
def test_no_interpreter_is_started(good, content, monkeypatch):
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **kwargs: started.append(args))
    (good / "a/x.png").write_bytes(content)
    (good / "a/y.gif").write_bytes(content)
    assert len(read(good).problems) == 2 and not started


def test_the_same_picture_in_two_classes_is_two_samples(tmp_path):
    array = save(tmp_path / "a/1.png")
    save(tmp_path / "b/1.png", array)
    data = read(tmp_path)
    assert data.labels.tolist() == [0, 1] and np.array_equal(data.images[0], data.images[1])
