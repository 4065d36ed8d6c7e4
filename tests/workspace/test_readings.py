"""Of a folder that changed only what is new is decoded, and what is new is told."""

import os
import time

import numpy as np
import pytest
from PIL import Image

from datasets import picture
from tests.datasets.drawing import pixels, save, tree
from workspace.opening import open_dataset
from workspace.options import Options
from workspace.store import Store


@pytest.fixture
def place(tmp_path):
    """A folder of 30 gray pictures in three classes, a cache beside it, and how often files were decoded."""
    tree(tmp_path / "data", *(f"{'abc'[row % 3]}/{row:02}.png" for row in range(30)), channels=1)
    return tmp_path


@pytest.fixture
def decoded(monkeypatch):
    """The names of all files whose pixels were decoded."""
    names = []
    plain = picture.decode

    def watched(file, *size):
        names.append(file.name)
        return plain(file, *size)

    monkeypatch.setattr(picture, "decode", watched)
    return names


def read(place, cache="cache", name="data", **options):
    store = Store(place / cache, options.get("force", 0.0))
    opened = open_dataset(store, Options("unused.h5", str(place / name), **options))
    return opened, np.array(store.read(opened.keys["images"]))


def change(place):
    """12 more, 3 changed, 5 gone."""
    for row in range(12):
        save(place / f"data/{'abc'[row % 3]}/new{row}.png", pixels(channels=1, seed=100 + row))
    for row in range(3):
        save(place / f"data/{'abc'[row % 3]}/{row:02}.png", pixels(channels=1, seed=200 + row))
    for row in range(10, 15):
        (place / f"data/{'abc'[row % 3]}/{row:02}.png").unlink()


def settle(store_folder, opened):
    """What the worker makes after the reading: digests."""
    from workspace.plan import Plan
    from workspace.reuse import own_digests

    assert own_digests(Store(store_folder), Plan(opened.keys)) is not None


def test_only_new_and_changed_files_are_decoded(place, decoded):
    first, _ = read(place)
    assert (first.n, first.decoded, first.news) == (30, 30, ())
    settle(place / "cache", first)
    decoded.clear()
    change(place)
    second, images = read(place)
    assert second.n == 37 and second.decoded == 15
    assert len(decoded) == 15 and sum(name.startswith("new") for name in decoded) == 12
    _, anew = read(place, "another")
    np.testing.assert_array_equal(images, anew)
    new, files = second.news
    assert (
        new.startswith("15 of 37 samples are new since ") and "; 8 of the 30 of then were changed or removed." in new
    )
    assert files == "15 of 37 files were decoded, the others were found again."


def test_headers_of_known_files_are_not_read_again(place, monkeypatch):
    read(place)
    change(place)
    opened = []
    plain = picture.look
    monkeypatch.setattr(picture, "look", lambda file: opened.append(file) or plain(file))
    read(place)
    assert len(opened) == 15


def test_the_sizes_of_known_files_are_told_again(place, decoded):
    for row in range(3):
        save(place / f"data/a/long{row}.png", pixels(4, 40 + row, channels=1))
    sizes = ("metadata/width", "metadata/height")
    first, _ = read(place)
    store = Store(place / "cache")
    assert [int(store.read(first.keys[name]).max()) for name in sizes] == [42, 6]
    decoded.clear()
    change(place)
    second, _ = read(place)
    anew, _ = read(place, "another")
    assert second.decoded == 15 and [second.keys[name] for name in sizes] == [anew.keys[name] for name in sizes]


def test_what_was_done_to_a_known_file_is_told_again(place):
    Image.fromarray(np.full((6, 5), 40_000, np.uint16)).save(place / "data/a/deep.png")
    first, _ = read(place)
    change(place)
    second, _ = read(place)
    assert any("1 of 31 images had 16 bits" in notice for notice in first.notices)
    assert any("1 of 38 images had 16 bits" in notice for notice in second.notices)


def test_a_damaged_file_is_tried_again_each_time(place, decoded):
    (place / "data/a/00.png").write_bytes(b"\x89PNG nothing")
    assert read(place)[0].n_problems == 1
    save(place / "data/b/more.png", pixels(channels=1, seed=50))
    second, _ = read(place)
    assert second.n_problems == 1 and second.n == 30 and second.decoded == 1


