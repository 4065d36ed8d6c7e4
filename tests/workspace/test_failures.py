"""What visitors ask for can fail as often as they like; what everybody needs is never forgotten."""

from __future__ import annotations

import pytest

import workspace.session  # noqa: F401  (requests make themselves known)
from workspace import failures
from workspace.failures import Failures
from workspace.request import asking


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(failures, "MOST", 3)
    return Failures()


def test_only_the_newest_requests_are_remembered(few):
    few["loss"] = "no room"
    asked = [asking("heatmap", index=index, method="gradient", layer="conv") for index in range(5)]
    for column in asked:
        few[column] = "no"
    assert list(few) == ["loss", *asked[2:]]


def test_what_fails_again_is_new(few):
    asked = [asking("heatmap", index=index, method="gradient", layer="conv") for index in range(4)]
    for column in [*asked[:3], asked[0], asked[3]]:
        few[column] = "no"
    assert list(few) == [asked[2], asked[0], asked[3]]
