"""The image pool in a real browser: ten thousand cards, the keyboard, taking out, sizes, files, two visitors."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.rule import RULES
from tests.tiny import Kind, make, prepare
from workspace.session import Session
from workspace.store import Store
from workspace.worker import Worker

pytestmark = pytest.mark.browser

SAMPLES = 10_000
KEY = '{"picker":"gallery"}'
WALL = ".iv-gallery-wall"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Ten thousand samples with the scores that cards show; no maps."""
    folder, options = prepare(tmp_path_factory.mktemp("many"), Kind(samples=SAMPLES, got="network"))
    store = Store(folder)
    session = Session(store, options, command=("no", "worker", "here"))
    random = np.random.default_rng(0)
    logits = random.normal(0, 1, (SAMPLES, 3)).astype(np.float32)
    logits[np.arange(SAMPLES), np.arange(SAMPLES) % 3] += 2.5
    store.write(session.key("logits"), logits, column="logits")
    worker = Worker(store, options, lambda event, **facts: None)  # type: ignore[arg-type]
    worker.open()
    make(worker, ["loss", "loss_rank", "correct", "confidence", "margin", "entropy", "digests"])
    for rule in RULES:  # a file of the samples has all of them
        if rule.kind in ("score", "class") and session.knows(rule.name) and not session.is_ready(rule.name):
            zeros = np.zeros(SAMPLES, np.float32 if rule.kind == "score" else np.int32)
            store.write(session.key(rule.name), zeros, column=rule.name)
    return session


@pytest.fixture(scope="module")
def tab_closed(tabs: Any, many: Session) -> Iterator[None]:
    """No tab stays open on a session that no other module knows."""
    yield
    tabs.close(many)


@pytest.fixture
def look(visit: Callable[..., Any], many: Session, tab_closed: None) -> Callable[[str], Any]:
    """look(path) -> the page, with what its wall should show."""
    return lambda path: shown(visit(many, path))


def shown(page: Any) -> Any:
    """Wait until the wall shows what it should."""
    page.wait_for_function("(key) => window.innerview && innerview.maps[key] && innerview.ready", arg=KEY)
    return page


def wall(page: Any, what: str) -> Any:
    return page.evaluate("([key, what]) => innerview.maps[key][what]", [KEY, what])


def indices(page: Any, count: int) -> list[int]:
    """The first samples of the list."""
    script = "([key, n]) => Array.from({length: n}, (_, at) => innerview.maps[key].index(at))"
    return page.evaluate(script, [KEY, count])  # type: ignore[no-any-return]


def until_rows(page: Any, count: int) -> None:
    page.wait_for_function(
        "([key, n]) => innerview.maps[key].ready && innerview.maps[key].rows === n", arg=[KEY, count]
    )


def view(page: Any) -> dict[str, str]:
    return page.evaluate("() => Object.fromEntries(new URL(location.href).searchParams)")  # type: ignore[no-any-return]


def until_url(page: Any, pattern: str) -> None:
    page.wait_for_function("(pattern) => new RegExp(pattern).test(location.href)", arg=pattern)


def press(page: Any, *keys: str) -> None:
    page.focus(WALL)
    for key in keys:
        page.keyboard.press(key)


def menu(page: Any, field: str) -> Any:
    return page.locator(f"select[id*='{field}']")


def test_ten_thousand_cards_scroll_and_stay_few(look, screenshot):
    page = look("/images")
    assert wall(page, "rows") == SAMPLES
    page.get_by_text("10,000 of 10,000 samples · all there are, by index").wait_for()
    nodes = []
    box = page.locator(WALL).bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    for _ in range(25):
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(20)
        nodes.append(page.evaluate("() => document.querySelectorAll('*').length"))
    assert max(nodes) < 3000 and wall(page, "cards") < 250
    press(page, "End")
    shown(page)
    assert page.locator(".iv-card-active").get_attribute("data-at") == str(SAMPLES - 1)
    assert page.locator(".iv-card-active .iv-card-index").inner_text() == "9,999"
    # Pictures come by sheets, far fewer than there are samples.
    assert 0 < wall(page, "sheets") < 80
    screenshot(page, "end")


