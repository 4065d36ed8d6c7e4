from __future__ import annotations

import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from datasets import picture
from datasets.picture import DEEP, FRAMES, INKS, TRANSPARENT, TURNED, BadPicture, Look, decode, look
from tests.datasets.drawing import packed, pixels, save

COLOR, GRAY = pixels(), pixels(channels=1)


def refused(file) -> str:
    """Why neither the header nor the pixels of a file can be had; the reason is short, and one line."""
    with picture.undisturbed(), pytest.raises(BadPicture) as caught:
        look(file)
        decode(file, 5, 6, 3)
    reason = str(caught.value)
    assert reason and "\n" not in reason and len(reason) <= 100
    return reason


@pytest.mark.parametrize(
    "ending", [".png", ".PNG", ".bmp", ".tif", ".tiff", ".gif", ".webp", ".jpg", ".JPG", ".jpeg"]
)
def test_every_format(tmp_path, ending):
    smooth = np.tile(np.arange(0, 240, 16, dtype=np.uint8)[:, None, None], (1, 20, 3))
    options = {"lossless": True} if ending == ".webp" else {}
    save(tmp_path / f"a{ending}", smooth, **options)
    assert look(tmp_path / f"a{ending}") == Look(20, 15, ending == ".gif")
    found, done = decode(tmp_path / f"a{ending}", 20, 15, 3)
    assert found.shape == (15, 20, 3) and found.dtype == np.uint8
    assert np.abs(found.astype(int) - smooth).max() <= (3 if "j" in ending.lower() else 0)
    assert done == frozenset()


def test_color_is_kept_exactly_and_gray_stays_gray(tmp_path):
    assert np.array_equal(decode(packed(COLOR), 5, 6, 3)[0], COLOR)
    assert np.array_equal(decode(packed(GRAY), 5, 6, 1)[0][..., 0], GRAY)
    assert np.array_equal(decode(packed(GRAY), 5, 6, 3)[0], np.repeat(GRAY[..., None], 3, 2))
    assert look(packed(GRAY)) == Look(5, 6, True)
    assert look(packed(COLOR)) == Look(5, 6, False)


class TestModes:
    def test_one_bit(self):
        bits = Image.fromarray(GRAY).convert("1")
        assert look(saved(bits)).gray
        assert np.array_equal(decode(saved(bits), 5, 6, 1)[0][..., 0], np.asarray(bits) * np.uint8(255))

    def test_palette(self):
        few = Image.fromarray(COLOR).quantize(8)
        assert not look(saved(few)).gray
        assert np.array_equal(decode(saved(few), 5, 6, 3)[0], np.asarray(few.convert("RGB")))

    def test_gray_palette(self):
        few = Image.fromarray(GRAY % 4)
        few.putpalette([value for level in (0, 80, 160, 240) for value in [level] * 3])
        assert few.mode == "P"
        assert look(saved(few)).gray
        assert np.array_equal(decode(saved(few), 5, 6, 1)[0][..., 0], GRAY % 4 * 80)

    @pytest.mark.parametrize("mode", ["RGBA", "LA"])
    def test_alpha_on_black(self, mode):
        base = Image.fromarray(np.full((2, 2, 3), 200, np.uint8)).convert(mode)
        alpha = np.array([[255, 0], [128, 255]], np.uint8)
        base.putalpha(Image.fromarray(alpha))
        found, done = decode(saved(base), 2, 2, 3)
        assert done == {TRANSPARENT}
        assert found[..., 0].tolist() == [[200, 0], [pytest.approx(100, abs=1), 200]]
        assert look(saved(base)).gray == (mode == "LA")

    def test_alpha_that_hides_nothing_is_not_told(self):
        opaque = Image.fromarray(COLOR).convert("RGBA")
        found, done = decode(saved(opaque), 5, 6, 3)
        assert done == frozenset() and np.array_equal(found, COLOR)

    def test_transparent_color_of_a_palette(self):
        few = Image.fromarray(np.array([[0, 1]], np.uint8))
        few.putpalette([255, 0, 0, 0, 255, 0])
        found, done = decode(saved(few, transparency=0), 2, 1, 3)
        assert found.tolist() == [[[0, 0, 0], [0, 255, 0]]] and done == {TRANSPARENT}

    def test_cmyk(self):
        ink = Image.fromarray(COLOR).convert("CMYK")
        found, done = decode(saved(ink, "TIFF"), 5, 6, 3)
        assert np.array_equal(found, COLOR) and done == {INKS}
        assert not look(saved(ink, "JPEG", quality=95)).gray

    @pytest.mark.parametrize("kind", ["PNG", "TIFF"])
    def test_sixteen_bits_are_scaled_and_not_clipped(self, kind):
        ramp = np.linspace(0, 65535, 30).reshape(6, 5).astype(np.uint16)
        found, done = decode(packed(ramp, kind), 5, 6, 1)
        assert done == {DEEP}
        assert np.array_equal(found[..., 0], np.rint(ramp / 257))
        assert 120 < found.mean() < 135

    def test_thirty_two_bits_that_do_not_fit(self):
        assert "run from 0 to 70,000" in refused(packed(np.array([[0, 70_000]], np.int32), "TIFF"))
        assert "decimal" in refused(packed(np.zeros((2, 2), np.float32), "TIFF"))

    def test_sixteen_bit_color(self):
        assert np.array_equal(decode(deep_color_png(), 1, 1, 3)[0], [[[1, 128, 255]]])


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    import io

    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, depth: int, color: int, rows: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def deep_color_png() -> bytes:
    return png(1, 1, 16, 2, b"\0" + struct.pack(">3H", 0x0101, 0x8080, 0xFFFF))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_cameras_orientation(orientation, kind):
    upright = np.zeros((16, 32, 3), np.uint8)
    upright[:8, :8] = 255  # a white corner, top left
    back = {1: lambda a: a, 2: np.fliplr, 3: lambda a: np.rot90(a, 2), 4: np.flipud,
            5: lambda a: a.transpose(1, 0, 2), 6: np.rot90, 7: lambda a: np.rot90(a.transpose(1, 0, 2), 2),
            8: lambda a: np.rot90(a, -1)}  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = packed(np.ascontiguousarray(back[orientation](upright)), kind, exif=exif)
    assert look(file) == Look(32, 16, False)
    found, done = decode(file, 32, 16, 3)
    assert np.abs(found.astype(int) - upright).mean() < 8
    assert done == ({TURNED} if orientation > 1 and kind != "TIFF" else set())


