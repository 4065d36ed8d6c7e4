"""A page on a recording, while somebody goes on recording."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from recorder import Recorder
from tests.browser.serving import served
from workspace.options import Options
from workspace.session import Session
from workspace.store import Store

pytestmark = pytest.mark.browser

QUICK = (sys.executable, str(Path(__file__).parents[1] / "workspace" / "quick_worker.py"))


def test_new_points_appear_while_somebody_records(tmp_path, chromium_page, screenshot):
    from playwright.sync_api import expect

    random = np.random.default_rng(0)
    recorder = Recorder(tmp_path / "today.rec", class_names=["a", "b", "c"], strict=True)

    def record(n):
        recorder.record(random.integers(0, 256, (n, 6, 6), dtype=np.uint8), labels=np.arange(n) % 4 - 1)

    record(40)
    (tmp_path / "model.h5").write_bytes(b"a network")
    options = Options(str(tmp_path / "model.h5"), str(tmp_path / "today.rec"))
    session = Session(Store(tmp_path / "cache"), options, command=QUICK)
    session.start()
    page = chromium_page
    strip, switch = page.locator("#following-text"), page.locator("#following-switch")
    shown = page.locator(".map-sheet").last
    try:
        with served(session) as address:
            end = time.monotonic() + 60
            while not session.has_network and time.monotonic() < end:
                time.sleep(0.1)
            page.goto(f"{address}/projection?method=pca&beside_method=pca&focus=3")
            expect(strip).to_have_text("today.rec: 40 samples")
            expect(shown).to_contain_text("40 of 40 samples shown", timeout=40_000)
            record(8)
            coming = re.compile(r"today\.rec: 48 samples, 8 new at \d\d:\d\d:\d\d")
            expect(strip).to_have_text(coming, timeout=40_000)
            expect(shown).to_contain_text("48 of 48 samples shown")
            expect(page.locator(".iv-query-count")).to_have_text("48 of 48 samples")
            expect(page.locator("#sample-panel-body")).to_contain_text("3")
            screenshot(page, "came")
            switch.click()
            expect(switch).to_have_text("Follow")
            record(4)
            expect(strip).to_contain_text("4 more wait until you follow it again")
            expect(switch).to_have_text("Follow, and open the 4 new")
            screenshot(page, "waits")
    finally:
        session.close()
