from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import datasets
from datasets import folder, walking
from datasets.dataset import BadDataset
from datasets.loader import Wish
from tests.datasets.drawing import pixels, save, tree
from util import Progress


def read(path: Path, **wish: object) -> datasets.Dataset:
    return datasets.read(datasets.find(str(path)), Wish(**wish))


def refused(path: Path, **wish: object) -> str:
    """The refusal of a folder: one line, not too long, that names the folder."""
    with pytest.raises(BadDataset) as caught:
        read(path, **wish)
    message = str(caught.value)
    assert caught.value.exit_code == 4
    assert "\n" not in message and "; " in message and path.name in message
    assert len(message.replace(str(path), "")) <= 240
    return message


def names(data: datasets.Dataset) -> list[str]:
    return data.metadata["filename"].tolist()


def labels(data: datasets.Dataset) -> list[str]:
    return [(*data.class_names, "")[label] for label in data.labels]


def test_a_folder_for_every_class(tmp_path):
    one = save(tmp_path / "cat/1.png", pixels(seed=1))
    two = save(tmp_path / "dog/a.png", pixels(seed=2))
    three = save(tmp_path / "dog/sub/folder/b.png", pixels(seed=3))
    data = read(tmp_path)
    assert np.array_equal(data.images, [one, two, three])
    assert names(data) == ["cat/1.png", "dog/a.png", "dog/sub/folder/b.png"]
    assert labels(data) == ["cat", "dog", "dog"]
    assert data.class_names == ("cat", "dog")
    assert data.split_names == ("data",)
    assert data.source == f"the folder {tmp_path.name}"
    assert data.problems == ()
    assert len(data.notices) == 1 and data.notices[0].startswith("The classes are in alphabetical order: cat, dog.")


def test_splits_above_the_classes(tmp_path):
    tree(tmp_path, "test/b/1.png", "Train/a/1.png", "Train/b/2.png", "val/a/1.png", "val/c/x.png")
    data = read(tmp_path)
    assert data.split_names == ("train", "validation", "test")
    assert [data.split_names[code] for code in data.split] == ["train", "train", "test", "validation", "validation"]
    assert data.class_names == ("a", "b", "c")
    assert labels(data) == ["a", "b", "b", "a", "c"]


def test_one_split_alone(tmp_path):
    data = read(tree(tmp_path, "train/a/1.png", "train/b/2.png"))
    assert data.split_names == ("train",) and labels(data) == ["a", "b"]


def test_a_class_may_be_called_like_a_split(tmp_path):
    data = read(tree(tmp_path, "car/1.png", "train/2.png", "bus/3.png"))
    assert data.split_names == ("data",) and data.class_names == ("bus", "car", "train")


def test_what_lies_beside_the_splits_is_left_aside_and_told(tmp_path):
    data = read(tree(tmp_path, "train/a/1.png", "test/a/2.png", "extra/a/3.png", "cover.png"))
    assert names(data) == ["test/a/2.png", "train/a/1.png"]
    assert "2 images that lie beside the splits' folders (test, train) were left aside." in data.notices


def test_splits_without_classes(tmp_path):
    data = read(tree(tmp_path, "train/images/1.png", "test/images/2.png"))
    assert data.split_names == ("train", "test")
    assert data.class_names == () and set(data.labels) == {-1}


def test_a_flat_folder_has_no_labels(tmp_path):
    data = read(tree(tmp_path, "b.png", "a.png"))
    assert names(data) == ["a.png", "b.png"]
    assert data.class_names == () and data.labels.tolist() == [-1, -1]
    assert data.notices == (folder.NO_LABELS,)


def test_images_beside_the_class_folders_have_no_label(tmp_path):
    data = read(tree(tmp_path, "a/1.png", "b/1.png", "loose.png"))
    assert labels(data) == ["a", "b", ""]
    assert "1 of 3 images lie in no class's folder: they have no label." in data.notices


def test_one_class_and_one_image(tmp_path):
    data = read(tree(tmp_path, "only/1.png"))
    assert len(data) == 1 and labels(data) == ["only"]


def test_a_folder_around_everything(tmp_path):
    data = read(tree(tmp_path, "flowers/v2/train/a/1.png", "flowers/v2/train/b/2.png", "flowers/v2/test/a/3.png"))
    assert data.split_names == ("train", "test") and data.class_names == ("a", "b")
    assert "All images lie in 'flowers/v2'; the folders in it count." in data.notices


def test_empty_folders_are_no_classes_and_told(tmp_path):
    tree(tmp_path, "a/1.png", "b/1.png")
    (tmp_path / "docs").mkdir()
    (tmp_path / "x.png").mkdir()
    data = read(tmp_path)
    assert data.class_names == ("a", "b")
    assert "Folders without images are no classes: docs, x.png." in data.notices


