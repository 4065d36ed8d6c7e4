"""A real Chromium for the journeys; they are skipped, with the reason, where there is none."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.harness import door
from tests.browser.serving import PATIENCE, SIZE, Tabs, complain_to

SCREENSHOTS = Path(__file__).parent / "screenshots"  # where pictures are kept if the variable SCREENSHOTS is set
NAMES = ("chromium", "chromium-browser", "google-chrome")
# WebGL2 drawn by the processor, so that a machine without a graphics card tests the same thing. What is not WebGL
# is drawn without it: a quarter less work for the processor.
FLAGS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-gpu-compositing",
)
FAILED = pytest.StashKey[bool]()
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


@pytest.fixture(scope="session")
def visitor(chromium: Any) -> Any:
    """What pages of one visitor share: scripts that were read once are not read again."""
    return chromium.new_context(viewport=SIZE, accept_downloads=True)


@pytest.fixture(scope="session")
def one_door() -> Iterator[None]:
    """The address of all harnesses is closed at the end of the session."""
    yield
    door().close()


@pytest.fixture
def chromium_page(visitor: Any, one_door: None) -> Iterator[Any]:
    """A page of its own for every test. What it says on the console as an error or warning fails the test."""
    page = visitor.new_page()
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    complain_to(page, complaints)
    yield page
    if not _answers(page.url):  # the test has ended its server, perhaps while the page was asking
        complaints = [text for text in complaints if not any(word in text for word in LOST)]
    page.close()
    visitor.clear_permissions()
    assert not complaints


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Lets a fixture know whether its test has failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def shared(tiny_session: Callable[[str], Any]) -> Callable[[str], Any]:
    """shared(kind) -> the session of this kind that all journeys have in common; leave it as it was."""
    return cache(tiny_session)


@pytest.fixture(scope="session")
def tabs(chromium: Any) -> Iterator[Tabs]:
    """Tabs that stay open, one for each session that is visited."""
    tabs = Tabs(chromium)
    yield tabs
    for session in list(tabs.open):
        tabs.close(session)


@pytest.fixture
def visit(tabs: Tabs, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """visit(session, path) -> its page, as after a load. A complaint on the console fails the test."""
    yield tabs.visit
    assert not tabs.end(failed=FAILED in request.node.stash)


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Any, str], None]:
    """screenshot(page, "what") keeps a picture for people to look at, if SCREENSHOTS=1 asks for them."""
    wanted = bool(os.environ.get("SCREENSHOTS"))
    if wanted:
        SCREENSHOTS.mkdir(exist_ok=True)

    def screenshot(page: Any, what: str) -> None:
        if not wanted:
            return
        page.screenshot(path=SCREENSHOTS / f"{request.module.__name__.rpartition('.')[2]}-{what}.png")

    return screenshot


def _answers(address: str) -> bool:
    where = urlsplit(address)
    try:
        with socket.create_connection((where.hostname or "", where.port or 80), timeout=5):
            return True
    except OSError:
        return False
