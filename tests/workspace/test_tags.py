"""Tags by index: as fields, queries, columns and sets; names; and samples that move, multiply and are renamed."""

import shutil

import numpy as np
import pytest

from workspace.export import table
from workspace.facets import facet
from workspace.journal import NotSaved
from workspace.plan import UnknownColumn
from workspace.query import QueryError, filters, sets
from workspace.session import Session
from workspace.store import Store
from workspace.tag_identity import identities
from workspace.tag_names import SOMEBODY, named, person


@pytest.fixture
def session(tmp_path, tiny_session):
    """On a copy of the cache, so that no other test meets these tags."""
    full = tiny_session("full")
    shutil.copytree(full.store.folder, tmp_path / "cache")
    made = Session(Store(tmp_path / "cache"), full.options, command=("no", "worker", "here"))
    made.tags.add("x, to check", [1, 2, 3], "Ann")
    made.tags.add("xy", [3, 4], "Bob")
    yield made
    made.close()


def found(session, query, **more):
    return session.find(query, **more).indices.tolist()


# -- as words of the language ----------------------------------------------------------------------


def test_contains_means_a_whole_tag_and_not_a_part_of_one(session):
    assert found(session, 'tags contains "x"') == [1, 2, 3]
    assert found(session, 'tags contains "xy"') == [3, 4]
    assert found(session, 'tags in ["x", "xy"]') == [1, 2, 3, 4]
    assert found(session, 'tags startswith "to"') == [1, 2, 3]
    assert found(session, 'tags contains "x" and not (tags contains "xy")') == [1, 2]
    assert found(session, "tags is not null") == [1, 2, 3, 4]
    assert len(found(session, "tags is null")) == session.dataset.n - 4
    assert len(found(session, 'not (tags contains "x")')) == session.dataset.n - 3, "having none is no missing value"
    assert found(session, "`tag:to check` and index > 1") == [2, 3]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('tags contains "X"', "none named 'X'; did you mean 'x'"),
        ('tags in ["nope"]', "none named 'nope'"),
        ('tags == "x"', 'write tags contains "x"'),
        ("tags > 2", "is a set"),
        ("tags", "needs a comparison"),
        ("tags contains 4", "followed by a text"),
        ("tags in [4]", "put the text into quotes"),
        ("tags == label", "is a set"),
    ],
)
def test_what_makes_no_sense_is_said_with_the_way_out(session, query, said):
    with pytest.raises(QueryError) as error:
        session.find(query)
    assert said in str(error.value)


def test_results_know_when_tags_have_changed(session):
    before = session.find('tags contains "x"')
    session.tags.remove("x", [1], "Bob")
    after = session.find('tags contains "x"')
    assert after.indices.tolist() == [2, 3]
    assert after.key != before.key and after.url != before.url
    assert session.find("loss > 0").key == session.find("loss > 0").key


def test_results_sort_by_tags(session):
    assert found(session, "tags is not null", sort="tags") == [1, 2, 3, 4], (
        "to check x before to check x xy before xy"
    )
    assert found(session, "", sort="-tags")[:4] == [4, 3, 1, 2]


def test_tags_are_a_column_a_color_a_file_and_a_facet(session):
    unit = session.unit("tag:x")
    assert (unit.kind, unit.names) == ("class", ("no", "yes"))
    key = session.key("tag:x")
    assert np.flatnonzero(session.by_key(key)).tolist() == [1, 2, 3]
    session.tags.add("x", [9], "Ann")
    assert session.key("tag:x") != key
    assert np.flatnonzero(session.by_key(session.key("tag:x"))).tolist() == [1, 2, 3, 9]
    assert table(session, np.array([3, 0]))["tags"].tolist() == ["to check, x, xy", ""]
    groups = facet("tags", session.fields(), session.dataset.n)
    assert groups.labels[0] == "no tag"
    for code, condition in enumerate(groups.conditions):
        assert found(session, condition) == np.flatnonzero(groups.codes == code).tolist()
    with pytest.raises(UnknownColumn):
        session.column("tag:gone")
    assert not session.knows("tag:gone")