def test_broken_exif_is_no_reason_to_refuse():
    exif = b"Exif\0\0MM\0*\xff\xff\xff\xff"
    with picture.undisturbed():
        assert decode(packed(COLOR, "JPEG", exif=exif), 5, 6, 3)[1] == frozenset()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_the_first_of_several_frames(kind):
    frames = [Image.fromarray(np.full((4, 4, 3), value, np.uint8)) for value in (10, 200, 90)]
    found, done = decode(saved(frames[0], kind, save_all=True, append_images=frames[1:]), 4, 4, 3)
    assert done == {FRAMES}
    assert np.abs(found.astype(int) - 10).max() <= 4


def test_resizing_does_not_keep_the_aspect():
    left = np.zeros((8, 16, 3), np.uint8)
    left[:, :8] = 255
    found, _ = decode(packed(left), 8, 8, 3)
    assert found.shape == (8, 8, 3)
    assert found[:, :3].min() > 250 and found[:, -3:].max() < 5


class TestHostile:
    def test_the_content_counts_and_not_the_ending(self, tmp_path):
        (tmp_path / "a.png").write_bytes(packed(COLOR, "BMP"))
        assert np.array_equal(decode(tmp_path / "a.png", 5, 6, 3)[0], COLOR)

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "empty"),
            (b"Hello, this is no picture.\n" * 9, "text"),
            (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n", "PostScript"),
            (b"%PDF-1.7\n", "PDF"),
            (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "XML"),
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "SVG"),
            (b"<!doctype html><html>", "web page"),
            (b"PK\x03\x04", "zip"),
            (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
            (bytes(300), "not a PNG"),
            (b"\x89PNG\r\n\x1a\n", "damaged"),
            (b"P6 1 1 255\n\0\0\0", "not a PNG"),
            (b"SIMPLE  =                    T", "text"),
        ],
    )
    def test_no_picture(self, content, words):
        assert words in refused(content)

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"])
    def test_cut_off(self, kind):
        whole = packed(pixels(64, 64), kind)
        for share in (0.3, 0.6, 0.95):
            reason = refused(whole[: int(len(whole) * share)])
            assert "cut off" in reason or "damaged" in reason, reason

    def test_random_damage_is_a_picture_or_a_reason(self):
        random = np.random.default_rng(0)
        for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"):
            whole = np.frombuffer(packed(pixels(16, 16), kind), np.uint8)
            for _ in range(40):
                broken = whole.copy()
                broken[random.integers(0, len(broken), 6)] = random.integers(0, 256, 6)
                with picture.undisturbed():
                    try:
                        look(broken.tobytes())
                        assert decode(broken.tobytes(), 8, 8, 3)[0].shape == (8, 8, 3)
                    except BadPicture as error:
                        assert "\n" not in str(error)

    @pytest.mark.parametrize("edge", [13_000, 60_000])
    def test_pixel_bombs(self, edge):
        assert "50,000,000" in refused(png(edge, edge, 1, 0, bytes(1000)))

    def test_too_many_bytes(self, tmp_path):
        with (tmp_path / "a.png").open("wb") as file:
            file.truncate(picture.MOST_BYTES + 1)
        assert "bytes; at most" in refused(tmp_path / "a.png")

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    def test_a_pipe_does_not_block(self, tmp_path):
        os.mkfifo(tmp_path / "a.png")
        assert refused(tmp_path / "a.png") == "not a plain file"

    @pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no devices here")
    def test_a_device(self, tmp_path):
        assert refused(type(tmp_path)("/dev/zero")) == "not a plain file"

    def test_not_there_and_a_folder(self, tmp_path):
        assert refused(tmp_path / "none.png") == "no such file"
        assert refused(tmp_path) == "not a plain file"
        assert "path" in refused(tmp_path / "a\0b.png")

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
    def test_permission(self, tmp_path):
        save(tmp_path / "a.png")
        (tmp_path / "a.png").chmod(0)
        assert refused(tmp_path / "a.png") == "permission denied"

    def test_permission_in_words(self):
        assert picture.unreadable(PermissionError(13, "Permission denied")) == "permission denied"
        assert picture.unreadable(OSError(5, "Input/output error")) == "input/output error"
