"""The table at 1,000,000 rows: in a browser against an empty ag-grid, on the server against pandas; one run.

The empty grid stands alone in a Dash page, so what our page needs more is its frame, its query and its rows. Times
in the browser go from the click (or key, or change of the view) to the frame in which the new rows stand.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import serving, synthetic
from callbacks import server
from workspace.session import Session

N, FULL = 1_000_000, 5_000_000
ROUNDS = 5
QUERY = 'loss > 2 and label == "4" and predicted in ["9", "7"]'
PANDAS = "loss > 2 and label == 4 and predicted in [9, 7]"
BROAD, BROAD_PANDAS = "confidence > 0.6", "confidence > 0.6"
# In a process of its own: what one app imports, all apps of a process serve.
EMPTY = """
import sys
from dash import Dash, html
from dash_ag_grid import AgGrid
app = Dash()
columns = [{"field": name} for name in "abcdefgh"]
app.layout = html.Div(AgGrid(columnDefs=columns, rowData=[], style={"height": "600px"}))
app.run(port=int(sys.argv[1]))
"""
FLAGS = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
EMPTY_DRAWN = "() => document.querySelector('.ag-header-cell') && document.querySelector('.ag-overlay-wrapper')"
ROWS_DRAWN = "() => window.innerview && innerview.maps.table && innerview.maps.table.ready"
# Seconds from an event (or now) to the first frame in which the table is ready and its first visible row another one.
TIMED = """(event) => {
    const top = () => {
        const rows = [...document.querySelectorAll(".ag-center-cols-container .ag-row")];
        const texts = rows.map((row) => [Number(row.getAttribute("row-index")), row.innerText]);
        return JSON.stringify(texts.sort((a, b) => a[0] - b[0]).slice(0, 3));
    };
    const before = top();
    window.timed = new Promise((done) => {
        let start = event ? 0 : performance.now();
        if (event) window.addEventListener(event, () => (start = performance.now()), { capture: true, once: true });
        const look = () => {
            if (start && innerview.maps.table.ready && top() !== before) done((performance.now() - start) / 1000);
            else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    });
}"""


def run(*, data: Path | None = None, full: bool = False) -> None:
    """Print the ratios; `full` has 5,000,000 rows."""
    n = FULL if full else N
    begin = time.perf_counter()
    with synthetic.session(n) as session:
        print(f"{n:,} samples made in {time.perf_counter() - begin:.0f} s")
        _on_the_server(session)
        path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if path is None:
            print("the rest skipped: needs Chromium")
            return
        port = serving.free_port()
        with served(session) as ours, serving.started([sys.executable, "-c", EMPTY, str(port)], port):
            _in_the_browser(path, ours, f"http://127.0.0.1:{port}/")


# -- the server's part -----------------------------------------------------------------------------


def _on_the_server(session: Session) -> None:
    import pandas as pd

    names = ("label", "predicted", "split", "loss", "confidence", "margin", "entropy")
    frame = pd.DataFrame({name: field.read() for name, field in session.fields().items() if name in names})
    # What pandas evaluates here are texts of this file, never a visitor's.
    cases: dict[str, tuple[Callable[[int], Any], Callable[[], Any]]] = {
        "few hits, sorted": (
            lambda turn: session.find(f"{QUERY} and index >= {-turn}", sort="-loss"),
            lambda: frame.query(PANDAS).sort_values("loss", ascending=False).head(100),
        ),
        "half of all, sorted": (
            lambda turn: session.find(f"{BROAD} and index >= {-turn}", sort="-loss"),
            lambda: frame.query(BROAD_PANDAS).sort_values("loss", ascending=False).head(100),
        ),
        "all, sorted by another column": (
            lambda turn: session.find(sort=("margin", "-margin", "entropy", "-entropy", "confidence")[turn % 5]),
            lambda: frame.sort_values("margin").head(100),
        ),
    }
    for what, (ours, theirs) in cases.items():
        mine = median(_seconds(lambda: ours(turn)) for turn in range(ROUNDS))  # noqa: B023 - called at once
        other = median(_seconds(theirs) for _ in range(ROUNDS))
        print(
            f"{what}: {1000 * mine:.0f} ms, pandas {1000 * other:.0f} ms: {mine / other:.2f}x (medians of {ROUNDS})"
        )


def _seconds(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


# -- the browser's part ----------------------------------------------------------------------------


def _in_the_browser(path: str, ours: str, empty: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened: dict[str, list[float]] = {ours: [], empty: []}
        for _ in range(ROUNDS):
            for url, drawn in ((empty, EMPTY_DRAWN), (ours, ROWS_DRAWN)):
                browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
                opened[url].append(_open(_page(browser), url, drawn))
                browser.close()
        difference = median(a - b for a, b in zip(opened[ours], opened[empty], strict=True))
        print(
            f"navigation to the first rows: {median(opened[ours]):.2f} s, to an empty ag-grid "
            f"{median(opened[empty]):.2f} s: {difference:+.2f} s (pairwise median of {ROUNDS})"
        )
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        page = _page(browser)
        _open(page, ours, ROWS_DRAWN)
        page.wait_for_timeout(1000)
        for what, seconds in _steps(page):
            print(f"{what}: {seconds:.2f} s")
        browser.close()


def _page(browser: Any) -> Any:
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.set_default_timeout(120_000)
    return page


def _open(page: Any, url: str, drawn: str) -> float:
    page.goto(url, wait_until="commit")
    page.wait_for_function(drawn)
    return float(page.evaluate("performance.now()")) / 1000


def _steps(page: Any) -> Iterator[tuple[str, float]]:
    def timed(event: str | None, act: Callable[[], Any]) -> float:
        page.evaluate(TIMED, event)
        act()
        seconds = float(page.evaluate("window.timed"))
        page.wait_for_timeout(300)
        return seconds

    def view(**fields: str) -> Callable[[], Any]:
        change = "(fields) => dash_clientside.set_props('state', {data: fields})"
        return lambda: page.evaluate(change, fields)

    def jump(row: int) -> Callable[[], Any]:
        page.get_by_label("Go to row").fill(str(row))
        return lambda: page.get_by_label("Go to row").press("Enter")

    head = page.locator('.ag-header-cell[col-id="margin"] .ag-header-cell-text')
    yield "click on a head to rows, first sort by that column", timed("pointerdown", head.click)
    yield "click on a head to rows, the other way round", timed("pointerdown", head.click)
    yield "jump to row 500,000", timed("keydown", jump(500_000))
    yield "jump to row 123,456", timed("keydown", jump(123_456))
    yield "a narrow query to rows", timed(None, view(query=QUERY))
    yield "a broad query to rows", timed(None, view(query=BROAD))
    yield "back to all rows by loss", timed(None, view())


@contextmanager
def served(session: Session) -> Iterator[str]:
    """The address of the table page, served as the program does it."""
    from app import create_app

    listener = server.claim("127.0.0.1", 0)
    stop, ready = threading.Event(), threading.Event()
    options: Any = {"on_ready": ready.set, "stop": stop}
    thread = threading.Thread(target=server.serve, args=(create_app(session), listener), kwargs=options, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/table"
    finally:
        stop.set()
        thread.join(15)


if __name__ == "__main__":
    run()