class TestClassOrder:
    def order(self, path: Path, *classes: str) -> tuple[tuple[str, ...], str]:
        data = read(tree(path, *(f"{name}/1.png" for name in classes)))
        return data.class_names, next(notice for notice in data.notices if "order" in notice)

    def test_numbers_by_value_and_keras_differs(self, tmp_path):
        found, notice = self.order(tmp_path, "10", "9", "1", "02")
        assert found == ("1", "02", "9", "10")
        assert "numeric order: 1, 02, 9, 10." in notice
        assert "Keras's own readers sort them as 02, 1, 10, 9." in notice

    def test_words_without_regard_to_case(self, tmp_path):
        found, notice = self.order(tmp_path, "beta", "Alpha", "Gamma", "7")
        assert found == ("7", "Alpha", "beta", "Gamma")
        assert "alphabetical" in notice and "Keras" in notice

    def test_nothing_of_keras_where_it_agrees(self, tmp_path):
        assert "Keras" not in self.order(tmp_path, "a", "b")[1]

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("class_names.txt", "dog\ncat\nmouse\n\n"),
            ("class_names.txt", "\ufeffdog\r\ncat\r\nmouse"),
            ("classes.txt", " dog\ncat \nmouse"),
            ("class_names.json", '["dog", "cat", "mouse"]'),
            ("class_names.json", '{"0": "dog", "2": "mouse", "1": "cat"}'),
            ("class_names.json", '{"dog": 0, "mouse": 2, "cat": 1}'),
        ],
    )
    def test_a_file_beside_them_decides(self, tmp_path, name, text):
        (tmp_path / name).write_text(text, "utf-8", newline="")
        data = read(tree(tmp_path, "cat/1.png", "dog/1.png"))
        assert data.class_names == ("dog", "cat", "mouse")
        assert labels(data) == ["cat", "dog"]
        assert f"The classes and their order come from {name}." in data.notices

    def test_folders_may_be_positions_in_the_file(self, tmp_path):
        (tmp_path / "class_names.txt").write_text("zero\none\ntwo")
        data = read(tree(tmp_path, "0/1.png", "2/1.png"))
        assert labels(data) == ["zero", "two"]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("cat\n", "class 'dog' is not in class_names.txt"),
            ("cat\ncat\ndog", "one name twice"),
            ("cat\n\ndog", "an empty line"),
            ("", "no class names"),
        ],
    )
    def test_a_file_that_does_not_fit(self, tmp_path, text, words):
        (tmp_path / "class_names.txt").write_text(text)
        assert words in refused(tree(tmp_path, "cat/1.png", "dog/1.png"))

    @pytest.mark.parametrize("text", ["{", "[" * 100_000, "[1, 2]", '{"0": "a", "2": "b"}', "7", "\xff"])
    def test_broken_json(self, tmp_path, text):
        (tmp_path / "class_names.json").write_text(text, "latin1")
        assert "holds no class names" in refused(tree(tmp_path, "cat/1.png"))


