"""Which files are the same network at earlier moments."""

from __future__ import annotations

import pytest

from model import BadModel, checkpoints


def numbers(found):
    return [(checkpoint.number, checkpoint.path.name) for checkpoint in found]


def beside(folder, *names):
    for name in names:
        (folder / name).write_bytes(b"x")
    return folder / names[0]


def test_by_number_not_by_name(tmp_path):
    model = beside(
        tmp_path, "net.keras", "net-2.keras", "net-10.keras", "net_epoch_3-0.25.h5", "netto-1.keras", "a-4.h5"
    )
    assert numbers(checkpoints.find(model)) == [(2, "net-2.keras"), (3, "net_epoch_3-0.25.h5"), (10, "net-10.keras")]


def test_one_of_the_series_finds_its_brothers(tmp_path):
    model = beside(tmp_path, "net-05.keras", "net-01.keras", "net.csv", "net-x.keras")
    assert numbers(checkpoints.find(model)) == [(1, "net-01.keras"), (5, "net-05.keras")]


def test_a_network_alone_has_none(tmp_path):
    assert checkpoints.find(beside(tmp_path, "net-05.keras")) == []
    assert checkpoints.find(beside(tmp_path, "resnet50.keras", "vgg16.keras")) == []
    assert checkpoints.find(tmp_path / "keras:MobileNet") == []


def test_given_folders_and_files(tmp_path):
    folder = tmp_path / "steps"
    folder.mkdir()
    beside(folder, "weights.07-0.1.keras", "ckpt_9.h5", "readme.txt")
    assert numbers(checkpoints.find(tmp_path, [str(folder)])) == [(7, "weights.07-0.1.keras"), (9, "ckpt_9.h5")]
    with pytest.raises(BadModel, match=r"no \.keras or \.h5 file with a number"):
        checkpoints.find(tmp_path, [str(folder / "readme.txt")])
    with pytest.raises(BadModel, match="--checkpoints nowhere: no such file"):
        checkpoints.find(tmp_path, ["nowhere"])


def test_long_series_are_spread_evenly_with_both_ends(tmp_path):
    found = [checkpoints.Checkpoint(number, tmp_path) for number in range(100)]
    chosen = [checkpoint.number for checkpoint in checkpoints.spread(found)]
    assert len(chosen) == checkpoints.MOST and chosen[0] == 0 and chosen[-1] == 99
    assert checkpoints.spread(found[:5]) == found[:5]
