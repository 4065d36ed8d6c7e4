"""Uploaded pictures: kept by content, only so many, and looked at by the worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from workspace import uploads
from workspace.options import Options
from workspace.plan import PIXELS
from workspace.session import Question, Session
from workspace.store import Store
from workspace.uploads import UnknownUpload, Uploads, asked_for

FAKE = (sys.executable, str(Path(__file__).with_name("fake_worker.py")))
TIMEOUT = 150
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 256, (6, 6, 1), dtype=np.uint8)


@pytest.fixture
def session(tmp_path):
    """A session with a fake worker that has made everything."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (60, 6, 6, 1), dtype=np.uint8)
    np.savez(tmp_path / "data.npz", x=images, y=rng.integers(0, 3, 60))
    (tmp_path / "model.h5").write_bytes(b"a network")
    options = Options(str(tmp_path / "model.h5"), str(tmp_path / "data.npz"))
    opened = Session(Store(tmp_path / "cache"), options, command=FAKE)
    opened.start()
    opened.wait(TIMEOUT)
    assert not opened.status.working
    assert opened.failures == {}
    yield opened
    opened.close()


def ready(session, column):
    until = time.monotonic() + TIMEOUT
    while not session.is_ready(column) and time.monotonic() < until:
        time.sleep(0.02)
    assert session.is_ready(column), session.status


def test_named_by_content_and_read_back(store, image):
    kept = Uploads(store)
    name = kept.save(image, ("It was turned.",))
    assert name == kept.save(image, ("It was turned.",))
    assert name != kept.save(image)
    found = Uploads(Store(store.folder)).read(name)
    np.testing.assert_array_equal(found.image, image)
    assert found.notes == ("It was turned.",)
    assert found.column == asked_for(name)
    assert found.key.isalnum(), "a route serves it as a picture"


@pytest.mark.parametrize("name", ["", "x", "f" * 24, "F" * 24, "../" * 8, "0" * 23 + "/", "*" * 24])
def test_unknown_names_touch_no_file(store, image, name):
    Uploads(store).save(image)
    with pytest.raises(UnknownUpload, match="upload it again"):
        Uploads(store).read(name)


def test_only_the_newest_are_kept(store, image, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_KEPT", 3)
    kept = Uploads(store)
    names = []
    for shade in range(6):
        names.append(kept.save(image + np.uint8(shade)))
        for number, name in enumerate(names):  # files made in the same instant have no order
            for path in (store.folder / "columns").glob(f"picture{name}.json"):
                os.utime(path, (number, number))
    alive = []
    for name in names:
        try:
            kept.read(name)
        except UnknownUpload:
            continue
        alive.append(name)
    assert alive == names[-3:]
    assert len(list((store.folder / "columns").iterdir())) == 6


def test_the_worker_looks_at_a_picture_and_a_copy_is_found(session):
    name = session.uploads.save(np.array(session.image(12)))
    session.want([asked_for(name)])
    ready(session, asked_for(name))
    answer = session.uploads.answer(name, session)
    np.testing.assert_allclose(answer.logits, session.column("logits")[12], rtol=1e-5)
    for layer in ("dense", "scores", PIXELS):
        found = session.similar.find(Question(layer, upload=name))
        assert found.rows[0] == 12
        assert found.same[0]
        assert found.distances[0] == pytest.approx(0, abs=1e-4)


def test_a_killed_worker_is_started_again_for_a_picture(session):
    process = session._worker._process
    if process is not None:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    name = session.uploads.save(np.array(session.image(3)))
    until = time.monotonic() + TIMEOUT
    while not session.is_ready(asked_for(name)) and time.monotonic() < until:
        session.want([asked_for(name)])  # as the page does at every beat
        time.sleep(0.1)
    assert session.is_ready(asked_for(name)), session.status


def test_after_cancel_nothing_happens_until_resume(session):
    session.cancel()
    name = session.uploads.save(np.array(session.image(3)))
    session.want([asked_for(name)])
    assert not session.status.working
    session.resume()
    session.want([asked_for(name)])
    ready(session, asked_for(name))


def test_a_picture_that_is_gone_is_told_and_kills_nothing(session):
    gone = asked_for("0" * 24)
    session.want([gone])
    until = time.monotonic() + TIMEOUT
    while session.failure(gone) is None and time.monotonic() < until:
        time.sleep(0.05)
    assert "upload it again" in session.failure(gone)
    session.want(["projection/scores/pca"])
    ready(session, "projection/scores/pca")


@pytest.mark.keras
def test_the_bundled_network_sees_a_copy_as_it_saw_the_original(tmp_path):
    """The real worker: at distance 0 in pixels and almost 0 in every layer, with the same prediction."""
    from tests.model.test_bundled import digits

    x, y = digits()
    rows = np.random.default_rng(0).permutation(len(x))[:300]
    images = np.rint(x[rows] * 255).astype(np.uint8)
    np.savez(tmp_path / "digits.npz", x=images[..., 0], y=y[rows])
    options = Options("mnist", str(tmp_path / "digits.npz"))
    session = Session(Store(tmp_path / "cache"), options)
    try:
        session.start()
        ready_in = time.monotonic() + 2 * TIMEOUT
        while not session.is_ready(f"activations/{PIXELS}") and time.monotonic() < ready_in:
            time.sleep(0.2)
        name = session.uploads.save(np.array(session.image(77)))
        session.want([asked_for(name)])
        ready(session, asked_for(name))
        answer = session.uploads.answer(name, session)
        assert answer.logits.argmax() == session.column("logits")[77].argmax()
        np.testing.assert_allclose(answer.logits, session.column("logits")[77], atol=1e-3)
        for layer in session.layers:
            found = session.similar.find(Question(layer, upload=name))
            assert found.rows[0] == 77
            assert found.same[0]
            assert found.distances[0] <= (0 if layer == PIXELS else 1e-3 * np.linalg.norm(found.vector))
    finally:
        session.close()


def test_the_server_half_imports_no_keras():
    program = "import sys, workspace.uploads, workspace.similar, callbacks.uploads\nprint('keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
