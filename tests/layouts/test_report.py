"""The report: one file that needs nothing else, whatever there is to report on."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from dash import dcc, html
from PIL import Image

from app import create_app
from callbacks.routes import png
from layouts import report
from layouts.kit import static
from layouts.kit.markup import markup, svg
from tests import tiny
from tests.callbacks.calling import client
from workspace.session import ColumnNotReady


def written(session):
    return "".join(report.report(session, png, made="2026-01-02 03:04"))


@pytest.mark.parametrize(
    "kind", [kind for kind, facts in tiny.KINDS.items() if facts.got in ("everything", "network")]
)
def test_a_file_that_needs_nothing_else(tiny_session, kind):
    page = written(tiny_session(kind))
    assert page.startswith("<!doctype html>") and page.endswith("</body></html>")
    assert not re.search(r"<script|<link|https?://(?!www\.w3\.org)|url\(", page)
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert all(address.startswith("data:image/png;base64,") for address in addresses)
    assert "not known" not in page, "a part that nobody made known"
    for title in ("What was found", "Dataset", "Maps", "The worst by each score", "Methods"):
        assert f"<h2>{title}</h2>" in page


def test_what_is_not_open_yet_is_said(tiny_session):
    for kind in ("nothing", "dataset only"):
        with pytest.raises(ColumnNotReady):
            written(tiny_session(kind))
        answer = client(create_app(tiny_session(kind))).get("/export/report.html")
        assert answer.status_code == 503 and answer.text.count("\n") == 1


def test_what_it_says(tiny_session):
    session = tiny_session("full")
    page = written(session)
    assert f"data {session.dataset.fingerprint[:12]}, 60 samples, 2026-01-02 03:04" in page
    worst = int(np.nanargmax(session.column("loss")))
    gallery = page[page.index("Loss: the") :]
    assert re.search(r"<span>(\d+) ·", gallery)[1] == str(worst)
    first = base64.b64decode(re.search(r"base64,([^\"]+)", gallery)[1])
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(first))), session.image(worst)[..., 0])


def test_over_the_wire(tiny_session):
    answer = client(create_app(tiny_session("full"))).get("/export/report.html")
    assert answer.status_code == 200 and "innerview-report.html" in answer.headers["Content-Disposition"]
    assert answer.mimetype == "text/html"


def test_a_map_as_a_picture():
    points = np.array([[0.0, 0.0], [1.0, 1.0], [np.nan, 0.0]])
    image = report.dots(points, np.array([0, -1, 0]), ["#ff0000"])
    inked = np.argwhere((image != 255).any(axis=2))
    assert len(inked) == 2 * (2 * report.DOT + 1) ** 2
    left, right = inked[inked[:, 1] < report.MAP / 2], inked[inked[:, 1] > report.MAP / 2]
    assert (image[tuple(left.T)] == (255, 0, 0)).all(), "the first point, red"
    assert left[:, 0].mean() > right[:, 0].mean(), "up is up"
    assert report.dots(points[2:], np.array([0]), ["#ff0000"]).min() == 255


def test_components_as_text():
    def picture(address):
        return b"png" if address == "sample/x/3.png" else None

    tree = html.Div(
        [
            "a < b & c",
            html.Button("7", className="count-link", title='say "it"'),
            html.A("away", href="table"),
            dcc.Link("away", href="table"),
            html.Img(src="sample/x/3.png", alt="three"),
            html.Img(src="elsewhere"),
            dcc.Store(id="x"),
            markup("m", html.Td("1", colSpan=2), svg("circle", cx=3, strokeWidth=2)),
            html.Figure(html.Div("chart"), className="graph"),
        ],
        style={"backgroundColor": "red"},
        id="gone",
    )
    assert static.html(tree, picture) == (
        '<div style="background-color:red">a &lt; b &amp; c'
        '<span class="count-link" title="say &quot;it&quot;">7</span>'
        f'<img alt="three" src="{static.address(b"png")}">'
        '<div class=""><td colspan="2">1</td><circle cx="3" stroke-width="2"></circle></div></div>'
    )
