"""Undo and redo of what people did with tags: per person, and never of what another did since.

A person's undo takes back their last action that still counts, whatever others did in between. It changes
just the samples that the action really changed. Where a later action of anybody that still counts changed
the same tag of the same sample, that one stays; a name or color that was changed again since stays too.
"""

from __future__ import annotations

import sqlite3

from workspace.tag_action import Action, parted, quoted, samples_text

OWN = "kind NOT IN ('undo', 'redo')"  # actions that were not about other actions
UNDONE = "coalesce((SELECT u.kind FROM actions u WHERE u.of = a.id ORDER BY u.id DESC LIMIT 1), '') = 'undo'"


def undone(file: sqlite3.Connection, number: int) -> bool:
    """Whether an action does not count at present."""
    return bool(file.execute(f"SELECT {UNDONE} FROM actions a WHERE a.id = ?", (number,)).fetchone()[0])


def last_done(file: sqlite3.Connection, who: str, kind: str = "") -> int:
    """The last action of a person, of one kind or of any, that counts; 0 for none."""
    text = (
        f"SELECT a.id FROM actions a WHERE a.who = ? AND {OWN} AND ? IN ('', a.kind) AND NOT {UNDONE} "
        "ORDER BY a.id DESC LIMIT 1"
    )
    row = file.execute(text, (who, kind)).fetchone()
    return row[0] if row else 0


def last_undone(file: sqlite3.Connection, who: str) -> int:
    """The action that a person undid last, if they did nothing else since; 0 for none."""
    newest = f"SELECT coalesce(max(id), 0) FROM actions WHERE who = ? AND {OWN}"
    text = (
        f"SELECT a.id, (SELECT max(u.id) FROM actions u WHERE u.of = a.id) AS at FROM actions a "
        f"WHERE a.who = ? AND {OWN} AND {UNDONE} ORDER BY at DESC LIMIT 1"
    )
    row = file.execute(text, (who,)).fetchone()
    return row[0] if row and row[1] > file.execute(newest, (who,)).fetchone()[0] else 0


def redone(action: Action, number: int, *, forward: bool) -> None:
    """Take an action back, or do it again (`forward`), as far as nobody has changed the same since."""
    file = action.file
    file.execute("UPDATE actions SET of = ? WHERE id = ?", (number, action.number))
    text = "SELECT kind, sentence, tag, was, became FROM actions WHERE id = ?"
    kind, sentence, tag, was, became = file.execute(text, (number,)).fetchone()
    if kind in ("rename", "color"):
        old, new = (was, became) if forward else (became, was)
        left = _renamed(action, tag, "name" if kind == "rename" else "color", old, new)
    else:
        left = _moved(action, number, forward=forward)
        if kind == "delete" and not forward:
            action.revived(tag)
        elif kind == "delete" and action.is_empty(tag):
            action.bury(tag)
    action.sentence = f"{'did again' if forward else 'took back'}: {sentence}{left}"


def retold(file: sqlite3.Connection) -> None:
    """Put back into the members what the account says of them: of a damaged file it may be the part that is whole."""
    having: dict[int, dict[bytes, int]] = {}
    for number, tag, sign, joined in file.execute(
        "SELECT action, tag, sign, samples FROM changes ORDER BY action, sign"
    ):
        samples = having.setdefault(tag, {})
        for sample in parted(joined):
            if sign > 0:
                samples[sample] = number
            else:
                samples.pop(sample, None)
    rows = ((tag, sample, number) for tag, samples in having.items() for sample, number in samples.items())
    file.executemany("INSERT OR IGNORE INTO members (tag, sample, action) VALUES (?, ?, ?)", rows)


def _renamed(action: Action, tag: int, column: str, old: str, new: str) -> str:
    """Put a name or a color back; gives why not, as the end of a sentence."""
    if action.value(tag, column) != old:
        return f"; nothing changed, because somebody gave it another {column} since"
    if column == "name" and action.living(new):
        return f"; nothing changed, because there is another tag {quoted(new)} now"
    action.change(tag, column, new, was=old)
    return ""


def _moved(action: Action, number: int, *, forward: bool) -> str:
    """Give and take what an action did, or the other way round; gives what stays, as the end of a sentence."""
    file = action.file
    kept = 0
    text = "SELECT tag, sign, samples FROM changes WHERE action = ?"
    for tag, sign, joined in file.execute(text, (number,)).fetchall():
        samples, later = parted(joined), _changed_since(file, tag, number)
        mine = [sample for sample in samples if sample not in later]
        kept += len(samples) - len(mine)
        if (sign > 0) == forward:
            action.give(action.revived(tag), mine)
        else:
            action.take(tag, mine)
    if not forward:  # a tag that came with the action goes with it
        for (tag,) in file.execute("SELECT id FROM tags WHERE made = ? AND alive", (number,)).fetchall():
            if action.is_empty(tag):
                action.bury(tag)
    return f"; {samples_text(kept)} stayed as changed since" if kept else ""


def _changed_since(file: sqlite3.Connection, tag: int, number: int) -> set[bytes]:
    """The samples of which a later action that counts has changed a tag."""
    text = (
        f"SELECT c.samples FROM changes c JOIN actions a ON a.id = c.action "
        f"WHERE c.tag = ? AND a.id > ? AND a.{OWN} AND NOT {UNDONE}"
    )
    return {sample for (joined,) in file.execute(text, (tag, number)) for sample in parted(joined)}
