"""Wires lead somewhere, from something; two apps in one process do not mix; answers are what pages need."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from app import create_app
from layouts import (
    checkpoints,
    depth,
    maps,
    open_options,
    pages,
    placed,
    query,
    sample,
    saved,
    similar,
    subtypes,
    tagging,
    tags,
)
from layouts.kit import ids
from layouts.kit import parts as kit
from layouts.kit.depth_maps import DepthMaps
from layouts.kit.state import State
from layouts.page import PAGES, ordered
from layouts.part import PARTS, stage
from layouts.shell import shell
from tests.callbacks.calling import WILDCARDS, client, dependencies, parts, post
from tests.layouts.looking import components
from workspace.more_options import TYPED, Fields
from workspace.saved import Saved
from workspace.session import ColumnNotReady, Tag

PART_CHILDREN = '{"part":["ALL"]}.children'


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture
def app(full):
    return create_app(full)


class EarlierMap:
    """As much of a session as the button below a map asks, when new samples were placed on an earlier one."""

    def column(self, name):
        raise ColumnNotReady(name)

    def is_wanted(self, column):
        return False


def everything(session):
    """Every component of the frame, of every page, and of what stands beside them."""
    asked = State(query="index < 5")
    beside = [sample.panel(session, 0), query.select(session, asked)]
    name = session.uploads.save(np.zeros(session.dataset.image_shape, np.uint8))
    beside += [similar.body(session, State(focus="0")), similar.body(session, State(upload=name))]
    beside += [tagging.chips([("a", "#112233", "", "")], at="panel", of="this sample")]
    beside += [placed.again(EarlierMap(), "placed/dense/tsne", "projection/dense/tsne", maps.RIGHT)]
    beside += [tags.row(session, Tag("a", "#112233", 1, 0, "Ann", 0.0))]
    beside += [*checkpoints.offer(2), kit.failed("it failed", again="loss")]
    beside += [DepthMaps(ids.picker(depth.NAME), url="", maps=[], rows=[], codes=[], colors=[])]
    subtype = SimpleNamespace(code=1, name="1a", n=3, query="index < 3")
    beside += [subtypes._buttons(session, State(), subtype)]
    beside += [open_options.details(Fields(dict.fromkeys(TYPED, ""), (), False, (), 0), {}, is_open=False)]
    beside += saved.chips(saved.BOARDS, [Saved("a board", "ink~loss")])
    trees = [shell(session), *beside, *(page.layout(session, State()) for page in ordered())]
    return [component for tree in trees for component in components(tree)]


@pytest.fixture(scope="module")
def known(tiny_session):
    """Of a full session; made once, and only looked at."""
    pages()
    return everything(tiny_session("full"))


# -- ids -------------------------------------------------------------------------------------------


def test_every_named_id_is_in_the_frame(app, full):
    frame = {
        component.id: component
        for component in components(shell(full))
        if isinstance(getattr(component, "id", None), str)
    }
    named = [(entry["output"], part, prop) for entry in dependencies(app) for part, prop in parts(entry)]
    assert len(named) > 40
    missing = [(output, part) for output, part, _ in named if isinstance(part, str) and part not in frame]
    assert missing == []


def test_every_named_property_exists(app, known):
    """The browser refuses the whole page for one that does not."""
    for entry in dependencies(app):
        for part, prop in parts(entry):
            for component in known:
                if matches(getattr(component, "id", None), part):
                    wild = component.available_wildcard_properties
                    assert prop in component.available_properties or any(prop.startswith(start) for start in wild), (
                        f"{part}.{prop}"
                    )


def test_every_pattern_meets_something_on_a_page(app, known):
    patterns = [part for entry in dependencies(app) for part, _ in parts(entry) if isinstance(part, dict)]
    assert patterns
    for pattern in patterns:
        assert any(matches(getattr(component, "id", None), pattern) for component in known), pattern


def matches(given, wanted):
    if not isinstance(wanted, dict):
        return given == wanted
    return (
        isinstance(given, dict)
        and given.keys() == wanted.keys()
        and all(wanted[key] in WILDCARDS or wanted[key] == given[key] for key in wanted)
    )


def test_every_control_is_a_field_of_the_view(known):
    fields = {component.id["control"] for component in known if "control" in (getattr(component, "id", None) or ())}
    assert fields
    assert fields <= set(State.__dataclass_fields__)


# -- apps ------------------------------------------------------------------------------------------


def test_one_session_serves_two_apps(full):
    one, two = create_app(full), create_app(full)
    assert dependencies(one) == dependencies(two)
    assert len({entry["output"] for entry in dependencies(one)}) == len(dependencies(one))


def test_two_apps_do_not_mix(tiny_session):
    sessions = {kind: tiny_session(kind) for kind in ("full", "two classes")}
    apps = {kind: create_app(session) for kind, session in sessions.items()}
    for kind, other in (("full", "two classes"), ("two classes", "full")):
        fingerprint = sessions[kind].dataset.fingerprint
        assert client(apps[kind]).get(f"/sample/{fingerprint}/0.png").status_code == 200
        assert client(apps[other]).get(f"/sample/{fingerprint}/0.png").status_code == 404
        chips = json.dumps(post(apps[kind], "chips.children", {"version.data": 1}, "version.data"))
        assert fingerprint[:8] in chips
        assert sessions[other].dataset.fingerprint[:8] not in chips


# -- answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/projection"])
def test_a_path_gives_its_page(app, path):
    page = post(app, "page.children", {"route.data": {"path": path, "state": {}, "stamp": 1}}, "route.data")
    assert PAGES[path].title in json.dumps(page)


@pytest.mark.parametrize("state", [None, {}, {"focus": "x" * 9999, "color": ["a"], "layer": "no/such"}])
def test_junk_in_a_link_gives_the_page(app, state):
    for path in PAGES.names():
        post(app, "page.children", {"route.data": {"path": path, "state": state, "stamp": 1}}, "route.data")


@pytest.mark.parametrize("path", ["/nothing", "//", "/projection/", "javascript:alert(1)"])
def test_an_unknown_path_names_the_known_ones(app, path):
    page = json.dumps(post(app, "page.children", {"route.data": {"path": path, "state": {}}}, "route.data"))
    assert "No such page" in page and "Projection" in page


def test_a_clock_tick_without_work_hides_the_progress_line(app):
    answer = post(app, "version.data", {"poll.n_intervals": 1, "version.data": -1}, "poll.n_intervals")
    assert answer[ids.PROGRESS]["hidden"] is True
    assert answer[ids.VERSION]["data"] >= 0


def fill(app, session, old, state):
    names = [{"part": name} for name in PARTS.names()]
    values = {
        "version.data": 1,
        "state.data": state,
        PART_CHILDREN: [(name, None) for name in names],
        '{"part":["ALL"]}.data-stage': [(name, old(name["part"])) for name in names],
        '{"part":["ALL"]}.id': [(name, name) for name in names],
    }
    return post(app, PART_CHILDREN, values, "version.data")


def test_parts_that_changed_are_drawn_anew_and_no_others(app, full):
    before = {name: stage(name, full, State()) for name in PARTS.names()}
    same = fill(app, full, before.__getitem__, {})
    assert not any("children" in part for part in same.values())
    changed = fill(app, full, before.__getitem__, {"split": "train"})
    drawn = {json.loads(name)["part"] for name, part in changed.items() if "children" in part}
    assert {"tiles", "classes", "confusion"} <= drawn
    assert not drawn & {"network", "dataset", "splits", "samples"}


def test_parts_come_when_their_columns_come(tiny_session):
    waiting, full = tiny_session("no column"), tiny_session("full")
    before = {name: stage(name, waiting, State()) for name in PARTS.names()}
    changed = fill(create_app(full), full, before.__getitem__, {})
    drawn = {json.loads(name)["part"] for name, part in changed.items() if "children" in part}
    drawn = {name for name in drawn if not name.startswith("compare-")}  # these follow what is open beside, too
    assert drawn == {entry.name for entry in PARTS if entry.columns}


def test_a_sample_is_looked_at(app):
    values = {"state.data": {"focus": "3"}, "version.data": 1, "sample-panel-body.data-stage": None}
    answer = post(app, "sample-panel-body.children", values, "state.data")
    assert answer[ids.PANEL]["hidden"] is False
    assert "Sample 3" in json.dumps(answer)


@pytest.mark.parametrize("focus", ["", "none", "-1"])
def test_no_sample_no_panel(app, focus):
    values = {"state.data": {"focus": focus}, "version.data": 1, "sample-panel-body.data-stage": None}
    assert post(app, "sample-panel-body.children", values, "state.data")[ids.PANEL]["hidden"] is True


def test_a_foreign_sample_and_a_foreign_selection_are_told_in_place(app):
    values = {"state.data": {"focus": "999", "selection": "0123456789ab"}, "version.data": 1}
    values["sample-panel-body.data-stage"] = None
    assert "counted from 0" in json.dumps(post(app, "sample-panel-body.children", values, "state.data"))
    assert "not known on this server" in json.dumps(post(app, "selection-tray-body.children", values, "state.data"))


def test_a_selection_fills_the_tray(app, full):
    name = full.selections.save([1, 2, 3])
    answer = post(
        app, "selection-tray-body.children", {"state.data": {"selection": name}, "version.data": 1}, "state.data"
    )
    assert answer[ids.TRAY]["hidden"] is False
    assert json.dumps(answer).count("/0.png") == 0
    assert f"sample/{full.dataset.fingerprint}/2.png" in json.dumps(answer)
