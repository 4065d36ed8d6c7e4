"""What one COCO list says: pictures, categories, and boxes on the pictures.

Lists are written by a dozen programs and edited by hand. What is wrong with one picture or one box is told
and left out; what is no list at all is refused. Outlines (`segmentation`) are dropped while they are read:
they are most of a file, and only boxes count here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datasets.cutting import Box
from datasets.dataset import BadDataset
from datasets.loader import shown

MOST_BYTES = 2**29
MOST_SIDE = 10**6
KNOWN = frozenset(("id", "image_id", "category_id", "bbox", "area", "iscrowd", "segmentation"))

_DROPPED = ("segmentation", "keypoints", "caption")
_ADVICE = "give a COCO list with images, annotations and categories"


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture: its id, its path as the list says it, its (width, height) in pixels if they are said."""

    id: int | str
    name: str
    size: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A box on a picture.

    Attributes:
        photo: position of its picture in the list.
        category: name, "" for none.
        box: left, top, width, height in pixels of the picture as large as the list says.
        about: other short facts, as text.
    """

    id: str
    photo: int
    category: str
    box: Box
    area: float
    crowd: bool
    about: dict[str, str]


@dataclass(slots=True)
class Listed:
    """Everything that can be used of a list.

    Attributes:
        photos: in the list's order.
        marks: in the list's order.
        categories: names by their ids' order.
        problems: (what, why) of what was left out.
        notices: what a person should know, a sentence each.
    """

    photos: list[Photo] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def read(path: Path) -> Listed:
    """Read a list. One of 70 MB with 150,000 boxes takes some 10 s and 250 MB.

    Raises:
        BadDataset: no such list, damaged, or too large.
    """
    found = _parsed(path)
    images, annotations, categories = (found.get(name) for name in ("images", "annotations", "categories"))
    if not isinstance(images, list) or not isinstance(annotations or [], list):
        has = ", ".join(shown(name) for name in list(found)[:6]) or "nothing"
        raise BadDataset(f"{shown(path)}: no list of images in it (it has: {has}); {_ADVICE}")
    listed = Listed()
    names = _categories(categories, listed)
    place = _photos(images, listed)
    _marks(annotations or [], names, place, listed)
    return listed


def _parsed(path: Path) -> dict[str, Any]:
    what = shown(path)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise BadDataset(f"{what}: {size:,} bytes, and at most {MOST_BYTES:,} are read; split it")
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES)
        found = json.loads(raw.decode("utf-8-sig"), object_hook=_slim)
    except OSError as error:
        raise BadDataset(f"{what}: cannot be read ({error.strerror}); check its permissions") from error
    except RecursionError as error:
        raise BadDataset(f"{what}: its JSON is nested too deeply; {_ADVICE}") from error
    except UnicodeDecodeError as error:
        raise BadDataset(f"{what}: not UTF-8 text; save it as UTF-8") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno:,}, column {error.colno:,}"
        raise BadDataset(f"{what}: its JSON is damaged ({where}); copy it again") from error
    except ValueError as error:  # a number of thousands of digits
        raise BadDataset(f"{what}: its JSON holds a number that is none; copy it again") from error
    if not isinstance(found, dict):
        raise BadDataset(f"{what}: JSON, but no COCO list; {_ADVICE}")
    return found


def _slim(found: dict[str, Any]) -> dict[str, Any]:
    for name in _DROPPED:
        found.pop(name, None)
    return found


def _categories(entries: Any, listed: Listed) -> dict[int | str, str]:
    """Names by id; fills in the names in the order of the ids."""
    names: dict[int | str, str] = {}
    above: dict[int | str, object] = {}
    for entry in entries if isinstance(entries, list) else []:
        key = _id(entry.get("id")) if isinstance(entry, dict) else None
        if key is None:
            listed.problems.append((f"category {_said(entry)}", "no id in it"))
        elif key in names:
            listed.problems.append((f"category {key}", f"its id is that of '{shown(names[key])}', too"))
        else:
            name = entry.get("name")
            names[key] = " ".join(name.split()) if isinstance(name, str) and name.strip() else f"category {key}"
            above[key] = entry.get("supercategory")
    order = sorted(names, key=lambda key: (isinstance(key, str), key))
    listed.categories = list(dict.fromkeys(names[key] for key in order))
    if len(listed.categories) < len(names):
        listed.notices.append(
            f"{len(names) - len(listed.categories):,} categories have the name of another: one class."
        )
    if len(order) > 1 and above[order[0]] == "none" and names[order[0]] in list(above.values()):
        # A heading that some programs write as a category of its own.
        listed.categories.remove(names[order[0]])
    return names


def _photos(entries: list[Any], listed: Listed) -> dict[int | str, int]:
    """Position by id among the pictures that can be used."""
    place: dict[int | str, int] = {}
    for number, entry in enumerate(entries):
        key = _id(entry.get("id")) if isinstance(entry, dict) else None
        name = entry.get("file_name") if isinstance(entry, dict) else None
        if key is None or not isinstance(name, str) or not name.strip() or len(name) > 1000:
            why = "no id in it" if key is None else "no file_name in it"
            listed.problems.append((f"image {number if key is None else key}", why))
        elif key in place:
            first = listed.photos[place[key]].name
            listed.problems.append((shown(name), f"its id {key} is that of '{shown(first)[-50:]}', too"))
        else:
            place[key] = len(listed.photos)
            width, height = entry.get("width"), entry.get("height")
            said = type(width) is int and type(height) is int and 0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE
            listed.photos.append(Photo(key, name, (width, height) if said else None))
    return place


def _marks(entries: list[Any], names: dict[int | str, str], place: dict[int | str, int], listed: Listed) -> None:
    seen: dict[tuple[int, str, Box], str] = {}
    heading = set(names.values()) - set(listed.categories)
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            listed.problems.append((f"annotation {number}", "not an object with image_id and bbox"))
            continue
        key = _id(entry.get("id"))
        what = f"annotation {number if key is None else key}"
        photo, kind = _id(entry.get("image_id")), _id(entry.get("category_id"))
        box = _box(entry.get("bbox"))
        if photo is None or photo not in place:
            listed.problems.append((what, "no image_id in it" if photo is None else f"there is no image {photo}"))
        elif kind is not None and kind not in names:
            listed.problems.append((what, f"there is no category {kind}"))
        elif isinstance(box, str):
            listed.problems.append((what, box))
        else:
            category = "" if kind is None else names[kind]
            if category in heading:
                heading.discard(category)
                listed.categories.insert(0, category)
            same = (place[photo], category, box)
            if same in seen:
                listed.problems.append((what, f"the same box as {seen[same]}"))
                continue
            seen[same] = what
            area = entry.get("area")
            size = box[2] * box[3]
            if isinstance(area, int | float) and _is_number(area) and area >= 0:
                size = float(area)
            crowd = entry.get("iscrowd") in (1, True)
            listed.marks.append(Mark(what, place[photo], category, box, size, crowd, dict(_about(entry))))


def _box(found: Any) -> Box | str:
    """A box, or what is wrong with it."""
    if found is None or found == []:
        return "no box"
    if not isinstance(found, list) or len(found) != 4 or not all(_is_number(value) for value in found):
        return "its box is not four numbers: left, top, width, height"
    left, top, width, height = map(float, found)
    if max(abs(value) for value in (left, top, width, height)) > MOST_SIDE:
        return f"its box is larger than {MOST_SIDE:,} pixels"
    if width <= 0 or height <= 0:
        return f"an empty box of {width:g} x {height:g} pixels"
    return left, top, width, height


def _about(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Short facts besides the usual ones, also those that some programs keep under `attributes`."""
    more = entry.get("attributes")
    for name, value in [*entry.items(), *(more.items() if isinstance(more, dict) else ())]:
        if name in KNOWN or value is None:
            continue
        if isinstance(value, bool):
            yield name, str(value).lower()
        elif isinstance(value, str | int) or _is_number(value):
            yield name, str(value)


def _id(found: Any) -> int | str | None:
    """An id, whole numbers as such however they are written."""
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    if isinstance(found, float):
        return int(found) if math.isfinite(found) and found == int(found) and abs(found) < 2**53 else None
    if isinstance(found, int):
        return found if abs(found) < 2**63 else None
    text = found.strip()
    return text[:200] or None


def _is_number(found: Any) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool) and abs(found) < 1e300


def _said(entry: Any) -> str:
    return shown(json.dumps(entry, default=str))[:40]
