"""DeepView's ratio: its bands, its sign, and the difference that does not depend on units."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.drift_ratio import band, familiarity_ratio


def sets(apart):
    random = np.random.default_rng(0)
    one, two, three = (random.normal(size=(400, 8)).astype(np.float32) for _ in range(3))
    return one, two, three + np.float32(apart)


def test_bands_are_as_it_defines_them():
    assert [band(value) for value in (-3, 0.59, 0.6, 0.79, 0.8, 1.0, 1.2, 1.21)] == [
        "huge gap", "huge gap", "small gap", "small gap", "fine", "fine", "fine", "gap",
    ]  # fmt: skip


def test_less_familiar_is_below_zero_nats():
    gap = familiarity_ratio(*sets(2.0))
    assert gap.low < gap.nats < gap.high < 0
    none = familiarity_ratio(*sets(0.0))
    assert none.low < 0 < none.high and none.band == "fine" and none.n_held_out == 400


def test_the_ratio_is_of_means_and_the_difference_has_no_unit():
    one, two, three = sets(1.0)
    found = familiarity_ratio(one, two, three)
    larger = familiarity_ratio(one * 100, two * 100, three * 100)
    assert larger.nats == pytest.approx(found.nats, rel=0.02)
