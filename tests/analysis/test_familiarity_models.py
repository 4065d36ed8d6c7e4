"""Every model of familiarity finds a stranger, and one of one's own needs one function."""

from __future__ import annotations

import numpy as np
import pytest

import analysis.rule
from analysis import familiarity_models as rules
from analysis.familiarity import familiarity, familiarity_by_class, in_steps
from analysis.rule import RULES
from tests.analysis.test_familiarity import space

SCORES = [rules.diagonal, rules.full, rules.one, rules.many, rules.wide]


@pytest.mark.parametrize("model", SCORES, ids=lambda model: model.__name__)
def test_a_stranger_is_the_least_familiar(model):
    found = space()
    found["last"][590] += 40
    assert np.argmin(model(found["last"], found["split"])) == 590


def test_several_full_gaussians_know_which_directions_go_together():
    """In one cloud two values agree, in the other they are opposite: who does it the wrong way round is odd."""
    draw = np.random.default_rng(0)
    sign = np.where(np.arange(2000) % 2, 1, -1)
    shared = draw.normal(size=2000)
    rows = np.stack([shared, sign * shared, 8 * sign], axis=1) + draw.normal(0, 0.05, (2000, 3))
    rows[1995] = 1, -sign[1995], 8 * sign[1995]
    split = (np.arange(2000) >= 1500).astype(np.uint8)
    assert np.argmin(rules.full(rows.astype(np.float32), split)) == 1995
    assert np.argmin(rules.one(rows.astype(np.float32), split)) != 1995


def test_the_usual_model_of_a_layer_is_the_one_of_the_last_features():
    found = space()
    np.testing.assert_array_equal(
        rules.diagonal(found["last"], found["split"]), familiarity(found["last"], found["split"])
    )
    np.testing.assert_array_equal(
        rules.each_class(found["last"], found["labels"], found["split"]), familiarity_by_class(**found)
    )


def test_names_do_not_run_into_each_other():
    for column, title in {
        "familiarity": "Familiarity",
        "familiarity/full/dense": "5 diagonal Gaussians",
        "familiarity_full/dense": "5 full Gaussians",
        "familiarity_by_class/dense": "Familiarity to each class",
    }.items():
        assert analysis.rule.find(column)[0].title == title


def test_a_strategy_of_ones_own_is_one_function(monkeypatch):
    """The example of CONTRIBUTING.md: the distance to the mean, as a rule with the same face."""
    monkeypatch.setattr(RULES, "_items", dict(RULES._items))

    @analysis.rule.rule(
        "familiarity_toy/{layer}", title="Toy", bad="low", needs={"activations": "activations/{layer}"}
    )
    def toy(activations, split):
        """Minus the distance to the mean of the first split, in steps of it; low is far away."""
        first = np.flatnonzero(split == split.min())
        distance = np.linalg.norm(activations - activations[first].mean(axis=0), axis=1)
        return in_steps(-distance, first).astype(np.float32)

    rule, layer = analysis.rule.find("familiarity_toy/dense")
    found = space()
    found["last"][590] += 40
    assert layer == "dense" and rule.needed(layer) == {"activations": "activations/dense", "split": "split"}
    assert np.argmin(rule.function(found["last"], found["split"])) == 590
