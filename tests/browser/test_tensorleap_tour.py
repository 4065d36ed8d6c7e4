"""The tour of features A3: from a map with large dots to a heat map, look-alikes, sub-types, metrics and curves.

Every step names the line of the list that it walks.
"""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from layouts import heat_maps, similar, similar_sheet
from layouts.kit.state import State
from tests.browser.serving import served
from tests.layouts.test_heat_maps import FACTS
from tests.tiny import answer
from workspace.session import Session

pytestmark = pytest.mark.browser

SIDES = {side: json.dumps({"kind": "map", "side": side}, separators=(",", ":")) for side in ("left", "right")}
LIKE = json.dumps({"kind": "map", "side": "likeness"}, separators=(",", ":"))
HISTORY = {"loss": [1.0, 0.5, 0.3], "val_loss": [1.1, 0.6, 0.7], "accuracy": [0.5, 0.8, 0.9]}
MANY = 24
SIX = 6  # pixels of a side of the tiny pictures


def toured(first, folder):
    """A session with a history, with two sub-types of class 0, and what the network itself says written by hand."""
    path = folder / "tiny.history.json"
    path.write_text(json.dumps(HISTORY))
    options = replace(first.options, history=(str(path),))
    session = Session(first.store, options, command=("no", "worker", "here"))
    labels, rows = np.asarray(session.column("labels")), np.arange(session.dataset.n)
    letters = np.where(labels == 0, 1 + rows % 2, 0)
    parts = np.stack([letters, np.where(letters > 0, 0.9, np.nan), rows % 7], axis=1).astype(np.float32)
    session.store.write(session.key("subtype_parts"), parts, column="subtype_parts")
    codes = np.unique(np.stack([labels, letters], axis=1), axis=0, return_inverse=True)[1].ravel()
    session.store.write(session.key("subtype"), codes.astype(np.int64), column="subtype")
    for column in (session.training.history(), "centers/dense", "center_distances/dense"):
        answer(session, column)
    return session


def explain(session, index):
    """Write heat maps of a sample by the usual method."""
    (column,) = heat_maps.wanted(session, State(sample=str(index)))
    label, predicted = (int(session.column(name)[index]) for name in ("labels", "predicted"))
    facts = {**FACTS, "label": label, "predicted": predicted}
    maps = np.linspace(-2, 1, 4 * SIX * SIX, dtype=np.float32).reshape(4, SIX, SIX)
    session.store.write(session.key(column), maps, column=column, facts=facts)


def share(session, index):
    """Write heat maps of what a sample shares with those most like it."""
    asked = State(asked=str(index), nearest=str(MANY), answer="heat")
    (column,) = (name for name in similar.columns(session, asked) if name.startswith(similar_sheet.REQUEST))
    maps = np.linspace(0, 1, (1 + MANY) * SIX * SIX, dtype=np.float32).reshape(1 + MANY, SIX, SIX)
    session.store.write(session.key(column), maps, column=column, facts={"layer": "add_0"})


