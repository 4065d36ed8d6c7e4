"""Reviewing by keyboard: from a verdict's key to the next sample on the screen, and to the server's answer.

The next sample is drawn before it is asked for, so the first does not wait for the second; a page that waits for
its server shows it at the earliest when the answer has come. What else the page asks for is counted too.
"""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np

from benchmarks import synthetic
from benchmarks.table import served

SIZES = (10_000, 100_000)
STEPS = 40
PAUSES = (100, 700)  # ms that somebody looks at a sample
# Once the next picture is there and the frame with it is drawn: milliseconds since the key.
WATCH = """() => {
    window.steps = [];
    let start = 0, last = null;
    const look = () => {
        const sample = document.querySelector(".review-sample"), picture = sample.querySelector(".review-picture");
        if (start && sample.dataset.index !== last && picture.complete) {
            const key = start;
            start = 0;
            requestAnimationFrame(() => setTimeout(() => steps.push(performance.now() - key)));
        }
        requestAnimationFrame(look);
    };
    document.addEventListener("keydown", (event) => {
        start = event.timeStamp;
        last = document.querySelector(".review-sample").dataset.index;
    }, true);
    look();
}"""
ANSWERED = """() => performance.getEntriesByType("resource").filter((one) => one.name.endsWith("/reviewed"))
    .map((one) => one.duration)"""


def run(*, data: Any = None, full: bool = False) -> None:
    """Print the times; `full` adds 100,000 samples."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        print("skipped: needs Chromium")
        return
    for n in SIZES if full else SIZES[:1]:
        with synthetic.session(n) as session, served(session) as address:
            for pause in PAUSES:
                _typed(path, address.replace("/table", "/review?review=loss"), n, pause)


def _typed(path: str, url: str, n: int, pause: int) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(url)
        page.locator(".review-sample").wait_for()
        page.wait_for_timeout(2000)
        page.evaluate(WATCH)
        page.evaluate("performance.clearResourceTimings()")
        posted: list[str] = []
        page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
        for step in range(STEPS):
            page.keyboard.press("k")
            page.wait_for_function(f"() => steps.length > {step}")
            page.wait_for_timeout(pause)
        shown, answered = (np.array(page.evaluate(what)) for what in ("steps", ANSWERED))
        browser.close()
    middle, late = np.percentile(shown, (50, 95))
    print(
        f"{n:,} samples, {pause} ms between keys: shown after {middle:.0f} ms (p95 {late:.0f}), answered within "
        f"{np.median(answered):.0f} ms (p95 {np.percentile(answered, 95):.0f}), "
        f"{len(posted) / STEPS:.1f} requests a step"
    )


if __name__ == "__main__":
    run()
