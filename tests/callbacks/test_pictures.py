"""Files that visitors upload: all the kinds there are, and those that are made to hurt."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from callbacks import pictures
from callbacks.pictures import BadPicture

GRAY, COLOR = (28, 28, 1), (32, 32, 3)


def file(array, kind="PNG", **options):
    buffer = io.BytesIO()
    picture = array if isinstance(array, Image.Image) else Image.fromarray(array)
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture
def random():
    return np.random.default_rng(0)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF"])
def test_a_picture_of_the_own_size_passes_unchanged(random, kind):
    image = random.integers(0, 256, (28, 28), dtype=np.uint8)
    found, notes = pictures.read(file(image, kind), GRAY, "a")
    np.testing.assert_array_equal(found[..., 0], image)
    assert notes == ()


def test_gray_saved_as_color_is_the_same_gray(random):
    image = random.integers(0, 256, (28, 28), dtype=np.uint8)
    found, notes = pictures.read(file(np.stack([image] * 3, axis=-1)), GRAY, "a")
    np.testing.assert_array_equal(found[..., 0], image)
    assert notes == ()
    opaque = np.dstack([image, image, image, np.full_like(image, 255)])
    found, notes = pictures.read(file(opaque), GRAY, "a")
    np.testing.assert_array_equal(found[..., 0], image)
    assert notes == ()


def test_color_of_the_own_size_passes_unchanged(random):
    image = random.integers(0, 256, (32, 32, 3), dtype=np.uint8)
    found, notes = pictures.read(file(image, "WEBP", lossless=True), COLOR, "a")
    np.testing.assert_array_equal(found, image)
    assert notes == ()


def test_color_and_gray_are_converted_and_said(random):
    image = random.integers(0, 256, (28, 28, 3), dtype=np.uint8)
    assert pictures.read(file(image), GRAY, "a")[1] == ("Its colors became shades of gray.",)
    found, notes = pictures.read(file(image[:, :, 0]), (28, 28, 3), "a")
    assert notes == ("Its grays became colors.",)
    assert (found == image[:, :, :1]).all()


def test_sixteen_bits_are_scaled_and_not_clipped():
    ramp = np.linspace(0, 65535, 28 * 28).reshape(28, 28).astype(np.uint16)
    found, notes = pictures.read(file(ramp), GRAY, "a")
    assert notes == ("Its 16 bits per pixel were scaled to 8.",)
    np.testing.assert_allclose(found[..., 0], ramp / 257, atol=0.51)
    assert found.mean() == pytest.approx(127.5, abs=1)


def test_decimal_numbers_are_stretched():
    ramp = np.linspace(-1, 3, 28 * 28, dtype=np.float32).reshape(28, 28)
    found, notes = pictures.read(file(ramp, "TIFF"), GRAY, "a")
    assert "from -1 to 3 were stretched" in notes[0]
    assert (found.min(), found.max()) == (0, 255)
    with pytest.raises(BadPicture, match="not a picture"):
        pictures.read(file(np.full((28, 28), np.nan, np.float32), "TIFF"), GRAY, "a")


@pytest.mark.parametrize(("ink", "ground", "name"), [(0, 255, "white"), (255, 0, "black")])
def test_see_through_parts_stand_on_what_shows_the_ink(ink, ground, name):
    image = np.zeros((28, 28, 4), np.uint8)
    image[10:18, 10:18] = (ink, ink, ink, 255)
    found, notes = pictures.read(file(image), GRAY, "a")
    assert notes == (f"What is see-through in it was put on {name}.",)
    assert found[0, 0, 0] == ground
    assert found[14, 14, 0] == ink


def test_palette_with_transparency_and_one_bit_pictures():
    palette = Image.fromarray(np.zeros((28, 28), np.uint8)).convert("P")
    found, notes = pictures.read(file(palette, "PNG", transparency=0), GRAY, "a")
    assert notes == ("What is see-through in it was put on white.",)
    assert (found == 255).all()
    bits = np.indices((28, 28)).sum(axis=0) % 2 == 0
    found, notes = pictures.read(file(Image.fromarray(bits)), GRAY, "a")
    np.testing.assert_array_equal(found[..., 0], bits * 255)
    assert notes == ()


def test_cmyk_is_read():
    found, _ = pictures.read(file(Image.new("CMYK", (28, 28), (0, 0, 0, 0)), "JPEG"), GRAY, "a")
    assert found.min() > 250


def test_the_camera_is_believed_about_what_is_up():
    image = np.zeros((40, 20), np.uint8)
    image[:20] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to the right
    found, notes = pictures.read(file(image, "JPEG", exif=exif, quality=95), (20, 40, 1), "a")
    assert notes == ("It was turned as the camera noted it.",)
    assert found[:, 25:].mean() > 240
    assert found[:, :15].mean() < 15


def test_resizing_is_said():
    image = np.zeros((480, 640), np.uint8)
    assert pictures.read(file(image), GRAY, "a")[1] == (
        "Its 640 x 480 pixels were cut to its middle 480 x 480 and scaled down to 28 x 28.",
    )
    assert "scaled up to 28 x 28" in pictures.read(file(image[:14, :14]), GRAY, "a")[1][0]
    assert "cut to the middle 28 x 28" in pictures.read(file(image[:28, :60]), GRAY, "a")[1][0]
    found, _ = pictures.read(file(np.full((1, 5000), 9, np.uint8)), GRAY, "a")
    assert found.shape == GRAY
    assert (found == 9).all()


def test_the_first_picture_of_several_is_taken():
    frames = [Image.new("L", (28, 28), shade) for shade in (10, 200)]
    found, notes = pictures.read(file(frames[0], "GIF", save_all=True, append_images=frames[1:]), GRAY, "a")
    assert "first of 2 pictures" in notes[0]
    assert (found == 10).all()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_size(width, height, body=b""):
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "sides", [(8000, 8000), (10_000, 10_000), (13_000, 13_000), (60_000, 60_000), (2**31 - 1, 2)]
)
def test_bombs_are_refused_before_they_are_decoded(sides):
    with pytest.raises(BadPicture, match=r"photo\.png: .*; make it smaller"):
        pictures.read(png_of_size(*sides, zlib.compress(bytes(10**6))), GRAY, "photo.png")


def whole_png():
    return file(np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8))


HOSTILE = {
    "text": b"this is no picture at all",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<!doctype html><img src=x onerror=alert(1)>",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "pdf": b"%PDF-1.4\n",
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "truncated png": whole_png()[:900],
    "truncated jpeg": file(np.zeros((64, 64), np.uint8), "JPEG")[:300],
    "no pixels": png_of_size(0, 5),
    "deflate garbage": png_of_size(28, 28, b"garbage"),
    "gif without a frame": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "tiff loop": b"II*\0\x08\0\0\0\0\0\x08\0\0\0",
    "text bomb": png_of_size(28, 28)[:33] + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_is_refused_in_one_line(name):
    with pytest.raises(BadPicture) as refused:
        pictures.read(HOSTILE[name], GRAY, "photo.heic")
    assert str(refused.value) == "photo.heic: not a picture that can be read; save it as PNG or JPEG"


def test_nothing_at_all():
    with pytest.raises(BadPicture, match="is empty"):
        pictures.read(b"", GRAY, "a")


def test_names_are_cleaned_for_messages():
    assert pictures.clean_name("../../etc/passwd") == "passwd"
    assert pictures.clean_name("C:\\photos\\a.png") == "a.png"
    assert pictures.clean_name("a\n\u202eb.png") == "a??b.png"
    assert pictures.clean_name("") == "uploaded file"
    assert len(pictures.clean_name("x" * 500 + ".png")) == pictures.LONGEST_NAME