def state(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def until(page, field, value):
    page.wait_for_function(
        "([field, value]) => new URL(location.href).searchParams.get(field) === value", arg=[field, value]
    )


def dot(page, key, row):
    """Where a sample's dot is on a map, scrolled into sight."""
    page.wait_for_function("(key) => innerview.maps[key] && innerview.maps[key].ready", arg=key)
    return page.evaluate("([key, row]) => innerview.maps[key].project(row)", [key, row])


def loaded(picture):
    """Whether a picture that is laid over another has come, with something in it."""
    return picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") == SIX


def test_from_a_large_dot_to_what_the_network_looks_at(chromium_page, opened, tmp_path, screenshot):
    page, session = chromium_page, toured(opened(), tmp_path)
    page.set_viewport_size({"width": 1400, "height": 900})
    wrong = int(session.find('not correct and split == "test"', sort="-loss").indices[0])
    label, predicted = (session.class_names[int(session.column(name)[wrong])] for name in ("labels", "predicted"))
    explain(session, wrong)
    share(session, wrong)
    with served(session) as url:
        # 1, 2, 3, 4: both splits on a map each, colored by class, dots as large as the loss
        page.goto(f"{url}/projection?apart=splits&color=labels&layer=dense")
        page.get_by_label("Size by").select_option("loss")
        until(page, "size", "loss")
        x, y = dot(page, SIDES["right"], wrong)
        counts = [page.evaluate("(key) => innerview.maps[key].visible", key) for key in SIDES.values()]
        assert counts == [n for _, n in session.splits]
        # 5: the image at the dot
        page.mouse.move(x - 2, y)
        page.mouse.move(x, y)
        card = page.locator(".iv-map-card:visible", has=page.get_by_text(str(wrong), exact=True)).first
        card.locator("img, canvas").first.wait_for()
        screenshot(page, "map")
        # 6, 7, 12: a click leads to the sample, and on to its page
        page.mouse.click(x, y)
        until(page, "focus", str(wrong))
        page.locator("#sample-panel").get_by_text("Open the sample page").click()
        page.locator("h1", has_text=f"Sample {wrong}").wait_for()
        page.locator(".sample-scores", has_text="Brightness").wait_for()
        # 8: nearer to which center
        lead = page.locator(".sample-lead")
        lead.wait_for()
        assert "nearer to the center of" in lead.inner_text() and predicted in lead.inner_text()
        # 9: every output, the label and the wrong answer in colors of their own
        page.locator(".sample-key", has_text="predicted instead").wait_for()
        colors = [
            page.locator(f"#page .bar.{kind} .bar-track span").first.evaluate(
                "(bar) => getComputedStyle(bar).backgroundColor"
            )
            for kind in ("marked", "missed")
        ]
        assert len(set(colors)) == 2
        # 10: a heat map for each class
        board = page.locator(".heat-board")
        board.scroll_into_view_if_needed()
        assert board.locator(".heat-tile").count() == len(session.class_names) + 1
        assert loaded(board.locator(".heat-large img").last)
        other = session.class_names.index(label)
        board.locator(".heat-tile").nth(other).click()
        until(page, "heat_class", str(other))
        # 11: and one for the loss
        board.locator(".heat-tile.of-loss").click()
        until(page, "heat_class", "loss")
        page.locator(".heat-name", has_text="loss").first.wait_for()
        screenshot(page, "heat")
        # 13: what is like it, as a map colored by likeness
        page.get_by_role("button", name="Find similar").click()
        page.locator(".similar-map, .map-sheet").first.wait_for()
        assert state(page)["asked"] == str(wrong)
        dot(page, LIKE, wrong)
        # 14: and as a contact sheet, a heat map on each
        page.get_by_label("How many").select_option(str(MANY))
        page.get_by_label("Show as").select_option("heat")
        over = page.locator(".sheet-picture img[src*=heatmap]")
        over.nth(MANY).wait_for()
        assert over.count() == 1 + MANY and loaded(over.first)
        screenshot(page, "similar")
        # 15: taken along as candidates
        page.get_by_role("button", name=f"Select these {MANY}").click()
        page.locator("#selection-tray", has_text=f"{MANY} of 60 selected").wait_for()
        page.goto("about:blank")
    session.close()


def test_from_sub_types_to_metrics_and_curves(chromium_page, opened, tmp_path, screenshot):
    page, session = chromium_page, toured(opened(), tmp_path)
    page.set_viewport_size({"width": 1400, "height": 900})
    members = np.flatnonzero(np.asarray(session.column("subtype")) == 0)
    name = session.subtypes.names()[0]
    with served(session) as url:
        # 16: a class falls into parts; one is selected, and they are classes of their own
        page.goto(f"{url}/subtypes")
        card = page.locator(".subtype", has_text=name)
        card.get_by_role("button", name="Select").click()
        page.locator("#selection-tray", has_text=f"{len(members)} of 60 selected").wait_for()
        assert session.selections.read(state(page)["selection"]).tolist() == members.tolist()
        # 21: as a grouping made from the label
        page.get_by_role("link", name="Map by sub-type").click()
        page.locator("[data-grouping=subtype]").get_by_text(name, exact=True).wait_for()
        # 17: each class on average
        page.get_by_role("link", name="Metrics").click()
        page.locator(".class-pairs img").first.wait_for()
        assert page.locator(".class-name").count() == len(session.class_names)
        # 18, 19: the loss by the distance from it, all together and for each class
        page.locator(".chart").first.locator("select").nth(1).select_option("mean_distance")
        page.locator(".chart .js-plotly-plot .point").first.wait_for()
        page.locator(".chart").first.locator("select").nth(2).select_option("label")
        page.locator(".chart").first.get_by_text("3 of 3 groups").wait_for()
        screenshot(page, "metrics")
        # 20: loss and accuracy of the training
        page.get_by_role("link", name="Training curves").click()
        page.get_by_text("validation loss was lowest, 0.6, at epoch 2 of 3").wait_for()
        page.locator(".js-plotly-plot .scatterlayer .trace").nth(2).wait_for()
        screenshot(page, "curves")
        page.goto("about:blank")
    session.close()
