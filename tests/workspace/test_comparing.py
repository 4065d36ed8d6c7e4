"""Another open network's columns in this session: names, outcomes, places on one plane, figures."""

import numpy as np
import pytest

from tests.beside import pair
from util import InspectorError
from workspace.comparing import spaced
from workspace.export import table
from workspace.query import parse
from workspace.session import ColumnNotReady, UnknownColumn
from workspace.short_names import short_names


@pytest.fixture
def two(tiny_session):
    session = tiny_session("full")
    return session, pair(session)


@pytest.mark.parametrize(
    ("models", "names"),
    [
        (["mnist", "my_net.h5"], ["mnist", "my_net"]),
        (["runs/1/net.keras", "runs/2/net.keras", "other/net2.h5"], ["1_net", "2_net", "net2"]),
        (["a.h5", "a.keras"], ["a", "a_2"]),
        (["a/x.h5", "./a/x.h5", "x_2"], ["x", "x_3", "x_2"]),
        (["keras:MobileNetV2", "hf:Me/My-Net"], ["keras_mobilenetv2", "my_net"]),
        (["loss/rank.h5", "../Größe 2.H5", "ü.h5", "x" * 90], ["rank_network", "gr_e_2", "network", "x" * 32]),
        ([], []),
    ],
)
def test_short_names_are_unique_words_of_a_query(models, names):
    found = short_names(models, taken={"rank"})
    assert len(set(found)) == len(models)
    if "x_3" not in names:
        assert found == names
    for name in found:
        parse(f'vs_{name} == "fixed" and loss_{name} > 1')


def test_both_sessions_call_a_network_the_same(two):
    mine, theirs = two
    assert list(mine.comparing.names) == ["other"] and list(theirs.comparing.names) == ["tiny"]
    assert mine.comparing.own == "tiny" and theirs.comparing.own == "other"
    third = pair(mine, name="third.h5", got="nothing")
    assert list(mine.comparing.names) == ["other", "third"]
    assert third.comparing.names["other"] is theirs


def test_who_is_right_counts_as_the_labels_say(two):
    mine, theirs = two
    labels, a, b = mine.column("labels"), mine.column("predicted"), theirs.column("predicted")
    code = np.where(a == labels, np.where(b == labels, 0, 2), np.where(b == labels, 1, 3))
    assert mine.column("vs_other").tolist() == code.tolist()
    assert set(code) >= {0, 1, 2}
    swapped = theirs.column("vs_tiny")
    assert ((swapped == 1) == (code == 2)).all() and ((swapped == 2) == (code == 1)).all()
    found = mine.contrast.tallies("other")[0]
    assert (found.fixed, found.broken) == ((code == 1).sum(), (code == 2).sum())
    assert len(mine.find('vs_other == "fixed"')) == found.fixed
    in_test = mine.contrast.tallies("other", "test")[0]
    assert len(mine.find('vs_other == "broken" and split == "test"')) == in_test.broken


def test_the_other_networks_columns_have_their_keys(two):
    mine, theirs = two
    assert mine.key("loss_other") == theirs.key("loss") != mine.key("loss")
    assert (mine.column("loss_other") == theirs.column("loss")).all()
    assert mine.key("projection/dense/pca@other") == theirs.key("projection/dense/pca")
    assert mine.is_ready("projection/dense/pca@other") and not mine.is_ready("projection/conv/pca@other")
    assert mine.knows("vs_other") and not mine.knows("vs_nobody")
    with pytest.raises(UnknownColumn):
        mine.column("vs_nobody")


def test_columns_that_are_worked_out_here_are_found_by_their_keys(two):
    mine, theirs = two
    keys = {name: mine.key(name) for name in mine.comparing.columns()}
    assert len(set(keys.values())) == len(keys) == 5
    for name, key in keys.items():
        assert np.array_equal(mine.by_key(key), mine.column(name), equal_nan=True)
    assert mine.key("vs_other") != theirs.key("vs_tiny")
    with pytest.raises(UnknownColumn):
        mine.by_key("0" * 20)


def test_fields_units_and_exports_know_them(two):
    mine, _ = two
    known = mine.fields()
    assert known["vs_other"].names == ("both right", "fixed", "broken", "both wrong")
    assert known["predicted_other"].kind == "class" and known["loss_other"].kind == "number"
    assert {"vs_other", "predicted_other", "loss_other"} <= {unit.name for unit in mine.units()}
    hardest = mine.find("vs_other == 'broken'", sort="-loss_other").indices
    assert (np.diff(mine.column("loss_other")[hardest]) <= 0).all() and len(hardest) > 1
    columns = table(mine)
    assert set(columns["vs_other"]) <= {"both right", "fixed", "broken", "both wrong"}
    assert columns["predicted_other"][0].startswith("class ")


