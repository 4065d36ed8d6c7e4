"""A real Chromium for the journeys; they are skipped, with the reason, where there is none."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

SCREENSHOTS = Path(__file__).parent / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome")
# WebGL2 drawn by the processor, so that a machine without a graphics card tests the same thing.
FLAGS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
)
PATIENCE = 20_000  # ms
LOST = ("ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "the server did not respond")


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Any]]:
    """launch(*flags) -> a browser, closed at the end of the session."""
    playwright = pytest.importorskip("playwright.sync_api", reason="journeys need `pip install playwright`")
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("browser journeys need Chromium: install the package `chromium` of your system")
    with playwright.sync_playwright() as driver:
        browsers = []

        def launch(*flags: str) -> Any:
            browsers.append(driver.chromium.launch(executable_path=path, args=[*FLAGS, *flags]))
            return browsers[-1]

        yield launch
        for browser in browsers:
            browser.close()


@pytest.fixture(scope="session")
def chromium(launch: Callable[..., Any]) -> Any:
    return launch()


@pytest.fixture
def chromium_page(chromium: Any) -> Iterator[Any]:
    """A page of its own for every test. What it says on the console as an error or warning fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 860}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    if not _answers(page.url):  # the test has ended its server, perhaps while the page was asking
        complaints = [text for text in complaints if not any(word in text for word in LOST)]
    context.close()
    assert not complaints


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Any, str], None]:
    """screenshot(page, "what") keeps a picture for people to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)

    def screenshot(page: Any, what: str) -> None:
        page.screenshot(path=SCREENSHOTS / f"{request.module.__name__.rpartition('.')[2]}-{what}.png")

    return screenshot


def _answers(address: str) -> bool:
    where = urlsplit(address)
    try:
        with socket.create_connection((where.hostname or "", where.port or 80), timeout=5):
            return True
    except OSError:
        return False


def _is_complaint(message: Any) -> bool:
    if message.type == "error":
        return True
    # Reading pixels back, as screenshots do, makes the driver talk about its speed.
    return message.type == "warning" and "GPU stall" not in message.text
