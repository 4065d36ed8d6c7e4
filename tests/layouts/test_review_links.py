"""The links to the review page: which samples they lead to, and when there is none."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from layouts import review, review_links
from layouts.kit.state import State
from tests.layouts.looking import text


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def led_to(session, link):
    """The samples in the order of the review page that a link leads to, and what it says."""
    url = urlsplit(link.href)
    assert url.path == "review"
    found = review.queue(session, State.of(dict(parse_qsl(url.query))))
    assert found.source == "loss" and found.sorted and f"({len(found.indices)})" in text(link)
    return found.indices.tolist()


@pytest.mark.parametrize(
    ("view", "asked"),
    [
        ({}, 'split == "test"'),
        ({"split": "train", "query": "index < 9 or index > 50"}, "index < 9"),
        (
            {"query": "not correct", "hidden": "label:class 0"},
            'split == "test" and not correct and label != "class 0"',
        ),
    ],
)
def test_from_losses_to_the_samples_that_the_page_is_about(full, view, asked):
    link = review_links.of_losses(full, State(**view))
    assert led_to(full, link) == full.find(asked, sort="-loss").indices.tolist() != []


def test_from_the_confusion_page_to_its_errors_or_the_chosen_cell(full):
    errors = review_links.of_wall(full, State(split="all"))
    assert "Review the errors" in text(errors)
    assert led_to(full, errors) == full.find("not correct", sort="-loss").indices.tolist()
    label, predicted = (full.class_names[int(full.column(name)[10])] for name in ("labels", "predicted"))
    cell = f'label == "{label}" and predicted == "{predicted}"'
    link = review_links.of_wall(full, State(split="all", query=cell))
    assert "Review this cell" in text(link) and 10 in led_to(full, link)
    other = review_links.of_wall(full, State(split="all", query="index < 30"))
    assert "Review these" in text(other) and len(led_to(full, other)) == 30


def test_no_link_leads_to_nothing(full):
    assert review_links.of_losses(full, State(query="index < 0")) is None
