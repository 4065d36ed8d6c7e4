"""The sample map in a real browser: what a person sees and does, and what Dash hears of it."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest

from tests.browser.harness import Harness, inside

pytestmark = pytest.mark.browser

TURNS, TURN = 12, 200  # of a mouse wheel, and pixels a turn
PER_PIXEL = 0.0016  # what a pixel of the wheel adds to the logarithm of the zoom
INK = """(() => {
    const canvas = document.querySelector(".iv-map-overlay");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value) => sum + (value > 0), 0);
})()"""


def opened(page, app):
    page.goto(app.url)
    settled(page)
    return page


def settled(page):
    page.wait_for_function(
        "window.innerview && innerview.ready && Object.values(innerview.maps).every((m) => m.ready)"
    )


def ask(page, what, name="left"):
    return page.evaluate(f"innerview.maps.{name}.{what}")


def until(page, condition, name="left"):
    page.wait_for_function(f"innerview.maps.{name} && innerview.maps.{name}.{condition}")


def heard(page, app, name, accept):
    """Wait until Dash's server has got a prop that is accepted, and return it."""
    for _ in range(800):
        found = app.heard.get(name)
        if accept(found):
            return found
        page.wait_for_timeout(50)
    raise AssertionError(f"{name} is still {app.heard.get(name)!r}")


def tool(page, label):
    page.get_by_role("button", name=label, exact=True).first.click()


def drag(page, corners):
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=5)
    page.mouse.up()


