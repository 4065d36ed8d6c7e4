"""A planted shortcut becomes a sentence with both ends; noise becomes none."""

from __future__ import annotations

import numpy as np
import pytest

from workspace import findings
from workspace.nuisances import Nuisances


class Fake:
    """As much of a session as the nuisances read: ten classes whose brightness is planted."""

    class_names = tuple(f"class {code}" for code in range(5))
    has_dataset = has_network = True

    class described:
        @staticmethod
        def units():
            return []

    def __init__(self, shortcut: float, weak: float):
        from analysis import nuisance

        random = np.random.default_rng(0)
        n = 2000
        labels = random.integers(0, 5, n)
        values = {name: random.normal(0, 1, n).astype(np.float32) for name in nuisance.PROPERTIES}
        values["brightness"] += (shortcut * labels).astype(np.float32)
        split = (np.arange(n) >= 1000).astype(np.uint8)
        dark = values["contrast"] < -1
        correct = 1 - ((random.random(n) < np.where(dark, weak, 0.02)) & (split == 1)).astype(np.int64)
        self.columns = {**values, "labels": labels, "split": split, "correct": correct}
        self.columns["nuisance_label"] = nuisance.nuisance_label(*values.values(), labels)
        self.columns["nuisance_error"] = nuisance.nuisance_error(*values.values(), correct, split)
        self.nuisances = Nuisances(self)

    def column(self, name):
        return self.columns[name]

    def title(self, name):
        return name.capitalize()

    def is_ready(self, name):
        return name in self.columns


def test_a_shortcut_is_said_with_both_ends():
    session = Fake(shortcut=5, weak=0.02)
    (found,) = session.nuisances.found("label")
    assert found.name == "brightness" and found.gain > 0.8 and found.chance == 0.2
    assert found.text.startswith("Brightness alone tells the class in 9") and "n = 2,000 in 5 classes" in found.text
    labels = session.columns["labels"]
    assert (labels[list(found.low_end.images)] == 0).all() and (labels[list(found.high_end.images)] == 4).all()
    assert found.low_end.query == 'label == "class 0"' and "median" in found.high_end.text
    assert session.nuisances.found("error") == []


def test_a_weak_spot_is_said_with_its_errors():
    session = Fake(shortcut=0, weak=0.7)
    assert session.nuisances.found("label") == []
    (found,) = session.nuisances.found("error")
    assert found.name == "contrast" and found.chance == 0.5 and found.n == 1000
    wrong = session.columns["correct"] == 0
    assert wrong[list(found.low_end.images)].all() and "lowest tenth" in found.low_end.text
    share = float(found.low_end.text.split(": ")[1].split(" %")[0])
    assert share == pytest.approx(70, abs=15)
    assert found.low_end.query.startswith("contrast <= ") and found.low_end.query.endswith("and not correct")


def test_noise_says_nothing():
    session = Fake(shortcut=0, weak=0.02)
    assert session.nuisances.found("label") == session.nuisances.found("error") == []
    assert session.nuisances.tried("label") == 8
    assert list(findings._pictures(session)) == []


def test_the_overview_tells_of_strong_ones_only():
    strong = list(findings._pictures(Fake(shortcut=5, weak=0.7)))
    assert [(sentence.subject, sentence.severity) for sentence in strong] == [
        ("pictures", "doubtful"), ("pictures", "note"),
    ]  # fmt: skip
    assert "At the lowest: class 0, median" in strong[0].text and len(strong[0].images) == 3
    weak = Fake(shortcut=0.5, weak=0.02)
    assert weak.nuisances.found("label") and list(findings._pictures(weak)) == []


def test_metadata_are_tried_too(tiny_session):
    session = tiny_session("full")
    assert session.nuisances.tried("label") == 9, "the file names are few here"
    assert tiny_session("hundred classes").nuisances.tried("label") == 8
    assert "brightness" in [found.name for found in session.nuisances.found("label")], "classes differ in brightness"
