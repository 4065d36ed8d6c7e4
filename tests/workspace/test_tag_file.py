"""Tags on disk: transactions, undo and redo, several writers, old, damaged, foreign and read-only files."""

import errno
import sqlite3
import stat
import threading
from contextlib import closing
from random import Random

import pytest

from tests.workspace.tagging import sample
from workspace import journal
from workspace.journal import NotSaved
from workspace.store import Store
from workspace.tag_file import NAME, SCHEMA, TagFile

MODES = ("wal", "delete")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


@pytest.fixture
def file(store):
    made = TagFile(store)
    yield made
    made.close()


def some(*numbers):
    return [sample(0, number) for number in numbers]


def having(file):
    return {row.name: {int.from_bytes(each[4:], "big") for each in file.members(row.id)} for row in file.rows()}


@pytest.mark.parametrize("mode", MODES)
def test_tags_are_given_taken_and_there_when_opened_again(store, mode):
    file = TagFile(store, mode=mode)
    assert file.version == 0 and not file.path.exists(), "reading makes no file"
    done = file.add(["a", "b"], some(1, 2, 3), "Ann")
    assert done.sentence == "tagged 3 samples “a”, “b”"
    assert file.remove(["b"], some(3, 4), "Bob").sentence == "took “b” from 1 sample"
    file.close()
    again = TagFile(store, mode=mode)
    assert having(again) == {"a": {1, 2, 3}, "b": {1, 2}}
    assert again.given(again.rows()[0].id, some(1)[0]) == ("Ann", done.at)
    assert stat.S_IMODE(again.path.stat().st_mode) == 0o600
    assert again._opened().execute("PRAGMA journal_mode").fetchone()[0] == mode
    assert again._opened().execute("PRAGMA synchronous").fetchone()[0] == 2, "FULL"
    again.close()


def test_what_changes_nothing_leaves_no_line(file):
    file.add(["a"], some(1), "Ann")
    version = file.version
    assert file.add(["a"], some(1), "Bob").number == 0
    assert file.remove(["a"], some(2), "Bob").number == 0
    assert file.rename("a", "a", "Bob").number == 0
    assert file.undo("Bob").sentence == "Bob has nothing to undo"
    assert file.version == version and file.history(9)[1] == 1


def test_unknown_and_taken_names_are_refused(file):
    file.add(["a", "b"], some(1), "Ann")
    with pytest.raises(NotSaved, match="“c”: there is none"):
        file.remove(["c"], some(1), "Ann")
    with pytest.raises(NotSaved, match="“b”: is there already"):
        file.rename("a", "b", "Ann")
    assert having(file) == {"a": {1}, "b": {1}}


def test_there_is_a_limit_of_tags(file, monkeypatch):
    monkeypatch.setattr("workspace.tag_file.MOST", 2)
    with pytest.raises(NotSaved, match="there are 2 already"):
        file.add(["a", "b", "c"], some(1), "Ann")
    assert having(file) == {}, "all of an action, or nothing"


# -- undo ------------------------------------------------------------------------------------------


def test_every_kind_of_action_is_taken_back_and_done_again(file):
    steps = [
        lambda: file.add(["a", "b"], some(1, 2), "Ann"),
        lambda: file.add(["a"], some(2, 3), "Ann"),
        lambda: file.remove(["b"], some(1), "Ann"),
        lambda: file.rename("a", "c", "Ann"),
        lambda: file.recolor("c", "#123456", "Ann"),
        lambda: file.delete("c", "Ann"),
    ]

    def now():
        return having(file), [row.color for row in file.rows()]

    seen = [now()]
    for step in steps:
        step()
        seen.append(now())
    assert [each[0] for each in seen][-3:] == [{"c": {1, 2, 3}, "b": {2}}] * 2 + [{"b": {2}}]
    for expected in reversed(seen[:-1]):
        file.undo("Ann")
        assert now() == expected
    assert file.undo("Ann").number == 0
    for expected in seen[1:]:
        file.redo("Ann")
        assert now() == expected
    assert file.redo("Ann").number == 0


def test_undo_is_ones_own_and_leaves_what_another_changed_since(file):
    file.add(["a"], some(1, 2, 3), "Ann")
    file.remove(["a"], some(2), "Bob")
    file.add(["b"], some(9), "Bob")
    assert file.undo("Ann").sentence == "took back: tagged 3 samples “a”; 1 sample stayed as changed since"
    assert having(file) == {"b": {9}}
    assert file.redo("Ann").number
    assert having(file) == {"a": {1, 3}, "b": {9}}, "what Bob took away stays away"
    file.undo("Bob")
    file.undo("Bob")
    assert having(file) == {"a": {1, 2, 3}}


