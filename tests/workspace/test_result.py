import numpy as np
import pytest

from workspace.query import QueryError
from workspace.result import ranked
from workspace.selection import UnknownSelection
from workspace.session import UnknownColumn


@pytest.fixture
def session(tiny_session):
    return tiny_session("full")


def test_nothing_asked_is_everything_in_the_datasets_order(session):
    result = session.find()
    assert result.indices.tolist() == list(range(60))
    assert (len(result), result.total, result.parameters) == (60, 60, {})


def test_sorted_by_a_score_both_ways(session):
    loss = session.column("loss")
    assert session.find(sort="loss").indices.tolist() == np.argsort(loss, kind="stable").tolist()
    assert session.find(sort="-loss").indices.tolist() == np.argsort(-loss, kind="stable").tolist()


def test_what_matches_keeps_the_order_asked_for(session):
    loss, label = session.column("loss"), session.column("labels")
    result = session.find('label == "class 1"', filters="loss > 0.5", sort="-loss")
    wanted = [i for i in np.argsort(-loss, kind="stable") if label[i] == 1 and loss[i] > 0.5]
    assert result.indices.tolist() == wanted
    assert 0 < len(wanted) < 60


def test_a_selection_comes_newest_first_unless_sorted(session):
    name = session.selections.save(np.array([7, 3, 50]))
    assert session.find(within=name).indices.tolist() == [50, 3, 7]
    assert session.find("index < 10", within=name).indices.tolist() == [3, 7]
    assert session.find(within=name, sort="index").indices.tolist() == [3, 7, 50]


def test_the_key_stands_for_what_was_asked(session):
    keys = {
        session.find(*query, **how).key
        for query, how in [
            ((), {}),
            (("loss > 1",), {}),
            (("loss > 2",), {}),
            ((), {"filters": "loss > 1"}),
            ((), {"sort": "loss"}),
            ((), {"sort": "-loss"}),
        ]
    }
    assert len(keys) == 6
    assert session.find(" loss > 1 ").key == session.find("loss > 1").key


def test_bits_and_rows_agree(session):
    result = session.find("loss > 1", sort="-loss")
    bits = np.unpackbits(result.bitmap(), bitorder="little")[:60]
    assert np.flatnonzero(bits).tolist() == sorted(result.indices.tolist())


def test_a_result_cannot_be_written_to(session):
    with pytest.raises(ValueError, match="read-only"):
        session.find().indices[0] = 5


def test_missing_values_come_last_in_both_directions():
    values = np.array([2.0, np.nan, 1.0, np.inf, 1.0])
    missing = np.isnan(values)
    assert ranked(values, missing, descending=False).tolist() == [2, 4, 0, 3, 1]
    assert ranked(values, missing, descending=True).tolist() == [3, 0, 2, 4, 1]


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, "U3", bool])
def test_every_kind_of_value_can_be_sorted_down(dtype):
    values = np.array([0, 1, 1, 0]).astype(dtype)
    assert ranked(values, np.zeros(4, bool), descending=True).tolist() == [1, 2, 0, 3]


def test_negative_numbers_are_values_and_negative_codes_are_not(tiny_session):
    assert ranked(np.array([-5, 3]), np.zeros(2, bool), descending=False).tolist() == [0, 1]
    assert tiny_session("no labels").find(sort="label").indices.tolist() == list(range(60))


@pytest.mark.parametrize("kind", ["full", "no labels", "hundred classes", "one sample"])
def test_every_field_can_be_read_and_sorted_by(tiny_session, kind):
    session = tiny_session(kind)
    for name, field in session.fields().items():
        assert len(field.read()) == session.dataset.n
        assert sorted(session.find(sort=f"-{name}").indices.tolist()) == list(range(session.dataset.n))


def test_what_is_unknown_is_said(session):
    with pytest.raises(UnknownColumn, match="did you mean 'loss'"):
        session.find(sort="losss")
    with pytest.raises(UnknownSelection):
        session.find(within="abcdefabcdef")
    with pytest.raises(QueryError):
        session.find("loss >")
