"""A file that changes or goes while the program runs is told, and breaks nothing."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest

from tests.datasets.drawing import pixels, save, tree
from tests.tiny import KINDS, prepare
from workspace import opening
from workspace.options import Options
from workspace.session import Session
from workspace.store import Store

NOBODY = ("no", "worker", "here")


def finished(session):
    """Wait for what looks at the disk."""
    for thread in threading.enumerate():
        if thread.name == "watch":
            thread.join(10)
    return session.watch


@pytest.fixture
def opened(tmp_path):
    folder, options = prepare(tmp_path, KINDS["no column"])
    return Session(Store(folder), options, command=NOBODY)


@pytest.fixture
def folder(tmp_path):
    path = tree(tmp_path / "data", "a/1.png", "a/2.png", "b/3.png")
    (tmp_path / "net.h5").write_bytes(b"what a network would be")
    options = Options(str(tmp_path / "net.h5"), str(path))
    opening.open_dataset(Store(tmp_path / "cache"), options)
    return path, Session(Store(tmp_path / "cache"), options, command=NOBODY)


class TestNetwork:
    def test_an_untouched_one_is_not_read_again(self, opened, monkeypatch):
        monkeypatch.setattr("workspace.watch.reading.fingerprint", lambda *_: pytest.fail("was read"))
        opened.watch.glance()
        assert finished(opened).network == ""

    def test_M34_replaced_while_the_server_runs(self, opened, tmp_path):
        version = opened.version
        (tmp_path / "tiny.h5").write_bytes(b"another network")
        opened.watch.glance()
        assert finished(opened).network == "tiny.h5 has changed on disk since it was opened"
        assert opened.version > version
        assert opened.network.info.name == "tiny.h5"

    def test_a_change_seen_while_the_data_are_looked_at_is_told_after_that(self, opened, tmp_path):
        (tmp_path / "tiny.h5").write_bytes(b"another network")
        opened.watch._busy = True
        opened.watch.glance()
        assert opened.watch.network == ""
        opened.watch._busy = False
        opened.watch.glance()
        assert "has changed on disk" in finished(opened).network

    def test_touched_only_is_the_same(self, opened, tmp_path):
        version = opened.version
        os.utime(tmp_path / "tiny.h5", (1, 1))
        opened.watch.glance()
        assert finished(opened).network == ""
        assert opened.version == version

    def test_gone_and_back(self, opened, tmp_path):
        content = (tmp_path / "tiny.h5").read_bytes()
        (tmp_path / "tiny.h5").unlink()
        opened.watch.glance()
        assert finished(opened).network == "tiny.h5 is not there any more"
        (tmp_path / "tiny.h5").write_bytes(content)
        opened.watch.glance()
        assert finished(opened).network == ""


class TestDataset:
    def test_nothing_changed(self, folder):
        _, session = folder
        assert session.watch.disk is None
        session.watch.look()
        disk = finished(session).disk
        assert disk.same and disk.checked == 3

    def test_D20_deleted_and_changed(self, folder):
        path, session = folder
        before = [session.image(row).copy() for row in range(3)]
        (path / "a/1.png").unlink()
        save(path / "b/3.png", pixels(seed=9))
        session.watch.look()
        disk = finished(session).disk
        assert (disk.whole, disk.gone, disk.newer) == (False, (("a/1.png", 0),), (("b/3.png", 2),))
        for row in range(3):  # what is shown was read once, and is kept
            np.testing.assert_array_equal(session.image(row), before[row])

    def test_all_of_it_is_gone(self, folder):
        path, session = folder
        path.rename(path.with_name("elsewhere"))
        session.watch.look()
        disk = finished(session).disk
        assert "no such" in disk.trouble or "not known" in disk.trouble
        assert len(disk.gone) == 3
        assert session.image(0).std() > 0

    def test_a_new_file_changes_the_whole(self, folder):
        path, session = folder
        save(path / "b/4.png", pixels(seed=4))
        session.watch.look()
        disk = finished(session).disk
        assert not disk.whole and not disk.gone and not disk.newer

    def test_data_in_one_file(self, opened, tmp_path):
        opened.watch.look()
        assert finished(opened).disk.same and opened.watch.disk.checked == 0
        opened.watch._disk = None
        (tmp_path / "tiny.npz").write_bytes((tmp_path / "tiny.npz").read_bytes() + b" ")
        opened.watch.look()
        assert not finished(opened).disk.whole

    def test_it_is_not_looked_at_again_at_once(self, folder):
        path, session = folder
        session.watch.look()
        first = finished(session).disk
        (path / "a/1.png").unlink()
        session.watch.look()
        assert finished(session).disk is first
