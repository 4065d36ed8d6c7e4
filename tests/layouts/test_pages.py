"""Every page, and what stands on every page, with much, little and nothing to show."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from dash._utils import to_json
from dash.development.base_component import Component

from callbacks.routes import ROOMS
from layouts import pages, sample, shell
from layouts.kit.state import State
from layouts.page import PAGES, ordered
from layouts.part import PARTS, columns_of, stage
from tests.tiny import KINDS

pages()
PATHS = [page.path for page in ordered()]
TAGS = ("tag-list", "tag-history", "review-accuracy")  # parts that follow what people do, not the view
# Parts that follow whether the lists of faults were measured.
AUDITS = [name for name in PARTS.names() if name.startswith("audit-") or name.endswith("-audit")]
PAIRS = [name for name in PARTS.names() if name.startswith("open-")]  # test_open.py looks at these
APART = ("left-tools", "right-tools")  # parts that follow what stands side by side
# Parts that follow which networks are open.
OTHERS = ("compare-body", "compare-tools", "circle-tools", "mine-tools", "theirs-tools")
# Parts that follow which files of a training there are.
FILES = [name for name in PARTS.names() if name.startswith("checkpoints-")]
MOST_COMPONENTS = 500  # Dash's renderer takes a second for as many; longer things go into a markup

NONSENSE = State(
    layer="no/such\\layer",
    method="<b>",
    beside="pixels/../..",
    beside_method="umap2",
    color="images",
    size="activations/dense",
    hidden="-1,99,x,,--3",
    selection="0123456789ab",
    focus="99999999999",
    network_view="upside down",
    split="ünknown",
)
STATES = {
    "defaults": State(),
    "filled": State(
        layer="dense", method="pca", beside="conv", beside_method="pca", color="loss", size="entropy", split="train",
        focus="0", hidden="1", network_view="blocks",
    ),
    "nonsense": NONSENSE,
}  # fmt: skip


def components(node: Any) -> Iterator[Component]:
    if isinstance(node, Component):
        yield node
        yield from components(getattr(node, "children", None))
    elif isinstance(node, list | tuple):
        for child in node:
            yield from components(child)


def check(tree: Any, what: str = "") -> str:
    """Serializable, every id once, not too many components; gives what goes over the wire."""
    text = json.dumps(json.loads(to_json(tree)), allow_nan=False)
    found = list(components(tree))
    names = Counter(json.dumps(node.id, sort_keys=True) for node in found if getattr(node, "id", None) is not None)
    assert [name for name, count in names.items() if count > 1] == [], what
    assert 0 < len(found) <= MOST_COMPONENTS, what
    return text


@pytest.fixture(scope="module")
def shared(tiny_session):
    """shared(kind) -> the same session each time: drawing leaves nothing behind but what it remembers."""
    return cache(tiny_session)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", PATHS)
def test_every_page_stands(shared, path, kind):
    texts = {name: check(PAGES[path].layout(shared(kind), state), name) for name, state in STATES.items()}
    assert "Could not be computed" not in texts["defaults"], "nothing failed while drawing"


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/sample"])
def test_every_page_says_what_it_is_for(shared, path):
    entry = PAGES[path]
    assert 10 < len(entry.purpose) < 90
    top = [node for node in components(entry.layout(shared("nothing"), State())) if node._type in ("H1", "P")][:2]
    assert [node.children for node in top] == [entry.title, entry.purpose]


@pytest.mark.parametrize("path", PATHS)
def test_no_address_begins_with_a_slash(tiny_session, path):
    """All are relative to the base of the document, because a process serves several pairs."""
    session = tiny_session("full")
    tree = [PAGES[path].layout(session, State()), shell.shell(session), sample.panel(session, 0)]
    rooms = "|".join((*ROOMS, *(page.path.strip("/") for page in ordered() if page.path != "/")))
    assert not re.findall(rf'"/(?:{rooms})\b[^"]*"', re.sub(r'"id": \{[^}]*\}', "", to_json(tree)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_frame_stands(tiny_session, kind):
    check(shell.shell(tiny_session(kind)))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].got != "nothing"])
def test_the_sample_panel_and_the_tray_stand(tiny_session, kind):
    session = tiny_session(kind)
    text = check(sample.panel(session, 0))
    assert f"sample/{session.dataset.fingerprint}/0.png" in text
    name = session.selections.save(np.arange(session.dataset.n))
    assert f"{session.dataset.n:,}" in check(sample.tray(session, name))


@pytest.mark.parametrize("name", PARTS.names())
def test_parts_name_the_columns_that_they_wait_for(tiny_session, name):
    """A part that shows something else with all columns than with none has another stage then, too."""
    full, waiting = tiny_session("full"), tiny_session("no column")
    folders = [session.store.folder.parent for session in (full, waiting)]
    for column in columns_of(PARTS[name], full):
        assert full.is_ready(column), f"nothing makes {column}"
    if PARTS[name].columns:
        assert stage(name, full, State()) != stage(name, waiting, State())
    else:
        drawn = [to_json(PARTS[name].draw(session, State())) for session in (full, waiting)]
        same = [text.replace(folder.name, "") for text, folder in zip(drawn, folders, strict=True)]
        assert same[0] == same[1]


@pytest.mark.parametrize(
    "name",
    [
        entry.name
        for entry in PARTS
        if entry.choice is not None and entry.name not in (*TAGS, *OTHERS, *APART, *AUDITS, *PAIRS, *FILES)
    ],
)
def test_a_choice_spells_its_default_out(tiny_session, name):
    """Otherwise every part would be drawn twice: when the page comes, and when its controls fill the state."""
    session = tiny_session("full")
    spelled = State(split="test", network_view="layers", reference="train", compared="test", behind="new")
    assert stage(name, session, State()) == stage(name, session, spelled)
    changed = State(
        split="train",
        network_view="blocks",
        query="index < 5",
        reason="damaged",
        sort="-loss",
        compared="train",
        curve_unit="batch",
        density="own",
        alike="0.9",
        method="pca",
    )
    assert stage(name, session, State()) != stage(name, session, changed)


def test_navigation_leads_to_every_page(tiny_session):
    text = check(shell.shell(tiny_session("full")))
    assert all(f'"{path}"' in text for path in PATHS)
