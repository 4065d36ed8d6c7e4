"""Files that are damaged, or made to do damage: each is refused in a line before it costs anything."""

from __future__ import annotations

import io
import pickle
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

import datasets
from datasets import archive
from datasets.dataset import BadDataset
from tests.datasets.test_npz import X, Y, refused


class TestDamage:
    """Each broken file is one plain line."""

    def test_python_objects(self, tmp_path, npz) -> None:
        mark = tmp_path / "ran"

        class Bomb:
            def __reduce__(self):
                return (Path.touch, (mark,))

        objects = np.empty(8, object)
        objects[:] = [Bomb() for _ in range(8)]
        refused(npz(x=X, y=objects), "'y' contains Python objects; save plain arrays")
        refused(npz(x=objects, y=Y), "contains Python objects")
        assert not mark.exists()

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "empty"),
            (b"a,b\n1,2\n", "a text file"),
            (b"\n\n<!DOCTYPE html><html>", "web page"),
            (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
            (pickle.dumps({"x": 1}), "pickle"),
            (b"\x93NUMPY\x01\x00v\x00", "np.savez"),
            (b"\x1f\x8b\x08\x00", "gzip"),
            (b"\x89HDF\r\n\x1a\n", "HDF5"),
            (b"\x00\x01\x02\xff" * 9, "not an .npz file"),
            (b"PK\x03\x04" + b"\0" * 60, "damaged"),
        ],
    )
    def test_impostors(self, tmp_path, content, words) -> None:
        path = tmp_path / "things.npz"
        path.write_bytes(content)
        refused(str(path), words)
        assert path.read_bytes() == content

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
    def test_truncated(self, npz, share) -> None:
        path = Path(npz(x=X, y=Y))
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])
        refused(str(path), "damaged")

    @pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
    def test_no_flipped_bit_goes_unnoticed_in_the_pixels(self, tmp_path, save) -> None:
        path = tmp_path / "a.npz"
        save(path, x=X, y=Y)
        whole = path.read_bytes()
        with zipfile.ZipFile(path) as packed:
            info = packed.getinfo("x.npy")
        start = info.header_offset + 30 + len(info.filename) + len(info.extra)
        silent, noticed = 0, 0
        for at in range(start, start + info.compress_size, 7):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :])
            try:
                silent += not np.array_equal(datasets.load(str(path)).images[..., 0], X)
            except BadDataset as error:
                noticed += "damaged" in str(error) or "but has" in str(error)
        assert silent == 0
        assert noticed > 10

    def test_encrypted(self, npz) -> None:
        path = Path(npz(x=X, y=Y))
        content = bytearray(path.read_bytes())
        for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            at = -1
            while (at := content.find(signature, at + 1)) >= 0:
                content[at + flags] |= 1
        path.write_bytes(content)
        refused(str(path), "encrypted")

    def test_unreadable_header(self, tmp_path) -> None:
        for header in (b"\x93NUMPY\x01\x00\x06\x00{'a':\n", b"\x93NUMPY\x09\x00", b"", b"\x93NUMPY\x01\x00\xff\xff("):
            with zipfile.ZipFile(tmp_path / "a.npz", "w") as packed:
                packed.writestr("x.npy", header)
            refused(str(tmp_path / "a.npz"), "damaged")


def bomb(path: Path, shape: tuple[int, ...], *, zeros: int) -> str:
    """An .npz whose x declares a shape and is followed by so many zero bytes."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("x.npy", "w", force_zip64=True) as file,
    ):
        file.write(header.getvalue())
        for _ in range(zeros // 2**20):
            file.write(bytes(2**20))
        file.write(bytes(zeros % 2**20))
    return str(path)


class TestBombs:
    def test_a_header_that_declares_40_gib(self, tmp_path) -> None:
        refused(bomb(tmp_path / "b.npz", (40, 2**15, 2**15), zeros=100), "declares 42,949,672,960 bytes but has 100")

    def test_a_shape_past_64_bits(self, tmp_path) -> None:
        refused(bomb(tmp_path / "b.npz", (2**40, 2**40, 2**40), zeros=100), "declares")

    def test_zeros_that_are_really_there(self, tmp_path) -> None:
        refused(bomb(tmp_path / "b.npz", (33, 1024, 1024), zeros=33 * 2**20), "times when unpacked")

    def test_the_ratio_counts_only_for_large_arrays(self, npz) -> None:
        found = datasets.load(npz(x=np.zeros((4, 1000, 1000), np.uint8)))
        assert found.images.shape == (4, 1000, 1000, 1)

    def test_all_arrays_together_are_bounded(self, npz) -> None:
        path = Path(npz(x_train=X, x_test=X))
        with archive.Archive(path, most_bytes=X.nbytes + 10) as opened:
            opened.read("x_train")
            with pytest.raises(BadDataset, match="more than is allowed"):
                opened.read("x_test")
        with archive.Archive(path, most_bytes=2 * X.nbytes) as opened:
            opened.read("x_train")
            assert np.array_equal(opened.read("x_test"), X)

    def test_a_long_header_is_not_read_to_its_end(self, tmp_path) -> None:
        header = b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**25)
        with zipfile.ZipFile(tmp_path / "b.npz", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("x.npy", header + b" " * 2**25)
        tracemalloc.start()
        try:
            refused(str(tmp_path / "b.npz"), "damaged")
            assert tracemalloc.get_traced_memory()[1] < 2**23
        finally:
            tracemalloc.stop()
