"""Planted faults are named, nothing is found in what is dark by nature, and each number has its sign."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.image_faults import NAMES, brightness, contrast, image_fault, information, sharpness

N = 300


def strokes(seed: int = 0, channels: int = 1) -> np.ndarray:
    """Bright bars of all sizes and strengths with soft edges on black, as digits are."""
    draw = np.random.default_rng(seed)
    images = np.zeros((N, 28, 28, channels))
    for image in images:
        for _ in range(2):
            top, left = draw.integers(4, 14, 2)
            high, wide = draw.integers(4, 10, 2)
            image[top : top + high, left : left + wide] = draw.uniform(170, 255)
    return blurred(images, 1).astype(np.uint8)


def blurred(images: np.ndarray, rounds: int) -> np.ndarray:
    for _ in range(rounds):
        for axis in (1, 2):
            images = (np.roll(images, 1, axis) + images.astype(float) + np.roll(images, -1, axis)) / 3
    return images


def fault(images: np.ndarray) -> np.ndarray:
    return image_fault(brightness(images), contrast(images), sharpness(images), information(images))


PLANTED = {
    "dark": ("faint", "dark"),
    "bright": ("bright",),
    "blurred": ("blurred",),
    "faint": ("faint",),
    "even": ("little information",),
}


def spoil(images: np.ndarray, how: str) -> np.ndarray:
    match how:
        case "dark":
            return images * 0.08
        case "bright":
            return 255 - (255 - images.astype(float)) * 0.1
        case "blurred":
            return blurred(images, 12)
        case "faint":
            return images * 0.08 + 40
    return np.full_like(images, 90)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("how", PLANTED)
def test_a_planted_fault_is_named(how, channels):
    images = strokes(channels=channels)
    rows = np.arange(0, N, 40)
    images[rows] = spoil(images[rows], how)
    found = fault(images)
    assert {NAMES[code] for code in found[rows]} <= set(PLANTED[how])
    assert (np.delete(found, rows) == 0).mean() > 0.98


def test_what_is_dark_by_nature_has_no_faults():
    for images in (strokes(), strokes() // 4, 255 - strokes()):
        assert (fault(images) == 0).mean() > 0.99


def test_brightness_and_contrast_on_known_pictures():
    images = np.zeros((3, 4, 4, 1), np.uint8)
    images[1] = 255
    images[2, :2] = 255
    np.testing.assert_allclose(brightness(images), [0, 1, 0.5], atol=1e-6)
    np.testing.assert_allclose(contrast(images), [0, 0, 0.5], atol=1e-6)
    colors = np.zeros((3, 2, 2, 3), np.uint8)
    colors[[0, 1, 2], :, :, [0, 1, 2]] = 255
    np.testing.assert_allclose(brightness(colors), [0.299, 0.587, 0.114], atol=1e-6)
    assert brightness(np.full((1, 2, 2, 4), 255, np.uint8)) == pytest.approx(1)


def test_blur_lowers_sharpness_noise_raises_it_and_paleness_leaves_it():
    images = strokes()
    sharp = sharpness(images)
    assert (sharpness(blurred(images, 4).astype(np.uint8)) < sharp).all()
    noise = np.random.default_rng(0).integers(0, 256, images.shape, np.uint8)
    assert (sharpness(noise) > sharp.max()).all() and sharpness(noise).mean() == pytest.approx(20, rel=0.1)
    np.testing.assert_allclose(sharpness(images // 2), sharp, rtol=0.05)
    assert np.isnan(sharpness(np.full((2, 5, 5, 1), 7, np.uint8))).all()
    assert np.isnan(sharpness(noise[:, :2])).all()


def test_information_of_an_even_area_is_none_and_of_all_levels_five_bits():
    levels = np.repeat(np.arange(256, dtype=np.uint8), 4).reshape(1, 32, 32, 1)
    assert information(levels)[0] == pytest.approx(5)
    assert information(np.full((1, 6, 6, 1), 200, np.uint8))[0] == 0
    half = np.zeros((1, 4, 4, 1), np.uint8)
    half[:, :2] = 255
    assert information(half)[0] == pytest.approx(1)


def test_blocks_make_no_difference(monkeypatch):
    images = strokes(channels=3)
    whole = [rule(images) for rule in (brightness, contrast, sharpness, information)]
    monkeypatch.setattr("analysis.image_faults.BLOCK", 5000)
    for rule, before in zip((brightness, contrast, sharpness, information), whole, strict=True):
        np.testing.assert_allclose(rule(images), before, rtol=1e-5)


def test_one_sample():
    assert fault(strokes()[:1]).tolist() == [0]
