"""Which words of the command line are models and which are data."""

from __future__ import annotations

import zipfile

import numpy as np

from workspace.arguments import told_apart


def test_models_are_told_from_data_by_name_or_content(tmp_path):
    (tmp_path / "plain").write_bytes(b"\x89HDF\r\n\x1a\nrest")
    with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
        archive.writestr("config.json", "{}")
    np.savez(tmp_path / "digits.npz", x=np.zeros(1))
    (tmp_path / "photos").mkdir()
    plain, archive, digits, photos = (str(tmp_path / name) for name in ("plain", "archive", "digits.npz", "photos"))
    assert told_apart([]) == (["mnist"], ["mnist"])
    assert told_apart(["some_name"]) == (["some_name"], ["mnist"])
    assert told_apart(["mnist", "mnist"]) == (["mnist"], ["mnist"])
    assert told_apart([plain, archive, "B.H5", digits, photos]) == ([plain, archive, "B.H5"], [digits, photos])
    assert told_apart(["keras:MobileNetV2", "keras:ResNet50", "mnist"])[0] == ["keras:MobileNetV2", "keras:ResNet50"]