class TestSizes:
    def test_the_most_common_size(self, tmp_path):
        for name, height, width in (("a", 6, 8), ("b", 6, 8), ("c", 60, 40), ("d", 6, 8)):
            save(tmp_path / f"x/{name}.png", pixels(height, width))
        data = read(tmp_path)
        assert data.images.shape == (4, 6, 8, 3)
        assert np.array_equal(data.images[0], pixels(6, 8))
        assert any(
            notice.startswith(
                "The images have 2 sizes, 6 x 8 to 60 x 40 pixels (height x width); all were resized to 6 x 8"
            )
            and "that of 3 of 4" in notice
            for notice in data.notices
        )

    def test_no_common_size(self, tmp_path):
        for edge in (10, 20, 31, 40, 50):
            save(tmp_path / f"{edge}.png", pixels(edge, edge // 2))
        data = read(tmp_path)
        assert data.images.shape == (5, 31, 31, 3)
        assert any("a square" in notice for notice in data.notices)

    def test_photographs_are_scaled_down(self, tmp_path):
        save(tmp_path / "a.jpg", pixels(600, 800))
        data = read(tmp_path)
        assert data.images.shape == (1, 192, 256, 3)
        assert any("600 x 800" in notice and "192 x 256" in notice for notice in data.notices)

    def test_all_gray(self, tmp_path):
        assert read(tree(tmp_path, "a.png", "b.png", channels=1)).images.shape == (2, 6, 5, 1)

    def test_some_gray(self, tmp_path):
        save(tmp_path / "a.png", pixels(channels=1))
        save(tmp_path / "b.png", pixels())
        data = read(tmp_path)
        assert data.images.shape == (2, 6, 5, 3)
        assert np.array_equal(data.images[0, ..., 1], pixels(channels=1))
        assert any(notice.startswith("1 of 2 images are gray") for notice in data.notices)

    def test_what_was_done_is_counted(self, tmp_path):
        exif = Image.Exif()
        exif[0x0112] = 6
        save(tmp_path / "turned.jpg", pixels(5, 6), exif=exif)
        save(tmp_path / "deep.png", np.zeros((6, 5), np.uint16))
        notices = " ".join(read(tmp_path).notices)
        assert "1 of 2 images had 16 bits" in notices and "1 of 2 images were turned upright" in notices


class TestWish:
    @pytest.fixture
    def path(self, tmp_path) -> Path:
        train = [f"train/{name}/{number}.png" for name in "abc" for number in range(4)]
        return tree(tmp_path / "data", *train, "test/a/1.png", "test/b/2.png")

    def test_a_limit_takes_from_every_class_in_turn(self, path):
        data = read(path, limit=5)
        assert names(data) == [
            "test/a/1.png", "test/b/2.png", "train/a/0.png", "train/a/1.png", "train/b/0.png", "train/b/1.png",
            "train/c/0.png",
        ]  # fmt: skip
        assert "Of every split 5 images were taken, from each class in turn." in data.notices

    def test_a_limit_that_takes_all_is_not_told(self, path):
        assert not any("in turn" in notice for notice in read(path, limit=12).notices)

    def test_only_what_is_wanted_is_opened(self, path, monkeypatch):
        opened = []
        monkeypatch.setattr(folder.decode_all.__globals__["picture"], "_stream", watched(opened))
        assert names(read(path, split="test", limit=1)) == ["test/a/1.png"]
        assert {Path(file).relative_to(path.resolve()).as_posix() for file in opened} == {"test/a/1.png"}

    def test_classes_are_those_of_the_whole(self, path):
        data = read(path, split="test")
        assert data.class_names == ("a", "b", "c") and data.split_names == ("train", "test")
        assert len(data) == 2
        assert data.narrowed(split="test") is data

    def test_no_such_split(self, path):
        assert "no split 'dev'; it has train, test" in refused(path, split="dev")

    def test_progress(self, path):
        heard: list[Progress] = []
        read(path, report=heard.append)
        assert heard[-1] == Progress("reading images", 14, 14, "files")
        assert {progress.what for progress in heard} == {"looking at images", "reading images"}

    def test_nothing_is_left_in_the_scratch_folder(self, path, tmp_path):
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        data = read(path, scratch=scratch)
        assert isinstance(data.images, np.memmap) and not data.images.flags.writeable
        assert list(scratch.iterdir()) == []

    def test_a_full_disk_is_said_before_anything_is_written(self, path, monkeypatch):
        monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 100}))
        assert "free space in" in refused(path)


def watched(opened: list[Path]):
    from datasets import picture

    real = picture._stream

    def stream(file):
        opened.append(file)
        return real(file)

    return stream


class TestIdentity:
    def identity(self, path: Path) -> str:
        return datasets.find(str(path)).identity

    def test_every_change_is_noticed_and_a_move_is_none(self, tmp_path):
        path = tree(tmp_path / "one", "a/1.png", "b/2.png")
        seen = {self.identity(path)}
        assert self.identity(path) in seen
        path.rename(tmp_path / "two")
        path = tmp_path / "two"
        assert self.identity(path) in seen
        save(path / "b/3.png")
        seen.add(self.identity(path))
        (path / "b/3.png").rename(path / "a/3.png")
        seen.add(self.identity(path))
        save(path / "a/3.png", pixels(7, 7))
        seen.add(self.identity(path))
        (path / "class_names.json").write_text(json.dumps(["b", "a"]))
        seen.add(self.identity(path))
        (path / "a/3.png").unlink()
        seen.add(self.identity(path))
        assert len(seen) == 6

    def test_other_files_do_not_matter_and_nothing_is_opened(self, tmp_path, monkeypatch):
        path = tree(tmp_path / "one", "a/1.png")
        before = self.identity(path)
        (path / "notes.txt").touch()
        (path / ".DS_Store").touch()
        monkeypatch.setattr(Image, "open", None)
        assert self.identity(path) == before

    def test_a_hundred_thousand_lines_are_hashed_quickly(self):
        many = [walking.Found(f"a/{number}.png", number, number) for number in range(100_000)]
        assert len("".join(walking.prints(many))) > 10**6
