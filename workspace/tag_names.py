"""What tags and people may be called."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from workspace.journal import NotSaved
from workspace.tag_action import quoted

NAME_LENGTH, WHO_LENGTH = 60, 40
MOST_AT_ONCE = 20
SOMEBODY = "somebody"
JOINERS = "\u200c\u200d"  # letters of many scripts and pictures need them; nothing else invisible is let in


def named(names: str | Sequence[str]) -> list[str]:
    """The tags of a text with commas, each once, checked. Raises NotSaved for none, too many, or a wrong one."""
    listed = names.split(",") if isinstance(names, str) else names
    found = list(dict.fromkeys(name for each in listed if (name := tidied(each))))
    if not found:
        raise NotSaved("tags: no name is given; type one, or several with commas")
    if len(found) > MOST_AT_ONCE:
        raise NotSaved(f"tags: {len(found)} at once; {MOST_AT_ONCE} is the most, give fewer")
    for name in found:
        if len(name) > NAME_LENGTH:
            raise NotSaved(f"tag {quoted(name[:20] + '…')}: {len(name):,} characters; {NAME_LENGTH} is the most")
        if "," in name or not all(each.isprintable() or each in JOINERS for each in name):
            raise NotSaved(f"tag {name!r:.80}: holds a comma or invisible characters; leave them out")
    return found


def person(who: str) -> str:
    """The name that somebody typed, fit to be kept; "somebody" for none."""
    seen = "".join(each for each in tidied(who or "") if each.isprintable() or each in JOINERS)
    return seen[:WHO_LENGTH].strip() or SOMEBODY


def tidied(text: str) -> str:
    """In one way of writing, with single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def plain(name: str) -> str:
    """A name without case and signs; two tags of one are easily mixed up."""
    return "".join(each for each in name.casefold() if each.isalnum()) or name