def test_three_hundred_random_steps_of_one_person_equal_a_plain_model(file):
    random, now = Random(5), {}
    done, undone = [], []
    for _ in range(300):
        what, name = random.choice(["add", "add", "remove", "undo", "undo", "redo"]), random.choice("abc")
        numbers = set(random.sample(range(6), 2))
        if what in ("undo", "redo"):
            given, taken = (done, undone) if what == "undo" else (undone, done)
            changed = getattr(file, what)("Ann").number > 0
            assert changed == bool(given)
            if given:
                taken.append(now)
                now = given.pop()
        elif what == "add" or name in now:
            getattr(file, what)([name], some(*numbers), "Ann")
            old = now.get(name, set())
            new = old | numbers if what == "add" else old - numbers
            if new != old or name not in now:
                done.append(now)
                undone.clear()
                now = {**now, name: new}
        assert having(file) == now


def test_an_undo_of_an_undone_change_of_another_is_no_hindrance(file):
    file.add(["a"], some(1), "Ann")
    file.remove(["a"], some(1), "Bob")
    file.undo("Bob")
    file.undo("Ann")
    assert having(file) == {}


def test_a_new_action_ends_what_can_be_done_again(file):
    file.add(["a"], some(1), "Ann")
    file.undo("Ann")
    file.add(["b"], some(1), "Ann")
    assert file.steps_of("Ann") == ("tagged 1 sample “b”", "")
    assert file.redo("Ann").number == 0


def test_a_name_that_was_changed_or_taken_since_stays(file):
    file.add(["a"], some(1), "Ann")
    file.rename("a", "b", "Ann")
    file.rename("b", "c", "Bob")
    assert "nothing changed" in file.undo("Ann").sentence
    assert having(file) == {"c": {1}}
    file.rename("c", "d", "Ann")
    file.add(["c"], some(5), "Bob")
    assert "there is another tag “c” now" in file.undo("Ann").sentence
    assert having(file) == {"c": {5}, "d": {1}}


def test_a_deleted_tag_comes_back_into_one_that_has_its_name_now(file):
    file.add(["a"], some(1), "Ann")
    file.delete("a", "Ann")
    file.add(["a"], some(2), "Bob")
    file.undo("Ann")
    assert having(file) == {"a": {1, 2}}


def test_the_account_says_who_did_what_and_what_does_not_count(file):
    file.add(["a"], some(1), "Ann")
    file.undo("Ann")
    lines, total = file.history(1)
    assert total == 2 and [(line.who, line.kind) for line in lines] == [("Ann", "undo")]
    assert [line.undone for line in file.history(9)[0]] == [False, True]


# -- others ----------------------------------------------------------------------------------------


def test_another_file_object_sees_every_change_at_once(store, file):
    other = TagFile(store)
    for number in range(3):
        before = other.version
        file.add(["a"], some(number), "Ann")
        assert other.version > before
        assert having(other)["a"] == set(range(number + 1))
    other.close()


@pytest.mark.parametrize("mode", MODES)
def test_eight_at_once_lose_nothing(store, mode):
    files = [TagFile(store, mode=mode) for _ in range(2)]  # as two processes have, four threads each
    failed = []

    def work(writer):
        try:
            for number in range(10):
                files[writer % 2].add([f"w{writer}", "all"], some(writer * 10 + number, 999), f"w{writer}")
        except NotSaved as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert having(files[0])["all"] == {*range(80), 999}
    assert all(having(files[0])[f"w{writer}"] >= set(range(writer * 10, writer * 10 + 10)) for writer in range(8))
    for each in files:
        each.close()


# -- files -----------------------------------------------------------------------------------------


def test_sixty_thousand_in_one_action(file):
    assert file.add(["many"], some(*range(60_000)), "Ann").sentence == "tagged 60,000 samples “many”"
    file.undo("Ann")
    file.redo("Ann")
    assert len(file.members(file.rows()[0].id)) == 60_000


def test_an_older_schema_is_brought_up_to_date_with_a_copy_kept(store, file):
    file.add(["a"], some(1), "Ann")
    file.close()
    newer = TagFile(store, steps=(*SCHEMA, ("ALTER TABLE tags ADD COLUMN note TEXT",)))
    assert having(newer) == {"a": {1}}
    newer.close()
    (copy,) = store.folder.glob(f"{NAME}.schema-{len(SCHEMA)}-*")
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT name FROM tags").fetchall() == [("a",)]
    old = TagFile(store)
    assert old.rows() == [] and "later Innerview" in old.notices[0]
    with pytest.raises(journal.Newer):
        old.add(["b"], some(1), "Ann")
    old.close()


