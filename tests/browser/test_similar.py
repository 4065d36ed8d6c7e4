"""The image query in a real browser: by index, by a click, by a picture of one's own; select, reload."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.browser.test_journey import query, settled, until_url
from workspace.options import Options
from workspace.session import Session
from workspace.store import Store

pytestmark = pytest.mark.browser

FAKE = (sys.executable, str(Path(__file__).parents[1] / "workspace" / "fake_worker.py"))
SIDE, SAMPLES, COPY = 12, 90, (40, 80)  # of the dataset; samples 40 and 80 are the same picture
UPLOAD = ".picture-upload input"


@pytest.fixture(scope="module")
def session(tmp_path_factory, tabs):
    """Blobs of three kinds, looked at by the worker with a network made of numpy."""
    folder = tmp_path_factory.mktemp("similar")
    random = np.random.default_rng(0)
    y, x = np.mgrid[:SIDE, :SIDE]
    labels = np.arange(SAMPLES) % 3
    centers = np.array([(3, 3), (8, 3), (5, 8)])[labels] + random.normal(0, 0.6, (SAMPLES, 2))
    images = 255 * np.exp(-((x - centers[:, :1, None]) ** 2 + (y - centers[:, 1:, None]) ** 2) / 6)
    images = images.astype(np.uint8)
    images[COPY[1]] = images[COPY[0]]
    np.savez(folder / "blobs.npz", x_train=images, y_train=labels)
    (folder / "blobs.h5").write_bytes(b"a network")
    options = Options(str(folder / "blobs.h5"), str(folder / "blobs.npz"))
    opened = Session(Store(folder / "cache"), options, command=FAKE)
    opened.start()
    opened.wait(120)
    assert opened.failures == {}
    yield opened
    tabs.close(opened)
    opened.close()


@pytest.fixture
def page(visit, session):
    page = visit(session, "/similar")
    settled(page)
    page.get_by_role("heading", name="What is like this?").wait_for()
    return page


def ask(page, index):
    page.get_by_label("Sample", exact=True).fill(str(index))
    page.get_by_role("button", name="Go", exact=True).click()


def png(image):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return {"name": "own.png", "mimeType": "image/png", "buffer": buffer.getvalue()}


def answered(page, start):
    page.get_by_role("heading", name=re.compile(f"^{start}")).first.wait_for()
    page.locator(".result").first.wait_for()


def test_ask_by_index_compare_choose_select_and_reload(page, screenshot):
    ask(page, COPY[0])
    answered(page, "Sample 40")
    first = page.locator(".result").first
    assert "exact copy of the query picture" in first.inner_text()
    assert "distance 0" in first.inner_text()
    assert page.locator(".result").count() == 10
    page.get_by_text("of 8 units, with").first.wait_for()
    page.locator(".exciting img").first.wait_for()
    screenshot(page, "answer")

    page.get_by_role("combobox", name=re.compile("^Distance")).select_option("cosine")
    until_url(page, "metric=cosine")
    page.get_by_text("cosine distance ·").wait_for()
    page.get_by_role("combobox", name=re.compile("^How many")).select_option("5")
    page.get_by_role("heading", name="The 5 nearest by dense").wait_for()
    page.get_by_role("combobox", name=re.compile("^Compare by")).select_option("pixels")
    page.get_by_role("heading", name="The 5 nearest by raw pixels").wait_for()
    page.get_by_role("combobox", name=re.compile("^Waveforms")).select_option("on")
    page.get_by_text("smoothed: moving average over 7").wait_for()
    page.locator(".result").nth(2).locator(".wave-button").click()
    until_url(page, "versus=")
    chosen = query(page)["versus"]
    page.get_by_role("heading", name=f"Waveform of sample {chosen} over").wait_for()

    page.get_by_role("button", name="Select these 5").click()
    page.locator("#selection-tray").get_by_text("of 90 selected").wait_for()
    seen = query(page)
    page.reload()
    settled(page)
    answered(page, "Sample 40")
    page.get_by_role("heading", name=f"Waveform of sample {chosen} over").wait_for()
    assert query(page) == seen
    page.get_by_role("combobox", name=re.compile("^Waveforms")).select_option("off")
    until_url(page, "smooth=off")


def test_a_click_on_any_picture_asks_about_it_and_closing_its_panel_keeps_the_answer(page):
    ask(page, 5)
    answered(page, "Sample 5")
    picture = page.locator(".result .thumbnail").nth(1)
    index = re.search(r"sample (\d+)", picture.get_attribute("title"))[1]
    picture.click()
    answered(page, f"Sample {index}")
    until_url(page, f"focus={index}")
    assert page.get_by_label("Sample", exact=True).input_value() == index
    panel = page.locator("#sample-panel")
    panel.wait_for()
    page.locator("#sample-panel-close").click()
    panel.wait_for(state="hidden")
    until_url(page, f"asked={index}")
    page.wait_for_timeout(300)
    answered(page, f"Sample {index}")


def test_an_own_picture_is_looked_at_and_found(page, session, screenshot):
    image = np.array(session.image(7))[..., 0]
    page.set_input_files(UPLOAD, png(image))
    answered(page, "Your picture")
    until_url(page, "upload=")
    page.locator(".asked-facts").get_by_text("Predicted").wait_for()
    first = page.locator(".result").first
    assert first.locator("strong").inner_text() == "7"
    assert "exact copy of the query picture" in first.inner_text()
    screenshot(page, "upload")
    seen = query(page)
    page.reload()
    settled(page)
    answered(page, "Your picture")
    assert query(page) == seen

    page.get_by_role("button", name="Swap light and dark").click()
    page.get_by_text("Light and dark were swapped.").wait_for()
    page.get_by_text("Its rim is as light").wait_for()
    ask(page, 3)
    answered(page, "Sample 3")
    assert "upload" not in query(page)


def test_removing_the_picture_goes_back_to_the_sample(page, session):
    ask(page, 3)
    answered(page, "Sample 3")
    page.set_input_files(UPLOAD, png(np.array(session.image(7))[..., 0]))
    answered(page, "Your picture")
    page.get_by_role("button", name="Remove", exact=True).click()
    answered(page, "Sample 3")


def test_what_cannot_be_asked_is_one_line(page, screenshot):
    ask(page, "70,000")
    page.get_by_role("alert").get_by_text("sample 70,000: there are 90, counted from 0").wait_for()
    page.set_input_files(UPLOAD, {"name": "photo.heic", "mimeType": "image/heic", "buffer": b"\0\0\0\x18ftypheic"})
    line = "photo.heic: not a picture that can be read; save it as PNG or JPEG"
    page.get_by_role("alert").get_by_text(line).wait_for()
    huge = {"name": "huge.heic", "mimeType": "image/heic", "buffer": b"\0\0\0\x18ftypheic" + bytes(2_500_000)}
    page.set_input_files(UPLOAD, huge)
    page.get_by_role("alert").get_by_text(
        "huge.heic: 2.5 MB, and not a picture that this browser can shrink"
    ).wait_for()
    screenshot(page, "refused")


def test_a_large_photograph_is_shrunk_in_the_browser_and_it_says_so(page):
    noise = np.random.default_rng(0).integers(0, 255, (1000, 1200, 3), dtype=np.uint8)
    page.set_input_files(UPLOAD, png(noise))
    page.get_by_text("The browser shrank its 1,200 x 1,000 pixels before sending it.").wait_for()
    answered(page, "Your picture")


def test_it_fits_a_narrow_window(visit, session, screenshot):
    page = visit(session, "/similar?asked=40")
    answered(page, "Sample 40")
    page.set_viewport_size({"width": 800, "height": 1200})
    for theme in ("light", "dark"):
        page.wait_for_timeout(500)
        assert page.evaluate("() => document.getElementById('page').scrollWidth") <= 800, theme
        screenshot(page, f"narrow-{theme}")
        page.click("#theme-button")