def right_half(page):
    box = page.locator(".iv-map-stage").first.bounding_box()
    left, right = box["x"] + box["width"] / 2, box["x"] + box["width"] - 4
    top, bottom = box["y"] + 4, box["y"] + box["height"] - 4
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def pixels(page, center=None, side=None):
    """(h, w, 3) of the screen, or of a square around a point of it."""
    from PIL import Image

    clip = None
    if center:
        x, y = (round(value) - side // 2 for value in center)
        clip = {"x": x, "y": y, "width": side, "height": side}
    picture = page.screenshot(clip=clip)
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


def has_color(found, color, within=24):
    wanted = [int(color[k : k + 2], 16) for k in (1, 3, 5)]
    return bool((np.abs(found - wanted).max(axis=-1) <= within).any())


@pytest.mark.parametrize("n", [1, 1000, 70_000])
def test_draws_every_sample(chromium_page, screenshot, n):
    with Harness(n, total=70_000, images=None) as app:
        page = opened(chromium_page, app)
        screenshot(page, f"{n}-points")
        assert ask(page, "points") == ask(page, "visible") == n
        assert ask(page, "url") == "/column/tsne.bin"
        assert f"{n:,} of 70,000 samples shown" in page.locator(".iv-map-counts").inner_text()
        assert has_color(pixels(page, ask(page, "project(0)"), 8), app.colors["label"]["colors"][app.label[0]])


def test_hover_shows_a_card_and_click_is_heard(chromium_page, screenshot):
    with Harness() as app:
        page = opened(chromium_page, app)
        page.mouse.move(*ask(page, "project(7)"))
        until(page, "hovered === 7")
        card = page.locator(".iv-map-card")
        assert re.sub(r"\s+", " ", card.inner_text()) == (
            f"index 7 label class {app.label[7]} loss {app.columns['loss'][7]:.3f}"
        )
        assert (
            card.locator("img").evaluate("async (image) => { await image.decode(); return image.naturalWidth }") == 28
        )
        screenshot(page, "hover")
        page.mouse.down()
        page.mouse.up()
        assert heard(page, app, "clicked", bool)["index"] == 7
        assert ask(page, "focus") == 7
        page.mouse.move(5, 5)
        until(page, "hovered === -1")
        assert card.count() == 0


def test_lasso_arrives_in_data_units_and_both_sides_agree(chromium_page, screenshot):
    with Harness(70_000) as app:
        page = opened(chromium_page, app)
        app.matching = np.arange(app.n) % 4 == 1
        page.locator("#query").click()
        until(page, "visible < 70000")
        tool(page, "Select with a lasso")
        drag(page, right_half(page))
        lasso = heard(page, app, "lasso", bool)
        mask = inside(app.columns["tsne"], lasso["polygon"]) & app.matching
        assert lasso["mode"] == "replace"
        assert 2_000 < mask.sum() < 15_000
        page.get_by_text(f"{mask.sum()} chosen").wait_for()
        until(page, f"selected === {mask.sum()}")
        settled(page)
        assert f"{mask.sum():,} selected" in page.locator(".iv-map-counts").inner_text()
        assert page.evaluate(INK) == 0, "the lasso is wiped off"
        screenshot(page, "lasso")


def test_shift_adds_alt_removes_escape_clears(chromium_page):
    with Harness() as app:
        page = opened(chromium_page, app)
        page.locator(".iv-map-stage").focus()
        page.keyboard.press("b")
        heard(page, app, "tool", lambda name: name == "box")
        corners = right_half(page)
        drag(page, [corners[0], corners[2]])
        lasso = heard(page, app, "lasso", bool)
        assert len(lasso["polygon"]) == 4
        right = inside(app.columns["tsne"], lasso["polygon"]).sum()
        until(page, f"selected === {right}")
        (left, top), (_, bottom) = corners[0], corners[2]
        for key, mode, expected in (("Shift", "add", 1000), ("Alt", "remove", right)):
            page.keyboard.down(key)
            drag(page, [(left, top), (left - 600, bottom)])
            page.keyboard.up(key)
            heard(page, app, "lasso", lambda found, mode=mode: found["mode"] == mode)
            assert ask(page, "selected") == expected
        page.keyboard.press("Escape")
        heard(page, app, "lasso", lambda found: found["polygon"] == [])
        until(page, "selected === 0")
        page.keyboard.press("Escape")
        heard(page, app, "tool", lambda name: name == "pan")


def test_the_legend_lists_categories_as_long_as_they_are_few(chromium_page, screenshot):
    with Harness() as app:
        page = opened(chromium_page, app)
        counts = np.bincount(app.label)
        assert page.locator(".iv-map-chip").all_inner_texts()[3].split("\n") == ["class 3", str(counts[3])]
        assert page.locator(".iv-map-chip").count() == 10
    with Harness(2000, categories=100) as app:
        page = opened(chromium_page, app)
        settled(page)
        assert page.locator(".iv-map-chip").count() == 0
        screenshot(page, "100-categories")


def test_numbers_color_and_size_the_dots(chromium_page, screenshot):
    with Harness(3000, images=None) as app:
        app.columns["loss"][:12] = np.nan
        page = opened(chromium_page, app)
        page.locator("#loss").click()
        page.get_by_text("log scale").wait_for()
        page.locator("#sizes").click()
        page.locator(".iv-map-sizes").wait_for()
        settled(page)
        assert page.locator(".iv-map-ends").inner_text().split("\n") == ["≤ 0.001", "0.0316", "≥ 1"]
        assert "12 without a value" in page.locator(".iv-map-counts").inner_text()
        screenshot(page, "numbers")
        worst = int(np.nanargmax(app.columns["loss"]))
        assert has_color(pixels(page, ask(page, f"project({worst})"), 6), app.colors["loss"]["scale"]["light"][-1])
        page.locator("#label").click()
        page.locator(".iv-map-chip").first.wait_for()


def test_selection_by_url_is_drawn_on_top(chromium_page, screenshot):
    with Harness(5000, images=None) as app:
        page = opened(chromium_page, app)
        before = pixels(page)
        page.locator("#select").click()
        until(page, "selected === 500")
        settled(page)
        assert "500 selected" in page.locator(".iv-map-counts").inner_text()
        screenshot(page, "selection")
        color = app.colors["label"]["colors"][app.label[40]]
        assert has_color(pixels(page, ask(page, "project(40)"), 4), color)
        pale = (pixels(page).sum(axis=-1) > 600).mean() - (before.sum(axis=-1) > 600).mean()
        assert pale > 0.01, "the others have faded"


def test_zoom_tells_the_view_and_turns_dots_into_pictures(chromium_page, screenshot):
    with Harness(5000) as app:
        page = opened(chromium_page, app)
        place = np.array(ask(page, "project(9)"))
        mouse = np.round(place)
        page.mouse.move(*mouse)
        for _ in range(TURNS):
            page.mouse.wheel(0, -TURN)
        # Wheel events come one frame after the other: the view that counts is the one after the last of them.
        zoom = np.exp(TURNS * TURN * PER_PIXEL)
        view = heard(page, app, "view", lambda found: bool(found) and np.isclose(found["zoom"], zoom, rtol=1e-3))
        until(page, "pictures > 5")
        settled(page)
        screenshot(page, "pictures")
        expected = mouse + (place - mouse) * view["zoom"]
        assert np.allclose(ask(page, "project(9)"), expected, atol=1), "what is under the mouse stays there"
        drag(page, [mouse, np.add(mouse, (80, 30))])
        assert np.allclose(ask(page, "project(9)"), np.add(expected, (80, 30)), atol=1)
        page.mouse.dblclick(*mouse)
        heard(page, app, "view", lambda found: found is None)
        until(page, "pictures === 0")
        tool(page, "Images instead of dots")
        until(page, "pictures > 50")
        screenshot(page, "all-pictures")


def test_keys_zoom_move_and_reset(chromium_page):
    with Harness(images=None) as app:
        page = opened(chromium_page, app)
        page.locator(".iv-map-stage").focus()
        for key in ("+", "+", "-", "ArrowRight", "ArrowUp"):
            page.keyboard.press(key)
        view = heard(page, app, "view", bool)
        assert view["zoom"] == pytest.approx(1.4)
        middle = np.nanmean([app.columns["tsne"].min(axis=0), app.columns["tsne"].max(axis=0)], axis=0)
        assert view["x"] > middle[0] and view["y"] > middle[1]
        page.keyboard.press("0")
        heard(page, app, "view", lambda found: found is None)


def test_two_fingers_zoom(chromium_page):
    with Harness(images=None) as app:
        page = opened(chromium_page, app)
        box = page.locator(".iv-map-stage").bounding_box()
        x, y = round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2)
        screen = page.context.new_cdp_session(page)
        screen.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
        for kind, apart in (("touchStart", 50), ("touchMove", 70), ("touchMove", 100), ("touchEnd", None)):
            fingers = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}] if apart else []
            screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
        view = heard(page, app, "view", bool)
        assert view["zoom"] == pytest.approx(2, rel=0.02)