def test_the_keyboard_walks_looks_and_selects(look):
    page = look("/images?query=not+correct&sort=-loss")
    columns = wall(page, "columns")
    press(page, "ArrowRight", "ArrowDown", "ArrowLeft")
    assert wall(page, "active") == columns
    press(page, "PageDown", "PageUp", "Home", "ArrowRight")
    assert wall(page, "active") == 1
    first, second = indices(page, 2)
    press(page, "Enter")
    until_url(page, f"focus={second}")
    page.locator("#sample-panel").get_by_text(f"Sample {second:,}").wait_for()
    assert page.locator(".iv-card-focus").get_attribute("data-at") == "1"
    press(page, " ")
    until_url(page, "selection=")
    # The result stays, so that one can go on; what was marked is framed.
    until_url(page, "pool=query")
    page.locator(".iv-card-marked").wait_for()
    press(page, "ArrowLeft", " ")
    page.wait_for_function("() => document.querySelectorAll('.iv-card-marked').length === 2")
    page.locator("#selection-tray").get_by_text("2 of 10,000 selected").wait_for()
    press(page, " ")
    page.locator("#selection-tray").get_by_text("1 of 10,000 selected").wait_for()
    page.get_by_role("link", name="Open in image pool").click()
    until_rows(page, 1)
    assert "pool" not in view(page)
    assert indices(page, 1) == [second] != [first]


def test_take_out_sort_and_clear(look, many, screenshot):
    name = many.selections.save(np.arange(0, 600, 3))
    page = look(f"/images?selection={name}")
    assert indices(page, 3) == [597, 594, 591], "newest first"
    page.get_by_text("the selection, newest first").wait_for()
    card = page.locator(".iv-card").nth(1)
    card.hover()
    card.locator(".iv-card-remove").click()
    until_rows(page, 199)
    assert indices(page, 3) == [597, 591, 588]
    page.locator("#selection-tray").get_by_text("199 of 10,000 selected").wait_for()
    # Faster than the server answers: nobody comes back.
    press(page, "Home", "Delete", "Delete", "Backspace")
    page.locator("#selection-tray").get_by_text("196 of 10,000 selected").wait_for()
    until_rows(page, 196)
    assert indices(page, 1) == [585]
    menu(page, "sort").select_option("-loss")
    until_url(page, "sort=-loss")
    page.get_by_text("the selection, by loss, highest first").wait_for()
    shown(page)
    losses = many.column("loss")[indices(page, 196)]
    assert (np.diff(losses) <= 0).all() and losses[0] > losses[-1]
    screenshot(page, "sorted")
    menu(page, "pool").select_option("selection")
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_text("Nothing is selected: draw a lasso on a map").wait_for()
    assert "selection" not in view(page)


def test_the_query_filters_the_selection(look, many):
    name = many.selections.save(np.arange(100))
    page = look(f"/images?selection={name}&query=index+%3C+7")
    assert wall(page, "rows") == 7
    page.get_by_text("93 more selected, which the query leaves out").wait_for()


def test_sizes_follow_the_slider(look):
    page = look("/images?thumb=64")
    few = wall(page, "columns")
    assert page.locator(".iv-card-words").count() == 0, "too small for words"
    assert "label class" in page.locator(".iv-card").first.get_attribute("title")
    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    until_url(page, "thumb=112")
    shown(page)
    assert wall(page, "columns") < few
    assert page.locator(".iv-card-picture").first.bounding_box()["width"] == 112
    page.locator(".iv-card-words").first.wait_for()