@pytest.mark.parametrize("what", ["text", "torn", "foreign"])
def test_a_damaged_file_is_kept_aside_and_a_new_one_begun(store, file, what):
    file.add(["a"], some(*range(2000)), "Ann")
    file.close()
    if what == "text":
        file.path.write_text("not a database at all\n" * 100)
    elif what == "torn":
        content = bytearray(file.path.read_bytes())
        content[len(content) // 2 :] = b"\0" * (len(content) - len(content) // 2)
        file.path.write_bytes(content)
    else:
        file.path.unlink()
        with closing(sqlite3.connect(file.path)) as other:
            other.execute("CREATE TABLE songs (name TEXT)")
    damaged = file.path.read_bytes()
    again = TagFile(store)
    again.add(["new"], some(1), "Ann")
    assert having(again)["new"] == {1}
    (aside,) = [path for path in store.folder.glob(f"{NAME}.damaged-*") if not path.name.endswith(journal.SIDE_FILES)]
    assert aside.read_bytes() == damaged
    assert "was damaged" in again.notices[0] and aside.name in again.notices[0]
    again.close()


def test_members_that_cannot_be_read_are_told_by_the_account(store, file):
    for name in "abcde":
        file.add([name], some(*range(1000)), "Ann")
    file.remove(["a"], some(*range(500)), "Bob")
    before = having(file)
    (root,) = file._opened().execute("SELECT rootpage FROM sqlite_master WHERE name = 'members'").fetchone()
    file.close()
    content = bytearray(file.path.read_bytes())
    content[(root - 1) * 4096 : root * 4096] = b"\0" * 4096
    file.path.write_bytes(content)
    again = TagFile(store)
    assert having(again) == before
    assert "4,500 tags of samples could be read" in again.notices[0]
    again.close()


def test_a_file_that_was_removed_while_it_was_open_is_begun_anew(store, file):
    file.add(["a"], some(1), "Ann")
    for ending in ("", *journal.SIDE_FILES):
        file.path.with_name(NAME + ending).unlink(missing_ok=True)
    file.add(["b"], some(1), "Ann")
    assert having(TagFile(store)) == {"b": {1}}, "never a promise about a file that is gone"


def test_a_cache_that_cannot_be_written_shows_its_tags_and_takes_none(store, file, monkeypatch):
    file.add(["a"], some(1), "Ann")  # and it stays open, so that there is a log beside the file

    def refuse(self, folder):
        return (
            self._elsewhere(folder, OSError(errno.EROFS, "Read-only file system"))
            if folder == store.folder
            else folder
        )

    monkeypatch.setattr(Store, "_usable", refuse)
    borrowed = TagFile(Store(store.folder))
    assert borrowed.path != file.path
    assert having(borrowed) == {"a": {1}}
    with pytest.raises(NotSaved, match="cannot be written; start with --cache"):
        borrowed.add(["b"], some(1), "Ann")
    borrowed.close()


def test_a_full_disk_leaves_the_tags_as_they_were(file):
    file.add(["a"], some(1), "Ann")
    pages = file._opened().execute("PRAGMA page_count").fetchone()[0]
    file._opened().execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(NotSaved, match="the disk is full; free space"):
        file.add(["many"], some(*range(9000)), "Ann")
    assert having(file) == {"a": {1}}
    file._opened().execute("PRAGMA max_page_count = 100000")
    file.add(["many"], some(*range(9000)), "Ann")
    assert len(having(file)["many"]) == 9000


def test_a_file_that_another_program_holds_is_said_so(file, monkeypatch):
    monkeypatch.setattr(journal, "BUSY_SECONDS", 0.05)
    file.add(["a"], some(1), "Ann")
    with closing(sqlite3.connect(file.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotSaved, match="another program holds the file"):
            file.add(["b"], some(1), "Ann")
        assert having(file) == {"a": {1}}
        other.execute("ROLLBACK")


def test_shared_file_systems_get_no_write_ahead_log(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"/dev/sda1 / ext4 rw 0 0\nserver:/home {tmp_path} nfs4 rw 0 0\n/dev/sdb {tmp_path}/own xfs rw 0 0\n"
    )
    monkeypatch.setattr(journal, "MOUNTS", mounts)
    assert journal.journal_mode(tmp_path / "cache") == "delete"
    assert journal.journal_mode(tmp_path / "own" / "cache") == "wal"
    monkeypatch.setattr(journal, "MOUNTS", tmp_path / "none")
    assert journal.journal_mode(tmp_path) == "wal"
