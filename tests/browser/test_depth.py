"""Depth and calibration in a real browser: press the button, follow a dot, see who settles last, hand over."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.browser.test_journey import until_url
from workspace.options import Options
from workspace.session import Session
from workspace.store import Store

pytestmark = pytest.mark.browser

FAKE = (sys.executable, str(Path(__file__).parents[1] / "workspace" / "fake_worker.py"))
SIDE, SAMPLES = 10, 240
CALIBRATED = ("calibrated_confidence", "confidence", "correct", "predicted", "proper_scores", "temperature")


@pytest.fixture(scope="module")
def session(tmp_path_factory, tabs):
    """Blobs of three kinds that overlap, and a worker with a network made of numpy, which nobody has started yet."""
    folder = tmp_path_factory.mktemp("depth")
    random = np.random.default_rng(0)
    y, x = np.mgrid[:SIDE, :SIDE]
    labels = np.arange(SAMPLES) % 3
    centers = np.array([(3, 3), (6, 3), (5, 6)])[labels] + random.normal(0, 0.9, (SAMPLES, 2))
    images = (255 * np.exp(-((x - centers[:, :1, None]) ** 2 + (y - centers[:, 1:, None]) ** 2) / 5)).astype(np.uint8)
    np.savez(folder / "blobs.npz", x_test=images, y_test=labels)
    (folder / "blobs.h5").write_bytes(b"a network")
    options = Options(str(folder / "blobs.h5"), str(folder / "blobs.npz"))
    opened = Session(Store(folder / "cache"), options, command=FAKE)
    yield opened
    tabs.close(opened)
    opened.close()


def state(page):
    return page.evaluate("() => Object.fromEntries(new URL(location.href).searchParams)")


def test_look_through_all_layers_and_hand_over_the_unsure(visit, session, screenshot):
    page = visit(session, "/depth")
    session.start()
    button = page.get_by_role("button", name="Look through")
    button.wait_for()
    layers = len(session.network.layers) + 1
    assert button.inner_text() == f"Look through {layers} layers at {SAMPLES} samples"
    button.click()
    page.locator(".iv-depth[data-ready=yes]").wait_for()
    page.get_by_text(f"{SAMPLES} of {SAMPLES} samples of test, drawn by lot").wait_for()
    stages = page.locator(".iv-depth-stage")
    stages.nth(layers - 1).wait_for()
    assert stages.count() == layers
    painted = "(canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
    assert all(page.locator(".iv-depth-stage canvas").nth(k).evaluate(painted) for k in range(layers))

    found = session.depth.layers("test")
    page.locator(".iv-depth").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.locator(".iv-depth-hover").nth(layers - 1).wait_for()
    assert page.locator(".iv-depth-hover").count() == layers, "one dot, ringed in every layer"
    ring = page.locator(".iv-depth-hover").last.bounding_box()
    page.mouse.move(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    page.locator(".iv-depth-card img").wait_for()
    index = page.locator(".iv-depth-card dd").first.inner_text().replace(",", "")
    page.mouse.click(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    until_url(page, f"focus={index}(&|$)")
    page.locator("#sample-panel").get_by_text(f"Sample {index}").wait_for()
    page.locator(".iv-depth-focus").nth(layers - 1).wait_for()
    assert page.locator(".iv-depth-focus").count() == layers
    screenshot(page, "layers")

    latest = int(found.rows[np.argmax(found.settles)])
    assert session.column("settles")[latest] == found.settles.max()
    page.get_by_label("Color").select_option("settles")
    page.locator(".depth-legend").get_by_text("pixels").wait_for()

    session.want(CALIBRATED)
    page.get_by_role("link", name="Calibration").click()
    page.get_by_label("Error allowed").wait_for()
    page.locator(".calibration-said").get_by_text("% error").first.wait_for()
    target = 0.02
    page.get_by_label("Error allowed").select_option(f"{target:g}")
    page.locator(".calibration-said").get_by_text("2 % error").first.wait_for()
    given = session.calibration.abstain("test", target)
    page.locator(".calibration .js-plotly-plot").nth(1).wait_for()
    screenshot(page, "calibration")
    if given.handed:
        page.get_by_role("link", name=f"All {given.handed} in the image pool").click()
        until_url(page, "/images")
        assert state(page)["query"] == given.query
