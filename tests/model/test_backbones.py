"""Words for a network: taken apart and refused without Keras or PyTorch."""

import importlib.metadata
import json
import subprocess
import sys

import pytest

from model import BadModel, backbones, reading


@pytest.fixture
def everything_installed(monkeypatch):
    monkeypatch.setitem(backbones.PACKAGES, "timm", ())
    monkeypatch.setitem(backbones.PACKAGES, "hf", ())


@pytest.fixture
def saved(tmp_path):
    """A folder as the hubs have it, as far as names go."""
    (tmp_path / "config.json").write_text(json.dumps({"architecture": "resnet18"}))
    (tmp_path / "model.safetensors").write_bytes(b"numbers")
    return tmp_path


def refusal(model):
    with pytest.raises(BadModel) as caught:
        reading.sniff(reading.resolve(model))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("model", "family", "name", "weights"),
    [
        ("keras:MobileNetV2", "keras", "MobileNetV2", ""),
        ("keras:VGG16@random", "keras", "VGG16", "random"),
        ("timm:resnet18.a1_in1k", "timm", "resnet18.a1_in1k", ""),
        ("timm:resnet18@/weights/my.safetensors", "timm", "resnet18", "/weights/my.safetensors"),
        ("hf:microsoft/resnet-50", "hf", "microsoft/resnet-50", ""),
    ],
)
def test_words_are_taken_apart(model, family, name, weights):
    assert backbones.is_named(reading.resolve(model))
    found = backbones.parse(reading.resolve(model))
    assert (found.family, found.name, found.weights) == (family, name, weights)


@pytest.mark.parametrize(
    "model", ["mnist", "my.h5", "hf://somebody/something", "keras/my.h5", "kerasx:MobileNetV2", "C:my.keras"]
)
def test_other_words_are_files(model):
    assert not backbones.is_named(model)


def test_paths_hold_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert backbones.in_full("keras:VGG16@w.h5") == f"keras:VGG16@{tmp_path / 'w.h5'}"
    assert backbones.in_full("hf:./mine") == f"hf:{tmp_path / 'mine'}"
    assert backbones.in_full("timm:resnet18@random") == "timm:resnet18@random"
    assert backbones.in_full("hf:microsoft/resnet-50") == "hf:microsoft/resnet-50"


def test_keras_networks_are_found_without_importing_keras():
    program = "from model import backbones; import sys; print(*backbones.known()); assert 'keras' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    names = done.stdout.split()
    assert len(names) > 30
    assert {"MobileNetV2", "ResNet50", "VGG16", "EfficientNetB0", "Xception"} <= set(names)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("keras:mobilenetv2", "did you mean 'keras:MobileNetV2'?"),
        ("keras:nothing", "known: ConvNeXtBase, ConvNeXtLarge"),
        ("keras:", "no name"),
        ("keras:VGG16@nowhere.h5", "no such file of weights"),
        ("timm:", "no name"),
        ("timm:two words", "is no name"),
        ("hf:a/b/c", "is no name"),
        ("hf:a/b@random", "takes no '@'"),
        ("hf:/nowhere/at/all", "no such folder"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(model, words, everything_installed):
    assert words in refusal(model)


@pytest.mark.parametrize("model", ["timm:resnet18", "hf:microsoft/resnet-50"])
def test_a_missing_package_is_one_line(model, monkeypatch):
    monkeypatch.setattr(backbones, "find_spec", lambda name: None)
    family = model.partition(":")[0]
    package = {"timm": "timm", "hf": "transformers"}[family]
    assert refusal(model) == f"{model}: {package} is not installed; pip install -r requirements-backbones.txt"


def test_pickled_weights_are_refused(tmp_path, everything_installed):
    (tmp_path / "config.json").write_text("{}")
    assert "holds no weights" in refusal(f"hf:{tmp_path}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04")
    assert "pytorch_model.bin, a pickle, which may run code" in refusal(f"hf:{tmp_path}")
    weights = tmp_path / "my.pth"
    weights.write_bytes(b"\x80\x04")
    assert "must be a .safetensors file" in refusal(f"timm:resnet18@{weights}")


def test_a_folder_is_what_its_files_are(saved, everything_installed):
    first = reading.fingerprint(reading.resolve(f"hf:{saved}"))
    assert first == reading.fingerprint(reading.resolve(f"hf:{saved}"))
    assert first != reading.fingerprint(reading.resolve(f"timm:{saved}"))
    (saved / "model.safetensors").write_bytes(b"other numbers")
    assert first != reading.fingerprint(reading.resolve(f"hf:{saved}"))


def test_a_name_is_another_network_with_other_weights_and_versions(tmp_path, monkeypatch):
    weights = tmp_path / "my.weights.h5"
    weights.write_bytes(b"numbers")
    names = ["keras:VGG16", "keras:VGG16@random", f"keras:VGG16@{weights}", "keras:VGG19"]
    assert len({backbones.fingerprint(name) for name in names}) == len(names)
    before = backbones.fingerprint("keras:VGG16")
    monkeypatch.setattr(importlib.metadata, "version", lambda package: "99")
    assert before != backbones.fingerprint("keras:VGG16")


def test_what_the_hub_sent_is_told_by_its_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    absent = backbones.fingerprint("timm:resnet18")
    reference = tmp_path / "models--timm--resnet18.a1_in1k" / "refs" / "main"
    reference.parent.mkdir(parents=True)
    reference.write_text("0123456789")
    first = backbones.fingerprint("timm:resnet18")
    reference.write_text("9876543210")
    assert len({absent, first, backbones.fingerprint("timm:resnet18")}) == 3
    assert backbones.fingerprint("timm:vgg16") != absent
