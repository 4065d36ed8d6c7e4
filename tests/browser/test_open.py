"""Opening another pair in a real browser, and going back with one click."""

from __future__ import annotations

import re
import shutil
import threading
from dataclasses import replace

import pytest
from werkzeug.serving import make_server

from app import create_app
from callbacks.pairs import Dispatcher
from tests.tiny import IDLE, KINDS, prepare
from workspace.pair import key_of
from workspace.pairs import Pairs
from workspace.store import Store

pytestmark = pytest.mark.browser


@pytest.fixture
def served(tmp_path_factory, tmp_path):
    """(address, options of the open pair, options of one that was open before)."""
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "two")]
    made = [prepare(folder, KINDS[kind]) for folder, kind in zip(folders, ("full", "two classes"), strict=True)]
    shutil.copytree(made[1][0], made[0][0], dirs_exist_ok=True)
    options = [options for _, options in made]
    before = Pairs(Store(made[0][0]), folder=tmp_path, command=IDLE)
    before.open(options[1])
    before.close()
    pairs = Pairs(Store(made[0][0]), folder=tmp_path, command=IDLE)
    pairs.open(options[0])
    server = make_server("127.0.0.1", 0, Dispatcher(pairs, create_app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", options
    server.shutdown()
    thread.join()
    server.server_close()
    pairs.close()


def test_another_pair_is_opened_from_the_page_and_the_old_one_is_one_click_away(served, chromium_page, screenshot):
    address, (_, other) = served
    page, key = chromium_page, key_of(other)
    page.goto(address)
    page.locator(".tile", has_text="Accuracy").wait_for()
    page.locator(".chips-link").click()
    page.wait_for_url(f"{address}/open**")
    page.locator(".nav-link.active", has_text="Open").wait_for()
    for text in (other.model, other.dataset):
        page.locator(f'.open-choice[title="{text}"]').click()
        page.locator(f'.open-choice.chosen[title="{text}"]').wait_for()
    page.locator(".open-bar", has_text="results are there already").wait_for()
    screenshot(page, "chosen")
    page.get_by_role("button", name="Open", exact=True).click()
    page.wait_for_url(f"{address}/with/{key}/**")
    page.locator(".tile", has_text="Accuracy").wait_for()
    assert page.locator("table.facts tbody tr", has_text="class 2").count() == 0, "these data have two classes"

    page.get_by_role("link", name="Projection").click()
    page.wait_for_function("() => innerview.path() === '/projection' && innerview.ready")
    page.wait_for_url(re.compile(f"/with/{key}/projection"))
    assert page.locator(".nav-link.active").inner_text() == "Projection"

    page.get_by_role("link", name="Open", exact=True).click()
    page.locator(".open-pair.here").wait_for()
    assert page.locator(".open-pair").count() == 2
    screenshot(page, "pairs")
    page.locator(".open-pair:not(.here)").click()
    page.wait_for_url(re.compile(f"^{address}/([?]|$)"))
    page.locator("table.facts tbody tr", has_text="class 2").first.wait_for()


def test_options_count_even_if_the_button_is_pressed_at_once(served, chromium_page, screenshot):
    address, (first, _) = served
    page = chromium_page
    page.goto(f"{address}/open")
    page.locator(".open-more summary").click()
    limit, split = (page.locator(f".open-more input[name={name}]") for name in ("limit", "split"))
    limit.fill("many")
    limit.press("Tab")
    page.locator(".open-bar", has_text="'many' is not a number of samples; give 1 or more").wait_for()
    limit.fill("7")
    box = page.locator(".open-join .form-check", has_text="fashion_mnist").locator("input")
    box.check()
    page.locator(".open-bar", has_text="tiny.npz + fashion_mnist").wait_for()
    page.wait_for_function("() => /limit=7&join=\\w+$/.test(new URL(location.href).searchParams.get('opening'))")
    screenshot(page, "said")
    page.get_by_role("button", name="Usual options").click()
    page.locator(".open-bar", has_text="You are looking at it").wait_for()
    assert (limit.input_value(), split.input_value(), box.is_checked()) == ("", "all", False)

    limit.fill("5")
    limit.press("Tab")
    page.locator(".open-bar", has_text="limit 5").wait_for()
    split.fill("test")
    page.get_by_role("button", name="Open", exact=True).click()
    key = key_of(replace(first, limit=5, split="test"))
    page.wait_for_url(f"{address}/with/{key}/**")