def test_a_change_of_projection_glides_and_keeps_the_selection(chromium_page):
    with Harness() as app:
        page = opened(chromium_page, app)
        page.locator("#select").click()
        until(page, "selected === 100")
        start, drawn = ask(page, "project(3)"), ask(page, "drawn")
        page.locator("#pca").click()
        until(page, "url === '/column/pca.bin'")
        settled(page)
        assert ask(page, "drawn") - drawn > 4
        assert np.hypot(*np.subtract(ask(page, "project(3)"), start)) > 2
        assert ask(page, "selected") == 100


def test_less_motion_jumps(chromium_page):
    with Harness() as app:
        chromium_page.emulate_media(reduced_motion="reduce")
        page = opened(chromium_page, app)
        drawn = ask(page, "drawn")
        page.locator("#pca").click()
        until(page, "url === '/column/pca.bin'")
        settled(page)
        assert ask(page, "drawn") - drawn <= 2


def test_hover_in_one_map_lights_up_the_other(chromium_page, screenshot):
    with Harness(2000, maps=2) as app:
        page = opened(chromium_page, app)
        page.mouse.move(*ask(page, "project(11)"))
        until(page, "linked === 11", "right")
        screenshot(page, "linked")
        assert ask(page, "linked") == -1, "a map does not answer itself"
        page.mouse.move(5, 5)
        until(page, "linked === -1", "right")
        assert app.requests.count("label") == 1, "two maps share a column"