def test_files_and_indices(look, many):
    name = many.selections.save(np.array([5, 3, 9]))
    page = look(f"/images?selection={name}")
    tray = page.locator("#selection-tray")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    def offered(text: str) -> Any:
        if not tray.locator("details[open]").count():
            tray.locator("summary").click()
        return tray.locator(".export-list").get_by_text(text, exact=True)

    with page.expect_download() as saving:
        offered("CSV").click()
    assert saving.value.suggested_filename == "innerview-tiny-npz-selection-3-samples.csv"
    with Path(saving.value.path()).open(newline="") as file:
        assert [row["index"] for row in csv.DictReader(file)] == ["9", "3", "5"]
    with page.expect_download() as saving:
        offered("Images (ZIP)").click()
    with zipfile.ZipFile(saving.value.path()) as archive:
        assert len(archive.namelist()) == 4
    offered("Copy indices").click()
    tray.get_by_text("Copied 3").wait_for()
    assert json.loads(page.evaluate("() => navigator.clipboard.readText()")) == [9, 3, 5]
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    page.get_by_text("Copied 3").wait_for(state="hidden")
    offered("Copy indices").click()
    assert page.get_by_label("Indices").input_value() == "[9, 3, 5]"
    page.get_by_role("button", name="Close", exact=True).click()
    page.keyboard.press("Escape")
    assert tray.locator("details[open]").count() == 0
    page.context.clear_permissions()


def test_a_second_visitor_and_a_reload(look, chromium, many):
    name = many.selections.save(np.arange(0, 90, 9))
    page = look(f"/images?selection={name}&thumb=64&sort=margin&focus=18")
    seen = view(page)
    order = indices(page, 10)
    context = chromium.new_context(viewport={"width": 900, "height": 700})
    other = context.new_page()
    other.goto(page.url)
    shown(other)
    assert indices(other, 10) == order
    press(other, "Delete")
    until_rows(other, 9)
    other.get_by_role("button", name="Clear", exact=True).click()
    until_rows(other, SAMPLES)
    assert wall(page, "rows") == 10 and view(page) == seen
    context.close()
    page.reload()
    shown(page)
    assert view(page) == seen and indices(page, 10) == order
    assert page.locator(".iv-card-focus .iv-card-frame").count() == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chart_is_saved_readable_on_white(visit, shared: Callable[[str], Any], theme):
    chart = visit(shared("full"))
    chart.wait_for_selector(".graph .js-plotly-plot .heatmap-label text")
    if theme == "dark":
        chart.click("#theme-button")
    for kind in ("png", "svg"):
        with chart.expect_download() as saving:
            chart.locator(".graph-files").first.get_by_role(
                "button", name=f"Save this chart as {kind.upper()}"
            ).click()
        assert saving.value.suggested_filename == f"innerview-confusion.{kind}"
        {"png": dark_on_white, "svg": readable_on_white}[kind](Path(saving.value.path()))


def readable_on_white(path: Path) -> None:
    text = path.read_text()
    assert "class 1" in text and "predicted" in text
    paints = set(re.findall(r"<text[^>]*?fill: (rgb\([^)]*\))", text))
    assert paints, "text has its color in the file itself"
    for paint in paints:
        assert max(int(number) for number in re.findall(r"\d+", paint)[:3]) < 160, f"{paint} on white"
    assert re.search(r"fill: rgb\(255, 255, 255\)", text), "a white sheet"


def dark_on_white(path: Path) -> None:
    from PIL import Image

    pixels = np.asarray(Image.open(path).convert("L"))
    assert pixels[2, 2] == 255 and (pixels < 120).sum() > 300 and pixels.shape[0] > 400


@pytest.mark.parametrize("path", ["/images?selection=*", "/images?query=not+correct"])
def test_nothing_sticks_out(look, many, path, screenshot):
    page = look(path.replace("*", many.selections.save(np.arange(500))))
    for theme in ("light", "dark"):
        for width in (800, 1400):
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            shown(page)
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width, (theme, width)
            over = (
                "() => { const page = document.getElementById('page'); return page.scrollWidth - page.clientWidth; }"
            )
            assert page.evaluate(over) <= 0, (theme, width)
            screenshot(page, f"{theme}-{width}")
        page.click("#theme-button")