def test_a_head_of_the_table_filters_by_whole_tags(session):
    kinds = {name: field.kind for name, field in session.fields().items()}
    model = {"type": "contains", "filter": "x", "filterType": "text"}
    written = filters.merged("", {"tags": model}, kinds)
    assert written == 'tags contains "x"' and filters.models(written, kinds) == {"tags": model}
    assert filters.condition("tags", "set", {"type": "blank"}) == "tags is null"
    assert found(session, "", filters=written) == [1, 2, 3]


def test_a_column_is_found_by_its_key_whatever_else_was_asked_for(session):
    session.tags.add([f"tag {number}" for number in range(20)], [1], "Ann")
    keys = {name: session.key(f"tag:{name}") for name in session.tags.names()}
    again = Session(Store(session.store.folder), session.options, command=("no", "worker", "here"))
    for name, key in keys.items():
        assert np.flatnonzero(again.by_key(key)).tolist() == session.tags.members(name).tolist()
    again.close()


def test_sets_are_bits_that_can_be_read_back():
    random = np.random.default_rng(0)
    names = [f"name {code}" for code in range(11)]
    masks = [random.random(40) < 0.3 for _ in names]
    values = sets.packed(masks, 40)
    assert values.shape == (40, 2)
    for code, mask in enumerate(masks):
        assert (sets.has(values, [code]) == mask).all()
    assert (sets.has(values, [2, 9]) == (masks[2] | masks[9])).all()
    assert (sets.is_empty(values) == ~np.any(masks, axis=0)).all()
    written = [[name for code, name in enumerate(names) if masks[code][row]] for row in range(40)]
    assert [text.split(sets.SEPARATOR) if text else [] for text in sets.texts(values, names)] == written
    nothing = sets.packed([], 3)
    assert sets.is_empty(nothing).all() and sets.texts(nothing, []).tolist() == ["", "", ""]


def test_what_pages_ask(session):
    tags = session.tags
    assert [(tag.name, tag.count, tag.elsewhere, tag.who) for tag in tags.all()] == [
        ("to check", 3, 0, "Ann"), ("x", 3, 0, "Ann"), ("xy", 2, 0, "Bob"),
    ]  # fmt: skip
    assert tags.members("xy").tolist() == [3, 4]
    assert [(mark.name, mark.who) for mark in tags.of(3)] == [("to check", "Ann"), ("x", "Ann"), ("xy", "Bob")]
    assert [(row.name, count) for row, count in tags.among(np.array([2, 3]))] == [
        ("to check", 2),
        ("x", 2),
        ("xy", 1),
    ]
    assert tags.color("tag:x").startswith("#") and tags.color("loss") == ""


def test_pages_hear_of_changes_by_others(session):
    session.tags.glance()
    version = session.version
    session.tags.glance()
    assert session.version == version
    other = Session(Store(session.store.folder), session.options, command=("no", "worker", "here"))
    other.tags.add("new", [7], "Eve")
    session.tags.glance()
    assert session.version > version
    assert found(session, 'tags contains "new"') == [7]
    other.close()


@pytest.mark.parametrize("kind", ["nothing", "dataset only", "no column"])
def test_before_the_samples_are_told_apart_tags_wait(tiny_session, kind):
    session = tiny_session(kind)
    assert session.tags.names() == () and not session.tags.ready
    assert not session.is_ready("tags")


# -- samples that move -----------------------------------------------------------------------------


def opened(folder, images, **arrays):
    """A finished session over these samples, in one cache for all of a test."""
    folder.mkdir(exist_ok=True)
    from workspace import opening
    from workspace.options import Options

    store = Store(folder.parent / "cache")
    np.savez(folder / "some.npz", x=images, **arrays)
    (folder / "tiny.h5").write_bytes(b"what a network would be")
    options = Options(str(folder / "tiny.h5"), str(folder / "some.npz"))
    opening.open_dataset(store, options)
    session = Session(store, options, command=("no", "worker", "here"))
    for column in ("digests", "copies"):
        needed = np.asarray(session.column("images"))
        store.write(session.key(column), session.rule(column).function(needed), column=column)
    return session


