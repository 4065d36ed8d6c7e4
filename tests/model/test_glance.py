"""What a stored config says of a network's outputs."""

import pytest

from model.glance import Glance, heads


@pytest.mark.parametrize(
    ("ends", "names"),
    [
        ([["digit", 0, 0], ["parity", 0, 0]], ["digit", "parity"]),
        ({"a": ["digit", 0, 0], "b": ["parity", 0, 0]}, ["digit", "parity"]),
        (["digit", 0, 0], []),
        ([["digit", 0, 0]], []),
        ("odd", []),
        (None, []),
    ],
)
def test_the_outputs_of_a_stored_network_are_named_where_there_are_several(ends, names):
    assert heads({"class_name": "Functional", "config": {"output_layers": ends}}) == names
    assert heads({"config": "odd"}) == heads({}) == []


def test_what_was_seen_is_read_back():
    seen = Glance(outputs=10, takes="28 x 28 x 1", heads="digit\nparity")
    assert Glance.of(seen.to_dict()) == seen
