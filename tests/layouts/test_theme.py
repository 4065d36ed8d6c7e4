"""Colors: valid, told apart, stable, visible on both pages."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from layouts.kit import theme

HEX = re.compile(r"#[0-9a-f]{6}")
WHITE, DARK = "#ffffff", "#1c1f26"
STYLE = Path(__file__).parents[2] / "assets" / "style.css"


def luminance(color):
    return float(theme._linear(color) @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(one, other):
    high, low = sorted([luminance(one), luminance(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


def gaps(colors, eye):
    lab = theme._eyes(np.array([theme._linear(color) for color in colors]))[eye]
    distance = np.linalg.norm(lab[:, None] - lab[None], axis=-1)
    return distance[np.triu_indices(len(colors), 1)]


@pytest.mark.parametrize("n", [0, 1, 2, 10, 11, 100, 200, 250])
def test_class_colors_are_n_valid_colors(n):
    colors = theme.class_colors(n)
    assert len(colors) == n
    assert all(HEX.fullmatch(color) for color in colors)
    assert len(set(colors)) == min(n, theme.MOST)


def test_a_class_keeps_its_color_when_others_come():
    many = theme.class_colors(200)
    for n in (1, 7, 10, 11, 60):
        assert theme.class_colors(n) == many[:n]
    theme._all_class_colors.cache_clear()
    assert theme.class_colors(200) == many


@pytest.mark.parametrize(
    ("n", "least", "blind"), [(10, 0.16, 0.1), (20, 0.1, 0.05), (100, 0.03, 0.02), (200, 0.015, 0.005)]
)
def test_class_colors_differ_to_every_eye(n, least, blind):
    """Distances in OKLab, where black and white are 1 apart; 0.02 is just seen in dots side by side."""
    colors = theme.class_colors(n)
    assert gaps(colors, 0).min() > least
    for eye in (1, 2):  # red-blind, green-blind
        assert gaps(colors, eye).min() > blind


def test_class_colors_differ_from_no_value():
    for color in theme.class_colors(200):
        assert gaps([color, theme.MISSING], 0)[0] > 0.03


@pytest.mark.parametrize("page", [WHITE, DARK])
def test_class_colors_can_be_seen_on_both_pages(page):
    assert min(contrast(color, page) for color in theme.class_colors(10)) > 1.85
    assert min(contrast(color, page) for color in theme.class_colors(200)) > 1.5


@pytest.mark.parametrize("dark", [False, True])
def test_sequential_scale_is_even_and_runs_one_way(dark):
    scale = theme.sequential(dark)
    lab = theme._oklab(np.array([theme._linear(color) for color in scale]))
    steps = np.linalg.norm(np.diff(lab, axis=0), axis=1)
    assert all(HEX.fullmatch(color) for color in scale)
    assert steps.max() / steps.min() < 1.15
    away = np.diff(lab[:, 0]) * (1 if dark else -1)
    assert (away > 0).all(), "the high end must be the one far from the page"
    assert contrast(scale[-1], DARK if dark else WHITE) > 5
    assert min(contrast(color, page) for color in scale for page in (WHITE, DARK)) > 1.2


@pytest.mark.parametrize("dark", [False, True])
def test_diverging_scale_has_its_quiet_color_in_the_middle(dark):
    scale = theme.diverging(dark)
    page = DARK if dark else WHITE
    contrasts = [contrast(color, page) for color in scale]
    assert len(scale) % 2 == 1
    assert np.argmin(contrasts) == len(scale) // 2


def test_templates_are_plain_data_and_differ():
    light, dark = theme.template(False), theme.template(True)
    assert light["layout"]["font"]["color"] != dark["layout"]["font"]["color"]
    assert light["layout"]["colorway"] == theme.class_colors(10)
    for made in (light, dark):
        stops = made["layout"]["colorscale"]["sequential"]
        assert [stops[0][0], stops[-1][0]] == [0, 1]
        assert contrast(made["layout"]["font"]["color"], DARK if made is dark else WHITE) > 7


def test_plotly_takes_the_templates():
    templates = pytest.importorskip("plotly.graph_objects").layout
    for dark in (False, True):
        assert templates.Template(theme.template(dark)).layout.paper_bgcolor == "rgba(0,0,0,0)"


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read_on_what_it_stands_on(dark):
    """WCAG 2.2 asks 4.5:1 of text."""
    rules = re.split(r'\[data-bs-theme="dark"\] \{', STYLE.read_text("utf-8"), maxsplit=1)[dark].split("}")[0]
    colors = dict(re.findall(r"--iv-([\w-]+): (#[0-9a-f]{6});", rules))
    pairs = [
        (ink, ground) for ink in ("text", "weak", "accent", "warn") for ground in ("page", "sheet", "accent-soft")
    ]
    pairs += [("sheet", "accent"), ("sheet", "warn")]  # of filled buttons and banners
    assert [pair for pair in pairs if contrast(*(colors[name] for name in pair)) < 4.5] == []