def test_another_common_size_is_told_and_all_are_decoded(place):
    read(place)
    for row in range(40):
        save(place / f"data/a/large{row}.png", pixels(9, 9, channels=1, seed=row))
    second, images = read(place)
    assert images.shape == (70, 9, 9, 1) and second.decoded == 70
    assert any(
        "The common size is 9 x 9 x 1 now and was 6 x 5 x 1: all 70 images were read anew." in notice
        for notice in second.notices
    )


def test_a_file_written_again_with_its_old_time_is_found_by_force_only(place):
    path = place / "data/a/00.png"
    path.unlink()
    Image.fromarray(np.zeros((6, 5), np.uint8)).save(path.with_suffix(".bmp"))
    path = path.with_suffix(".bmp")
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    read(place)
    Image.fromarray(np.full((6, 5), 9, np.uint8)).save(path)
    os.utime(path, ns=times)
    assert read(place)[1][0].max() == 0
    forced, images = read(place, force=time.time())
    assert images[0].min() == 9 and forced.decoded == 30 and forced.news == ()
    assert read(place)[1][0].min() == 9


def test_damaged_pixels_of_before_are_not_used(place):
    first, _ = read(place)
    path = place / "cache" / "columns" / f"{first.keys['images']}.npy"
    body = bytearray(path.read_bytes())
    body[-1] ^= 255
    path.write_bytes(body)
    change(place)
    second, images = read(place)
    assert second.decoded == 37
    np.testing.assert_array_equal(images, read(place, "another")[1])


def test_a_reading_that_was_killed_leaves_the_one_before(place, monkeypatch):
    read(place)
    change(place)

    def kill(self, kind, key, body):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Store, "write_record", kill)
        with pytest.raises(KeyboardInterrupt):
            read(place)
    assert read(place)[0].decoded == 15


def test_parts_of_a_place_are_known_each_for_itself(place):
    read(place)
    assert read(place, limit=6)[0].decoded == 6
    change(place)
    assert read(place)[0].decoded == 15


def test_the_files_of_a_list_are_known_too(place, decoded):
    rows = [f"data/{'abc'[row % 3]}/{row:02}.png,{'abc'[row % 3]}" for row in range(30)]
    (place / "list.csv").write_text("\n".join(["path,label", *rows[:20]]))
    assert read(place, name="list.csv")[0].decoded == 20
    decoded.clear()
    (place / "list.csv").write_text("\n".join(["path,label", *rows[5:][::-1]]))
    second, images = read(place, name="list.csv")
    assert (second.n, second.decoded, len(decoded)) == (25, 10, 10)
    np.testing.assert_array_equal(images, read(place, "another", name="list.csv")[1])


def test_an_archive_tells_what_is_new_without_files(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (40, 5, 5), dtype=np.uint8)
    np.savez(tmp_path / "data.npz", x=images[:30], y=np.zeros(30, int))
    settle(tmp_path / "cache", read(tmp_path, name="data.npz")[0])
    np.savez(tmp_path / "data.npz", x=images, y=np.zeros(40, int))
    second, _ = read(tmp_path, name="data.npz")
    assert second.decoded is None
    (sentence,) = second.news
    assert sentence.startswith("10 of 40 samples are new since ") and "removed" not in sentence


def test_a_file_of_another_name_is_compared_with_what_it_is_nearly_the_same_as(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (80, 5, 5), dtype=np.uint8)
    for name, rows in {"other.npz": images[40:], "data.npz": images[:30]}.items():
        np.savez(tmp_path / name, x=rows, y=np.zeros(len(rows), int))
        settle(tmp_path / "cache", read(tmp_path, name=name)[0])
    np.savez(tmp_path / "more.npz", x=images[2:35], y=np.zeros(33, int))
    (sentence,) = read(tmp_path, name="more.npz")[0].news
    assert sentence.startswith("5 of 33 samples are new compared with data.npz, read ")
    assert sentence.endswith("; 2 of the 30 of then were changed or removed.")
    np.savez(tmp_path / "small.npz", x=images[:9], y=np.zeros(9, int))
    assert read(tmp_path, name="small.npz")[0].news == ()


def test_only_other_labels_are_no_news(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (30, 5, 5), dtype=np.uint8)
    for label in (0, 1):
        np.savez(tmp_path / "data.npz", x=images, y=np.full(30, label))
        opened, _ = read(tmp_path, name="data.npz")
        settle(tmp_path / "cache", opened)
    assert opened.news == ()
