"""Image queries through a session: what is asked, what is found, and what stands in the way."""

from __future__ import annotations

import numpy as np
import pytest

from tests import tiny
from tests.tiny import KINDS, prepare
from util import InspectorError
from workspace.plan import PIXELS, ColumnNotReady
from workspace.session import Question, Session
from workspace.store import Store
from workspace.uploads import Answer, UnknownUpload, asked_for


def changed(session, column, change):
    """The session with another content of a column on disk."""
    array = np.array(session.column(column))
    change(array)
    session.store.write(session.key(column), array)
    return session


@pytest.fixture
def session(tmp_path):
    """A session of its own, whose columns may be changed."""
    folder, options = prepare(tmp_path, KINDS["full"])
    return Session(Store(folder), options, command=("no", "worker", "here"))


def test_the_nearest_in_a_layer_and_in_pixels(tiny_session):
    session = tiny_session("full")
    for layer in ("dense", PIXELS):
        points = np.asarray(session.column(f"activations/{layer}"), float)
        found = session.similar.find(Question(layer, index=7, k=5))
        distances = np.linalg.norm(points - points[7], axis=1)
        expected = [row for row in np.argsort(distances, kind="stable") if row != 7][:5]
        assert found.rows.tolist() == expected
        np.testing.assert_allclose(found.distances, distances[expected], rtol=1e-6)
        assert (found.searched, found.allowed, found.total, found.left_out) == (59, 60, 60, 0)
        assert found.pairs == 60 * 59 // 2
        assert (np.diff(found.farther) <= 0).all()
        np.testing.assert_array_equal(found.vectors, points[expected].astype(np.float32))


def test_a_query_restricts_who_may_answer(tiny_session):
    session = tiny_session("full")
    found = session.similar.find(Question("dense", index=0, k=50, query='label == "class 1"'))
    labels = np.asarray(session.column("labels"))
    assert set(labels[found.rows]) == {1}
    assert (found.searched, found.allowed) == (20, 20)
    mine = session.similar.find(Question("dense", index=1, k=50, query='label == "class 1"'))
    assert (mine.searched, mine.allowed) == (19, 20), "not the sample itself"
    with pytest.raises(InspectorError, match="query"):
        session.similar.find(Question("dense", index=0, query="label =="))


def test_the_last_answers_are_kept_and_only_so_many(tiny_session):
    session = tiny_session("full")
    first = session.similar.find(Question("dense", index=3))
    assert session.similar.find(Question("dense", index=3)) is first
    for index in range(60):
        session.similar.find(Question("dense", index=index))
    assert session.similar.find(Question("dense", index=3)) is not first


def test_an_exact_copy_is_told_from_equal_activations(session):
    changed(session, "activations/dense", lambda array: array.__setitem__([20, 30], array[10]))
    changed(session, "images", lambda array: array.__setitem__(20, array[10]))
    found = session.similar.find(Question("dense", index=10, k=5))
    assert found.rows[:2].tolist() == [20, 30]
    assert found.distances[:2].tolist() == [0, 0]
    assert found.same.tolist() == [True, False, False, False, False]


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (Question("dense", index=60), "sample 60: there are 60, counted from 0"),
        (Question("dense", index=70_000), "sample 70,000: there are 60, counted from 0"),
        (Question("dense", upload="f" * 24), "upload it again"),
        (Question("dense", upload="../../etc/passwd"), "upload it again"),
        (Question("nosuch", index=0), "no such layer"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(tiny_session, question, says):
    with pytest.raises(InspectorError, match=says):
        tiny_session("full").similar.find(question)


def test_samples_without_numbers_have_no_neighbors_and_are_none(session):
    def spoil(array):
        array[4] = np.nan
        array[5] = 0

    changed(session, "activations/dense", spoil)
    found = session.similar.find(Question("dense", index=0, k=50))
    assert found.left_out == 1
    assert 4 not in found.rows
    with pytest.raises(InspectorError, match="sample 4: its activations in dense are not all finite"):
        session.similar.find(Question("dense", index=4))
    with pytest.raises(InspectorError, match="all 0, which has no direction; choose Euclidean"):
        session.similar.find(Question("dense", metric="cosine", index=5))


def test_before_the_activations_are_there_it_waits(tiny_session):
    with pytest.raises(ColumnNotReady):
        tiny_session("no column").similar.find(Question("dense", index=0))
    with pytest.raises(ColumnNotReady):
        tiny_session("nothing").similar.find(Question(PIXELS, index=0))


def test_one_sample_has_nobody_to_be_like(tiny_session):
    found = tiny_session("one sample").similar.find(Question("dense", index=0))
    assert len(found.rows) == 0
    assert found.pairs == 0


def test_an_uploaded_copy_is_found_in_pixels_without_any_worker(session):
    name = session.uploads.save(np.array(session.image(12)))
    found = session.similar.find(Question(PIXELS, upload=name))
    assert found.rows[0] == 12
    assert found.distances[0] == 0
    assert found.same[0]
    assert found.searched == 60, "nobody is left out of the search"


def test_an_upload_waits_for_the_network_and_then_is_found_in_every_layer(session):
    name = session.uploads.save(np.array(session.image(12)))
    question = Question("dense", upload=name)
    with pytest.raises(ColumnNotReady, match="has not looked at the uploaded picture"):
        session.similar.find(question)
    assert not session.is_ready(asked_for(name))
    rows = {layer: np.array(session.column(f"activations/{layer}")[12]) for layer in session.network.layers}
    answer = Answer(np.array(session.column("logits")[12]), rows)
    tiny.look_at(session, name, answer)
    assert session.is_ready(asked_for(name))
    for layer in session.network.layers:
        found = session.similar.find(Question(layer, upload=name))
        assert found.distances[0] == 0
        assert 12 in found.rows[found.distances == 0]
        assert found.same[found.rows == 12].all()
    said = session.uploads.answer(name, session)
    np.testing.assert_array_equal(said.logits, answer.logits)


def test_a_picture_of_another_shape_is_no_question(session):
    name = session.uploads.save(np.zeros((9, 9, 3), np.uint8))
    with pytest.raises(UnknownUpload, match="fit other images"):
        session.similar.find(Question(PIXELS, upload=name))


def test_units_of_a_pair(tiny_session):
    session = tiny_session("full")
    for metric in ("euclidean", "cosine"):
        common, apart = session.similar.units(Question("dense", metric, index=3), 9)
        assert common[common > 0].sum() == pytest.approx(1)
        assert apart.sum() == pytest.approx(1)
    x, y = (np.asarray(session.column("activations/dense")[row], float) for row in (3, 9))
    apart = session.similar.units(Question("dense", index=3), 9)[1]
    np.testing.assert_allclose(apart, (x - y) ** 2 / ((x - y) ** 2).sum(), rtol=1e-6)
