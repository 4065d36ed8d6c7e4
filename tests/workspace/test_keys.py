"""The keys of a network's columns change with what decides over them, and with nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model import BadModel
from workspace import keys


@pytest.fixture
def found(tiny_session):
    """found(order=..., info fields) -> the keys of a network on a dataset."""
    session = tiny_session("full")
    opened, data = session.network, session.dataset

    def of(order=(), preprocessing=None, **info):
        return keys.of_network(
            replace(opened.info, **info),
            opened.preprocessing if preprocessing is None else preprocessing,
            data,
            order,
        )

    return of


def changed(one, other):
    return {column for column in one if one[column] != other.get(column)}


def test_the_head_and_the_order_of_its_classes_are_of_the_logits_alone(found):
    assert changed(found(), found(order=(2, 0, 1))) == {"logits"}
    assert changed(found(), found(head="dense")) == {"logits"}
    assert changed(found(), found(notices=("Something else.",))) == set()


def test_what_reaches_every_layer_changes_all(found):
    every = set(found())
    assert {"logits", "activations/dense"} < every
    assert changed(found(), found(mirrored=True)) == every
    assert changed(found(), found(preprocessing={"scaling": "0..255"})) == every
    assert changed(found(preprocessing={"notices": ["a"]}), found(preprocessing={"notices": ["b"]})) == set()


def test_an_embedding_has_no_logits(found):
    assert set(found()) - set(found(n_outputs=0)) == {"logits"}
    assert changed(found(n_outputs=0), found()) == set()


def test_what_a_person_says_of_the_outputs_is_part_of_the_record(tiny_session, tmp_path):
    session = tiny_session("full")
    options, data = session.options, session.dataset

    def key(**more):
        return keys.of_pair("network", replace(options, **more), data)

    listed = tmp_path / "names.txt"
    listed.write_text("class 2\nclass 0\nclass 1\n")
    found = [key(), key(output="dense"), key(classes="class 1,class 0,class 2"), key(classes=str(listed))]
    listed.write_text("class 2\nclass 1\nclass 0\n")
    found.append(key(classes=str(listed)))
    assert len(set(found)) == len(found)
    with pytest.raises(BadModel):
        key(classes="a,a")
