"""Planted faults: as many as said, where said, what said, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import planted_pictures, planting


@pytest.fixture
def images():
    """images: 400 grey pictures of 12 x 12 with a bright bar somewhere."""
    draw = np.random.default_rng(0)
    made = draw.integers(0, 60, (400, 12, 12, 1), dtype=np.uint8)
    for picture in made:
        row, column = draw.integers(0, 8, 2)
        picture[row : row + 3, column : column + 5] = 220
    return made


def test_labels_are_changed_where_it_is_allowed_and_nowhere_else():
    draw = np.random.default_rng(1)
    labels = draw.choice([-1, 2, 5, 7], 1000)
    free = draw.random(1000) < 0.8
    given, kinds = planting.flipped(labels, free)
    changed = given != labels
    known = free & (labels >= 0)
    assert (changed == (kinds != planting.NOTHING)).all(), "what is called changed is"
    assert not changed[~known].any()
    assert changed.sum() == round(known.sum() * planting.SHARE)
    assert set(given[changed]) == {2, 5, 7}, "only to classes that occur"
    again, _ = planting.flipped(labels, free)
    other, _ = planting.flipped(labels, free, seed=1)
    assert (again == given).all() and (other != given).any()


def test_half_of_the_changed_labels_become_the_likeliest_other_class():
    draw = np.random.default_rng(2)
    labels = draw.integers(0, 4, 600)
    said = draw.normal(size=(600, 4)).astype(np.float32)
    said[::7] = np.nan
    given, kinds = planting.flipped(labels, np.ones(600, bool), said)
    rows = np.flatnonzero(kinds == 1)
    assert 8 <= len(rows) <= 15
    for row in rows:
        others = [code for code in range(4) if code != labels[row]]
        assert given[row] == max(others, key=lambda code: said[row, code])
    assert (given != labels).sum() == 30, "one without an opinion is changed at random"


def test_with_one_class_there_is_nothing_to_change():
    given, kinds = planting.flipped(np.zeros(50, np.int64), np.ones(50, bool))
    assert not given.any() and (kinds == planting.NOTHING).all()


def test_strangers_stand_in_free_places_every_kind_equally_often(images):
    free = np.arange(400) % 3 > 0
    planted = planting.strangers(images, free)
    assert planted.names == tuple(planted_pictures.STRANGERS)
    assert len(set(planted.rows)) == len(planted.rows) and free[planted.rows].all()
    assert (np.bincount(planted.kinds) == planting.FEWEST).all()
    assert planted.images.shape == (len(planted.rows), 12, 12, 1) and planted.images.dtype == np.uint8
    differ = (planted.images != images[planted.rows]).any(axis=(1, 2, 3))
    assert differ.all()
    same = planting.strangers(images, free)
    assert (same.rows == planted.rows).all() and (same.images == planted.images).all()


def test_copies_look_like_their_sources_and_stand_elsewhere(images):
    free = np.ones(400, bool)
    planted = planting.copies(images, free)
    assert not set(planted.rows) & set(planted.sources)
    assert len(set(planted.sources)) == len(planted.sources)
    exact = planted.kinds == list(planted_pictures.COPIES).index("exact copy")
    assert (planted.images[exact] == images[planted.sources[exact]]).all()
    for picture, source, kind in zip(planted.images, planted.sources, planted.kinds, strict=True):
        if planted.names[kind] == "shifted by a pixel":
            picture = np.roll(picture, -1, axis=0)
        alike = np.corrcoef(picture.ravel(), images[source].ravel())[0, 1]
        assert alike > 0.9, planted.names[kind]


def test_each_kind_is_what_it_is_called(images):
    draw = np.random.default_rng(0)
    made = {name: maker(images[:20], draw) for name, maker in planted_pictures.STRANGERS.items()}
    assert (made["inverted"] == 255 - images[:20]).all()
    assert (np.rot90(made["turned"], -1, axes=(1, 2)) == images[:20]).all()
    cut = made["cut up and shuffled"]
    assert (np.sort(cut.reshape(20, -1)) == np.sort(images[:20].reshape(20, -1))).all() and (cut != images[:20]).any()
    steps = {name: np.abs(np.diff(values.astype(float), axis=1)).mean() for name, values in made.items()}
    usual = np.abs(np.diff(images[:20].astype(float), axis=1)).mean()
    assert steps["blurred"] < usual < steps["noise"]
    assert steps["made-up texture"] < steps["noise"] / 2
    drawn = made["line drawing"]
    assert (drawn.max(axis=(1, 2, 3)) > 200).all() and (np.median(drawn, axis=(1, 2, 3)) < 100).all()


@pytest.mark.parametrize("shape", [(3, 5, 3), (1, 1, 1), (16, 10, 4)])
def test_pictures_of_any_shape_can_be_planted(shape):
    images = np.random.default_rng(0).integers(0, 256, (90, *shape), dtype=np.uint8)
    for planted in (planting.strangers(images, np.ones(90, bool)), planting.copies(images, np.ones(90, bool))):
        assert planted.images.shape == (len(planted.rows), *shape) and len(planted.rows)


def test_nothing_is_planted_where_nothing_is_free(images):
    nowhere = np.zeros(400, bool)
    assert not len(planting.strangers(images, nowhere).rows) and not len(planting.copies(images, nowhere).rows)
