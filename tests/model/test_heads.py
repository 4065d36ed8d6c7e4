"""Which output classifies: by its end, by the number of classes, or because the person says so."""

from __future__ import annotations

import pytest

from model import BadModel
from model.heads import Head, choose


def head(units=10, *, name="scores", scores=True, weighted=True, shape=None):
    return Head(name, shape or (None, units), scores, weighted)


def chosen(heads, n_classes, asked=None):
    return choose(heads, n_classes, asked, "net.h5")


@pytest.mark.parametrize(
    ("units", "scores", "weighted", "classes", "is_head"),
    [
        (10, True, True, 10, True),  # softmax
        (10, True, True, 3, True),  # knows more than is asked
        (3, True, True, 10, True),  # a mismatch, which `check_fit` refuses
        (10, False, True, 10, True),  # logits
        (10, False, False, 10, True),  # pooled maps, one per class
        (1, False, True, 2, True),  # one logit for two classes
        (1, False, True, 3, False),
        (128, False, True, 10, False),  # an embedding
        (3, False, True, 10, False),  # a small one
        (10, True, False, 0, True),  # without labels
        (10, False, True, 0, True),
        (1280, False, False, 0, False),  # a backbone's pooled maps
    ],
)
def test_one_output(units, scores, weighted, classes, is_head):
    choice = chosen([head(units, scores=scores, weighted=weighted)], classes)
    assert (choice.place == 0) is is_head
    assert bool(choice.no_head) is not is_head


def test_an_embedding_says_what_it_gives_and_how_to_use_it_as_scores():
    choice = chosen([head(128, name="dense", scores=False)], 10)
    assert choice.no_head == (
        "This network has no class head: its last layer gives 128 numbers, the data has 10 classes."
    )
    assert choice.notice == "If these numbers are class scores, say so with --output dense."


@pytest.mark.parametrize("shape", [(None, 7, 7, 64), (None, None), (None, 5, 8), (None, None, None, 3)])
def test_what_is_no_row_of_numbers_is_an_embedding(shape):
    choice = chosen([head(shape=shape, scores=False)], 10)
    assert choice.place is None and choice.no_head.startswith("This network has no class head: its last layer gives ")
    with pytest.raises(BadModel, match=r"--output scores: gives .*, not one row of class scores"):
        chosen([head(shape=shape, scores=False)], 10, "scores")


class TestSeveral:
    TWO = (head(3, name="color", scores=False), head(10, name="digit"))

    def test_the_only_one_that_fits_is_taken_and_named(self):
        choice = chosen(self.TWO, 10)
        assert choice.place == 1
        assert choice.notice == (
            "Output digit (n, 10) classifies: the only one that can tell 10 classes apart; "
            "color can be mapped as a layer."
        )

    def test_without_labels_the_only_one_of_scores_is_taken(self):
        assert chosen(self.TWO, 0).place == 1

    @pytest.mark.parametrize(("asked", "place"), [("color", 0), ("digit", 1), ("0", 0), ("1", 1)])
    def test_the_one_that_was_asked_for(self, asked, place):
        assert chosen(self.TWO, 10, asked).place == place

    @pytest.mark.parametrize("classes", [10, 0])
    def test_two_that_fit_are_listed_with_their_shapes(self, classes):
        both = (head(10, name="main"), head(10, name="auxiliary"), head(shape=(None, 8, 8, 3), name="picture"))
        with pytest.raises(BadModel) as caught:
            chosen(both, classes)
        assert str(caught.value) == (
            "net.h5: has 3 outputs: main (n, 10), auxiliary (n, 10), picture (n, 8, 8, 3); "
            "name the one that classifies with --output, or --output none"
        )

    def test_scores_of_other_classes_are_not_passed_over(self):
        with pytest.raises(BadModel, match="has 2 outputs"):
            chosen(self.TWO, 7)

    def test_embeddings_only(self):
        choice = chosen((head(64, name="a", scores=False), head(32, name="b", scores=False)), 10)
        assert choice.place is None
        assert "none of its 2 outputs classifies, the data has 10 classes" in choice.no_head

    @pytest.mark.parametrize("asked", ["digits", "2", "-1", "", "9999999"])
    def test_one_that_is_not_there(self, asked):
        with pytest.raises(BadModel) as caught:
            chosen(self.TWO, 10, asked)
        assert "has no such output" in str(caught.value) and "color (n, 3), digit (n, 10)" in str(caught.value)
        assert ("did you mean 'digit'?" in str(caught.value)) is (asked == "digits")

    def test_hundreds_are_not_all_listed(self):
        with pytest.raises(BadModel) as caught:
            chosen([head(10, name=f"a long name of output {number}") for number in range(300)], 10)
        assert len(str(caught.value)) < 240 and "294 more" in str(caught.value)


@pytest.mark.parametrize("asked", ["none", "None"])
def test_no_output_on_request(asked):
    choice = chosen([head()], 10, asked)
    assert choice.place is None
    assert choice.no_head == "This network is taken without a class head, as asked for with --output none."
    assert chosen([head(name="none")], 10, "none").place == 0, "a layer may be called so"