def test_alone_there_is_nothing_of_another_network(tiny_session):
    session = tiny_session("full")
    assert session.comparing.names == {} and session.comparing.offered() == []
    assert "vs_other" not in session.fields()


@pytest.mark.parametrize("got", ["nothing", "network"])
def test_what_the_other_network_has_not_said_yet_is_waited_for(tiny_session, got):
    session = tiny_session("full")
    pair(session, name=f"late_{got}.h5", got=got)
    name = f"vs_late_{got}"
    assert session.knows(name) and not session.is_ready(name)
    for column in (name, f"loss_late_{got}", f"circle/late_{got}/mine"):
        with pytest.raises(ColumnNotReady):
            session.column(column)
    with pytest.raises(ColumnNotReady):
        session.find(f'{name} == "fixed"')
    assert name not in table(session)


def test_what_is_wanted_of_the_other_network_is_asked_of_it(two, monkeypatch):
    mine, theirs = two
    asked = []
    monkeypatch.setattr(theirs, "want", asked.append)
    monkeypatch.setattr(mine._worker, "want", lambda names: asked.append(("mine", *names)))
    mine.want(["projection/conv/pca@other", "projection/conv/pca", "vs_other"])
    assert asked == [["projection/conv/pca"], ("mine", "projection/conv/pca")]


def test_two_answers_lie_on_one_plane(two):
    mine, theirs = two
    places = {what: mine.column(f"circle/other/{what}") for what in ("mine", "theirs", "lines", "back")}
    assert all(place.shape == (60, 2) and place.dtype == np.float32 for place in places.values())
    corners = np.array(mine.comparing.corners())
    sure = mine.column("probabilities").max(axis=1).argmax()
    assert np.linalg.norm(places["mine"] - corners[mine.column("predicted")[sure]], axis=1).argmin() == sure
    changed = mine.column("predicted") != theirs.column("predicted")
    assert (np.isfinite(places["lines"][:, 0]) == changed).all()
    assert (places["lines"][changed] == places["theirs"][changed]).all()
    assert (places["back"][changed] == places["mine"][changed]).all()
    assert mine.comparing.lines("other") == (changed.sum(), changed.sum())
    twin = np.array(theirs.comparing.corners())
    assert sorted(map(tuple, twin)) == sorted(map(tuple, corners))


def test_networks_of_unlike_size_have_no_plane(tiny_session):
    session = tiny_session("full")
    pair(session, "more outputs", name="seven.h5")
    assert "3 and 7 outputs" in session.comparing.why_not("seven")
    with pytest.raises(InspectorError, match="no plane in common"):
        session.column("circle/seven/mine")
    assert session.column("vs_seven").max() <= 3


def test_the_most_striking_differ_most_in_loss(two):
    mine, theirs = two
    rows, n = mine.contrast.striking("other", 2, "", 4)
    assert len(rows) == 4 < n == mine.contrast.tallies("other")[0].broken
    gap = np.abs(mine.column("loss") - theirs.column("loss"))
    assert (np.diff(gap[rows]) <= 0).all()
    assert gap[rows[-1]] >= np.sort(gap[mine.column("vs_other") == 2])[-4]


def test_agreement_leaves_labels_alone(tiny_session):
    session = tiny_session("no labels")
    other = pair(session, "no labels")
    same, n, kappa = session.contrast.agreement(session, other)
    assert n == 60 and same == (session.column("predicted") == other.column("predicted")).sum() and 0 < kappa < 1
    assert (session.column("vs_other") == -1).all() and session.contrast.tallies("other")[0].n == 0


def test_a_network_without_answers_offers_no_columns(tiny_session):
    session = tiny_session("embedding")
    pair(session, "embedding")
    assert list(session.comparing.names) == ["other"] and session.comparing.offered() == []
    assert not session.knows("vs_other")


def test_a_name_that_comes_to_stand_for_another_network_is_no_old_result(tiny_session):
    session = tiny_session("full")
    pair(session)
    before = session.find('vs_other == "fixed"')
    session.others = ()
    with pytest.raises(InspectorError):
        session.find('vs_other == "fixed"')
    pair(session, name="other.keras")
    assert session.find('vs_other == "fixed"').key != before.key


def test_spaced_keeps_the_ends():
    assert spaced(np.arange(10), 4).tolist() == [0, 3, 6, 9]
    assert spaced(np.arange(3), 4).tolist() == [0, 1, 2]
