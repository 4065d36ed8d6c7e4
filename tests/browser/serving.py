"""Sessions served to a browser, and tabs that stay open from one journey to the next.

A page that is loaded anew costs five times as much as one that a link leads to, most of it for reading scripts.
So a tab stays open for each session, and a journey begins on an empty page of it, with nothing chosen.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from werkzeug.serving import make_server

from app import create_app

PATIENCE = 40_000  # ms; a machine may have much else to do
SIZE = {"width": 1280, "height": 860}
NOWHERE = "nothing-is-here"

GO = """([path, reset]) => {
    if (reset) {
        localStorage.clear();
        sessionStorage.clear();
        document.documentElement.setAttribute("data-bs-theme", "light");
        if (document.activeElement) document.activeElement.blur();
    }
    const url = new URL(path, document.baseURI);
    history.pushState({ innerview: Object.fromEntries(url.searchParams) }, "", url);
    dispatchEvent(new PopStateEvent("popstate"));
}"""
IS_NOWHERE = """(wanted) => {
    const title = document.querySelector("#page h1, #page h2");
    return Boolean(title) && (title.textContent === "No such page") === wanted;
}"""


@contextmanager
def running(app: Any) -> Iterator[str]:
    """The address at which a WSGI app is served, by a thread for each request, until the end of the block."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def served(session: Any) -> Iterator[str]:
    """The address of an app for this session."""
    with running(create_app(session).server) as address:
        yield address


def complain_to(page: Any, complaints: list[str]) -> None:
    """Note what a page says on the console as an error or warning."""
    page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))


@dataclass
class Tab:
    """One page of one session."""

    page: Any
    server: Any
    address: str
    complaints: list[str] = field(default_factory=list)

    def leave(self) -> None:
        """To an empty page of the program, by the way a link takes; nothing stays chosen, opened or pointed at."""
        self.page.mouse.move(0, 0)
        self.page.set_viewport_size(SIZE)
        self.page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        self.page.evaluate(GO, [NOWHERE, True])
        self.page.wait_for_function(IS_NOWHERE, arg=True)

    def close(self) -> None:
        self.page.context.close()
        self.server.__exit__(None, None, None)


class Tabs:
    """tabs.visit(session, path): the page, drawn anew from what stands in the path."""

    def __init__(self, chromium: Any) -> None:
        self.chromium = chromium
        self.open: dict[Any, Tab] = {}
        self.used: set[Any] = set()

    def visit(self, session: Any, path: str = "/") -> Any:
        if session not in self.open:
            self._load(session)
        tab = self.open[session]
        if session in self.used:
            tab.leave()
        self.used.add(session)
        tab.page.bring_to_front()
        tab.page.evaluate(GO, [path.removeprefix("/") or ".", False])
        tab.page.wait_for_function(IS_NOWHERE, arg=False)
        return tab.page

    def address(self, session: Any) -> str:
        return self.open[session].address

    def end(self, *, failed: bool) -> list[str]:
        """After a journey: what its pages complained of. A tab in which something failed is not used again."""
        complaints = []
        for session in self.used:
            tab = self.open[session]
            if failed:
                self.close(session)
            else:
                tab.leave()
            complaints += tab.complaints
            tab.complaints.clear()
        self.used.clear()
        return complaints

    def close(self, session: Any) -> None:
        if session in self.open:
            self.open.pop(session).close()

    def _load(self, session: Any) -> None:
        server = served(session)
        address = server.__enter__()
        context = self.chromium.new_context(viewport=SIZE, accept_downloads=True)
        tab = self.open[session] = Tab(context.new_page(), server, address)
        tab.page.set_default_timeout(PATIENCE)
        complain_to(tab.page, tab.complaints)
        tab.page.goto(f"{address}/{NOWHERE}")
        tab.page.wait_for_function(IS_NOWHERE, arg=True)


def _is_complaint(message: Any) -> bool:
    if message.type == "error":
        return True
    # Reading pixels back, as screenshots do, makes the driver talk about its speed.
    return message.type == "warning" and "GPU stall" not in message.text
