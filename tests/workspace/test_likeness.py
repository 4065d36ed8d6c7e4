"""How like all samples are to one: against plain distances, and wherever a column is known."""

from __future__ import annotations

import numpy as np
import pytest

from tests import tiny
from workspace.plan import UnknownColumn
from workspace.query import QueryError
from workspace.uploads import Answer


def test_it_is_one_for_itself_and_nought_at_the_usual_distance(tiny_session):
    session = tiny_session("full")
    points = np.asarray(session.column("activations/dense"), np.float64)
    found = session.column(session.likeness.name(3, "dense", "euclidean"))
    pairs = [np.linalg.norm(points[i] - points[j]) for i in range(60) for j in range(i)]
    assert np.allclose(found, 1 - np.linalg.norm(points - points[3], axis=1) / np.median(pairs), atol=1e-3)
    assert found[3] == found.max() == 1 and found.dtype == np.float32
    cosine = session.column("cosine_3_in_dense")
    assert cosine[3] == pytest.approx(1, abs=1e-3) and not np.allclose(cosine, found)


def test_a_map_a_query_and_an_address_know_it(tiny_session):
    session = tiny_session("full")
    name = "similarity_3_in_dense"
    assert (
        session.is_ready(name)
        and session.unit(name).kind == "score"
        and session.unit(name).title == "Like sample 3 in dense"
    )
    values = session.column(name)
    assert np.array_equal(session.by_key(session.key(name)), values)
    assert sorted(session.find(f"{name} > 0.2").indices.tolist()) == np.flatnonzero(values > 0.2).tolist()
    assert session.find("", sort=f"-{name}").indices[0] == 3


@pytest.mark.parametrize("name", ["similarity_60_in_dense", "similarity_3_in_nowhere", "cosine_9999999999_in_pixels"])
def test_what_is_not_there_is_refused(tiny_session, name):
    session = tiny_session("full")
    assert not session.is_ready(name)
    with pytest.raises(UnknownColumn):
        session.unit(name)
    with pytest.raises(QueryError):
        session.find(f"{name} > 0")


def test_an_uploaded_picture_has_a_column_once_the_network_has_seen_it(opened):
    session = opened()
    upload = session.uploads.save(np.array(session.image(12)))
    name = session.likeness.name(upload, "pixels", "euclidean")
    assert name == f"similarity_to_{upload}_in_pixels" and session.is_ready(name)
    found = session.column(name)
    assert found[12] == found.max() == 1 and session.unit(name).title == "Like the uploaded picture in raw pixels"
    assert session.find(f"{name} > 0.999").indices.tolist() == np.flatnonzero(found > 0.999).tolist()
    deeper = session.likeness.name(upload, "dense", "cosine")
    assert not session.is_ready(deeper) and session.unit(deeper)
    rows = {layer: np.array(session.column(f"activations/{layer}")[12]) for layer in session.network.layers}
    tiny.look_at(session, upload, Answer(np.array(session.column("logits")[12]), rows))
    assert session.is_ready(deeper) and np.isfinite(session.column(deeper)).all()
    with pytest.raises(UnknownColumn):
        session.unit(session.likeness.name("f" * 24, "dense", "cosine"))
