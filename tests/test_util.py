import numpy as np
import pytest

from util import Registry, UnknownName, digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((["ab"],), (["a", "b"],)),
        (("a", "b"), ("ab",)),
        ((1,), ("1",)),
        ((1,), (1.0,)),
        ((True,), (1,)),
        ((None,), ("None",)),
        ((b"a",), ("a",)),
        (({"a": 1},), (["a", 1],)),
        ((np.zeros(4, np.uint8),), (np.zeros((2, 2), np.uint8),)),
        ((np.zeros(2, np.int32),), (np.zeros(1, np.int64),)),
        ((np.array([1, 2]),), (np.array([2, 1]),)),
    ],
)
def test_different_things_have_different_digests(one, other):
    assert digest(*one) != digest(*other)


def test_equal_things_have_equal_digests():
    rows = np.arange(12).reshape(3, 4)
    assert digest(rows[:, ::2]) == digest(rows[:, ::2].copy())
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    assert digest("é\udcff") == digest("é\udcff")


def test_what_has_no_content_is_refused():
    with pytest.raises(TypeError, match="object"):
        digest(object())


def test_a_taken_name_stops_the_program():
    registry = Registry("page")
    registry.add("/", 1)
    with pytest.raises(ValueError, match="two pages are named '/'"):
        registry.add("/", 2)


def test_an_unknown_name_hears_the_nearest_and_all():
    registry = Registry("dataset")
    registry.add("mnist", 1)
    registry.add("cifar10", 2)
    with pytest.raises(UnknownName, match=r"dataset 'minst': not known; did you mean 'mnist'.*cifar10, mnist"):
        registry["minst"]
