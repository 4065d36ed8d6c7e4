"""The worker from the server's end: what is made, in which order, and what a kill leaves behind."""

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from workspace.options import Options
from workspace.plan import standard
from workspace.session import ColumnNotReady, Session
from workspace.store import Store

FAKE = (sys.executable, str(Path(__file__).with_name("fake_worker.py")))
TIMEOUT = 240


def inputs(folder):
    """A dataset and what stands for a network, and the options that name them."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (60, 6, 6, 1), dtype=np.uint8)
    labels = rng.integers(0, 3, 60)
    np.savez(folder / "data.npz", x_train=images[:40], y_train=labels[:40], x_test=images[40:], y_test=labels[40:])
    (folder / "model.h5").write_bytes(b"a network")
    return Options(str(folder / "model.h5"), str(folder / "data.npz"))


@pytest.fixture
def options(tmp_path):
    return inputs(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder in which the worker has made everything."""
    folder = tmp_path_factory.mktemp("made")
    finish(Session(Store(folder / "cache"), inputs(folder), command=FAKE)).close()
    return folder


@pytest.fixture
def finished(made, tmp_path, open_session):
    """A session on a copy of that, for what comes after the making."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    session = open_session()
    assert session.missing == []
    return session


@pytest.fixture
def open_session(tmp_path, options):
    sessions = []

    def start(**changes):
        from dataclasses import replace

        session = Session(Store(tmp_path / "cache"), replace(options, **changes), command=FAKE)
        sessions.append(session)
        return session

    yield start
    for session in sessions:
        session.close()


def finish(session):
    session.start()
    session.wait(TIMEOUT)
    assert not session.status.working
    assert session.failures == {}
    return session


def passes(tmp_path):
    path = tmp_path / "passes.txt"
    return path.read_text().splitlines() if path.exists() else []


def test_everything_standard_is_made_by_one_pass(open_session, tmp_path):
    session = finish(open_session())
    assert session.missing == []
    assert passes(tmp_path) == ["60 dense,scores"]
    for column in standard("dense"):
        assert session.is_ready(column)
    assert session.status.forward_passes == 60


def test_before_the_start_nothing_is_ready_and_afterwards_it_is(open_session):
    session = open_session()
    with pytest.raises(ColumnNotReady, match="is being read"):
        _ = session.dataset
    finish(session)
    assert session.dataset.n == 60
    assert session.dataset.split_counts == (40, 20)
    assert session.network.layer == "dense"


def test_a_second_session_starts_no_worker(finished, open_session, tmp_path):
    second = open_session()
    assert second.missing == []
    second.start()
    assert not second.status.working
    assert len(passes(tmp_path)) == 1


def test_what_a_page_wants_is_made_too(open_session):
    session = finish(open_session())
    assert not session.is_ready("projection/scores/pca")
    session.want(["projection/scores/pca"])
    session.wait(TIMEOUT)
    assert session.column("projection/scores/pca").shape == (60, 2)


def test_a_wish_after_the_worker_left_starts_another_without_the_network(open_session, tmp_path):
    session = finish(open_session())
    session._worker.stop()
    session.want(["projection/scores/pca"])
    session.wait(TIMEOUT)
    assert session.is_ready("projection/scores/pca")
    assert len(passes(tmp_path)) == 1


def test_a_wish_after_the_session_was_closed_starts_no_worker(finished):
    session = finished
    session.close()
    session.want(["projection/scores/pca"])
    session.start()
    session.resume()
    assert session._worker._process is None
    assert not session.status.working


def test_a_line_that_is_no_event_does_not_end_the_hearing(finished):
    session = finished
    session._worker._take('{"event": "ma')
    assert "a bug of ours" in session.status.trouble


def test_a_wish_for_nothing_known_is_told(finished):
    from workspace.session import UnknownColumn

    with pytest.raises(UnknownColumn, match="did you mean"):
        finished.want(["los"])


def test_cancel_keeps_what_is_finished_and_resume_goes_on(open_session, tmp_path):
    session = open_session()
    session.start()
    until = time.monotonic() + TIMEOUT
    while not session.is_ready("loss") and time.monotonic() < until:
        time.sleep(0.01)
    session.cancel()
    assert session.is_ready("loss")
    assert session.status.cancelled
    session.resume()
    session.wait(TIMEOUT)
    assert session.missing == []
    assert len(passes(tmp_path)) == 1


def test_a_changed_model_file_makes_its_columns_anew_and_keeps_the_pixels(finished, open_session, tmp_path):
    first = finished
    pixels, loss = first.key("projection/pixels/pca"), first.key("loss")
    first.close()
    (tmp_path / "model.h5").write_bytes(b"another network")
    second = open_session()
    assert second.missing
    finish(second)
    assert second.key("loss") != loss
    assert second.key("projection/pixels/pca") == pixels
    assert len(passes(tmp_path)) == 2


def test_the_scores_do_not_depend_on_how_often_it_was_killed(open_session, tmp_path):
    """Killed at random moments until everything is there: the same bytes as in an undisturbed run."""
    rng = random.Random(1)
    session = open_session()
    kills = 0
    for _ in range(8):
        session.start()
        process = session._worker._process
        if process is None:
            break
        time.sleep(rng.uniform(0.4, 1.6))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        session.close()
        session = open_session()
        if not session.missing:
            break
    finish(session)
    assert kills >= 2
    disturbed = {column: np.array(session.column(column)) for column in standard("dense")}
    calm = Session(Store(tmp_path / "calm" / "cache"), session.options, command=FAKE)
    (tmp_path / "calm").mkdir(exist_ok=True)
    finish(calm)
    for column, array in disturbed.items():
        np.testing.assert_array_equal(array, calm.column(column), err_msg=column)
    calm.close()


def damage(session, column):
    path = session.store.folder / "columns" / f"{session.key(column)}.npy"
    body = bytearray(path.read_bytes())
    body[-1] ^= 255
    path.write_bytes(body)


def test_a_column_damaged_on_disk_is_noticed_and_made_again(finished, open_session):
    first = finished
    loss = np.array(first.column("loss"))
    damage(first, "loss")
    second = open_session()
    with pytest.raises(ColumnNotReady, match="being computed"):
        second.column("loss")
    second.wait(TIMEOUT)
    np.testing.assert_array_equal(second.column("loss"), loss)


def test_what_is_made_from_a_damaged_column_is_made_after_it(finished, open_session):
    first = finished
    damage(first, "activations/scores")
    second = open_session()
    second.want(["projection/scores/pca"])
    second.wait(TIMEOUT)
    assert second.failures == {}
    assert second.is_ready("projection/scores/pca")
    np.testing.assert_array_equal(second.column("activations/scores"), first.column("activations/scores"))


def test_a_worker_that_dies_is_started_again(open_session, tmp_path):
    session = open_session()
    session.start()
    until = time.monotonic() + TIMEOUT
    while not passes(tmp_path) and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(session._worker._process.pid, signal.SIGKILL)
    session.wait(TIMEOUT)
    assert session.missing == []


def test_two_programs_on_one_cache_compute_once(open_session, tmp_path):
    one, other = open_session(), open_session()
    one.start()
    other.start()
    one.wait(TIMEOUT)
    other.wait(TIMEOUT)
    assert one.missing == other.missing == []
    assert len(passes(tmp_path)) == 1


def test_a_dataset_that_cannot_be_read_is_refused_with_its_exit_code(open_session, tmp_path):
    (tmp_path / "data.npz").write_bytes(b"PK\x03\x04 nothing")
    refused = []
    session = open_session()
    session._worker.on_refused = refused.append
    session.start()
    session.wait(TIMEOUT)
    assert refused[0].exit_code == 4
    assert "data.npz" in str(refused[0])


def test_an_unknown_layer_is_refused_and_known_ones_are_named(open_session):
    refused = []
    session = open_session(layer="dens")
    session._worker.on_refused = refused.append
    session.start()
    session.wait(TIMEOUT)
    assert refused[0].exit_code == 3
    assert "did you mean 'dense'" in str(refused[0])


def test_the_worker_leaves_when_its_server_is_gone(open_session):
    session = open_session()
    session.start()
    process = session._worker._process
    process.stdin.close()
    assert process.wait(timeout=TIMEOUT) == 0