def test_tags_follow_their_pictures_when_these_are_mixed_added_to_and_renamed(tmp_path):
    random = np.random.default_rng(0)
    images = random.integers(0, 255, (30, 4, 4, 1), dtype=np.uint8)
    labels = np.arange(30) % 3
    first = opened(tmp_path / "a", images, y=labels)
    first.tags.add("kept", [3, 5, 8], "Ann")
    order = random.permutation(30)
    mixed = opened(tmp_path / "b", images[order], y=labels[order])
    assert sorted(order[mixed.tags.members("kept")]) == [3, 5, 8]
    more = np.concatenate([random.integers(0, 255, (5, 4, 4, 1), dtype=np.uint8), images])
    assert opened(tmp_path / "c", more, y=np.arange(35) % 3).tags.members("kept").tolist() == [8, 10, 13]
    files = np.array([f"new {row}.png" for row in range(30)])
    assert opened(tmp_path / "d", images, y=(labels + 1) % 3, filename=files).tags.members("kept").tolist() == [
        3,
        5,
        8,
    ]
    few = opened(tmp_path / "e", images[:5], y=labels[:5])
    assert [(tag.count, tag.elsewhere) for tag in few.tags.all()] == [(1, 2)]
    other = opened(tmp_path / "f", 255 - images, y=labels)
    assert [(tag.count, tag.elsewhere) for tag in other.tags.all()] == [(0, 3)]
    assert other.tags.names() == (), "tags of other data are no words here"


def test_of_identical_pictures_only_the_one_is_tagged_and_it_keeps_the_tag_by_its_file(tmp_path):
    images = np.zeros((6, 4, 4, 1), np.uint8)
    images[4:] = 9
    files = np.array(["c.png", "a.png", "b.png", "d.png", "y.png", "x.png"])
    labels = np.zeros(6, int)
    session = opened(tmp_path / "a", images, y=labels, filename=files)
    assert len(set(identities(session))) == 6
    session.tags.add("kept", [1, 4], "Ann")
    order = np.array([5, 0, 4, 3, 2, 1])
    mixed = opened(tmp_path / "b", images[order], y=labels, filename=files[order])
    assert sorted(files[order][mixed.tags.members("kept")]) == ["a.png", "y.png"]


# -- names -----------------------------------------------------------------------------------------


def test_names_are_tidied_and_each_counts_once():
    assert named(" to  check ,a,, a ,") == ["to check", "a"]
    assert named("e\u0301") == ["\u00e9"], "one way of writing"
    assert named("日本語, עברית, 👩‍🔬, ß") == ["日本語", "עברית", "👩‍🔬", "ß"]
    assert named("x" * 60) == ["x" * 60]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no name is given"),
        (" , ,", "no name is given"),
        ("x" * 61, "61 characters; 60 is the most"),
        ("x" * 10_000, "10,000 characters"),
        ("a\0b", "invisible characters"),
        ("a\u202eb", "invisible characters"),
        (",".join(map(str, range(21))), "21 at once; 20 is the most"),
        (["a,b"], "holds a comma"),
    ],
)
def test_wrong_names_are_refused_in_one_line(text, said):
    with pytest.raises(NotSaved, match=said) as error:
        named(text)
    assert len(str(error.value)) < 200 and "\n" not in str(error.value)


def test_people_may_have_any_name_or_none():
    assert person("") == person(" \n ") == person("\0") == SOMEBODY
    assert person(" Ann\tB ") == "Ann B"
    assert len(person("x" * 900)) == 40


def test_almost_equal_names_are_told_apart_and_said(session):
    assert session.tags.add("X", [5], "Ann").sentence == "tagged 1 sample “X”; there is “x” too"
    assert session.tags.add("To-Check", [5], "Ann").sentence.endswith("there is “to check” too")
    assert found(session, 'tags contains "X"') == [5]


@pytest.mark.parametrize("rows", [[], [-1], [60], [0, 10**9]])
def test_samples_that_are_not_there_cannot_be_tagged(session, rows):
    version = session.tags.version
    with pytest.raises(NotSaved):
        session.tags.add("x", rows, "Ann")
    assert session.tags.version == version


def test_colors_are_colors(session):
    session.tags.recolor("x", "#ABCDEF", "Ann")
    assert session.tags.color("tag:x") == "#abcdef"
    for wrong in ("red", "#12345", "#12345g", "url(x)", ""):
        with pytest.raises(NotSaved, match="is none"):
            session.tags.recolor("x", wrong, "Ann")