def test_theme_changes_with_the_page(chromium_page, screenshot):
    with Harness(images=None) as app:
        page = opened(chromium_page, app)
        box = page.locator(".iv-map-stage").bounding_box()
        corner = (box["x"] + 12, box["y"] + 12)
        assert has_color(pixels(page, corner, 4), "#ffffff", 2)
        page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'dark')")
        settled(page)
        screenshot(page, "dark")
        assert has_color(pixels(page, corner, 4), "#1c1f26", 2)


def test_samples_without_a_place_are_counted_not_drawn(chromium_page):
    with Harness() as app:
        app.columns["tsne"][:25] = np.nan
        page = opened(chromium_page, app)
        assert ask(page, "visible") == 975
        assert "25 without a place" in page.locator(".iv-map-counts").inner_text()


def test_what_cannot_be_read_is_said_and_can_be_tried_again(chromium, screenshot):
    page = chromium.new_page()  # the console is allowed to report the 404
    with Harness() as app:
        label = app.columns.pop("label")
        page.goto(app.url)
        page.get_by_text("The colors could not be read: the server answered 404.").wait_for()
        screenshot(page, "unreadable")
        assert ask(page, "visible") == 1000
        app.columns["label"] = label
        page.get_by_role("button", name="try again").click()
        page.get_by_text("could not be read").wait_for(state="detached")
        until(page, "drawn > 1")
    page.close()


def test_png_and_resize_and_lost_context(chromium_page):
    with Harness() as app:
        page = opened(chromium_page, app)
        with page.expect_download() as download:
            tool(page, "Save as PNG")
        assert download.value.suggested_filename == "projection-dense-tsne.png"
        page.set_viewport_size({"width": 800, "height": 900})
        page.wait_for_function("document.querySelector('.iv-map-points').width < 800")
        assert page.evaluate("document.documentElement.scrollWidth") <= 800
        drawn = ask(page, "drawn")
        page.evaluate("""new Promise((done) => {
            const canvas = document.querySelector('.iv-map-points');
            const card = canvas.getContext('webgl2').getExtension('WEBGL_lose_context');
            canvas.addEventListener('webglcontextlost', () => setTimeout(() => card.restoreContext(), 50));
            canvas.addEventListener('webglcontextrestored', done);
            card.loseContext();
        })""")
        until(page, f"drawn > {drawn}")
        settled(page)
        assert has_color(pixels(page, ask(page, "project(0)"), 8), app.colors["label"]["colors"][app.label[0]])


def test_unmounting_frees_the_context(chromium_page):
    with Harness() as app:
        page = opened(chromium_page, app)
        page.evaluate("window.kept = document.querySelector('.iv-map-points').getContext('webgl2')")
        for _ in range(17):  # a browser has 16 contexts
            page.locator("#unmount").click()
            page.wait_for_function("!innerview.maps.left")
            page.locator("#unmount").click()
            page.wait_for_function("innerview.maps.left && innerview.maps.left.ready")
        assert page.evaluate("window.kept.isContextLost()")
        assert page.evaluate("!document.querySelector('.iv-map-points').getContext('webgl2').isContextLost()")


def test_without_webgl2_the_map_says_so(launch, screenshot):
    page = launch("--disable-3d-apis").new_page()
    with Harness() as app:
        page.goto(app.url)
        page.get_by_text("This browser has no WebGL2").wait_for()
        assert heard(page, app, "unsupported", bool) is True
        screenshot(page, "unsupported")
