"""What visitors ask for can fail as often as they like; what everybody needs is never forgotten."""

from __future__ import annotations

import sys
import threading

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


def test_another_thread_may_forget_meanwhile():
    failed, names = Failures(), [asking("heatmap", index=i, method="gradient", layer="conv") for i in range(100)]
    is_over = threading.Event()

    def forget():
        while not is_over.is_set():
            for name in names:
                failed.pop(name, None)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread = threading.Thread(target=forget)
    thread.start()
    try:
        for name in names * 20:
            failed[name] = "no"
    finally:
        is_over.set()
        thread.join()
        sys.setswitchinterval(before)
