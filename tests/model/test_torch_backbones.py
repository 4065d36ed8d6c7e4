"""Networks of timm and transformers with weights of chance, where these packages are installed."""

import json

import numpy as np
import pytest

from model import BadModel, backbones, hubs, network, probing, reading

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore")  # of the packages under test

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 12, 12, 1), dtype=np.uint8)


def opened(model, n_classes):
    return network.open_network(reading.resolve(str(model)), IMAGES.shape[1:], n_classes=n_classes)


def outputs(found):
    way, _ = probing.choose(found, IMAGES, np.arange(5))
    layers = [layer.name for layer in found.info.layers if layer.usable]
    return way, found.forward(IMAGES, layers, preprocessing=way, batch_size=2)


@pytest.fixture
def unreachable(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(hubs, "reachable", lambda address: False)


class TestTimm:
    @pytest.fixture(autouse=True)
    def timm(self):
        return pytest.importorskip("timm")

    @pytest.mark.parametrize("name", ["resnet10t", "vit_tiny_patch16_224", "convnext_atto"])
    def test_every_stage_is_a_layer(self, name):
        found = opened(f"timm:{name}@random", 10)
        assert (found.info.n_outputs, found.info.default_layer) == (0, "embedding")
        _, said = outputs(found)
        assert said.logits.shape == (5, 0)
        assert len(said.activations) > 4
        assert all(rows.shape == (5, found.info.layer(layer).width) for layer, rows in said.activations.items())
        assert all(np.isfinite(rows).all() for rows in said.activations.values())

    def test_scores_of_as_many_classes_are_used(self, timm):
        found = opened("timm:resnet10t@random", 1000)
        way, said = outputs(found)
        assert said.logits.shape == (5, 1000)
        torch.manual_seed(0)
        module = timm.create_model("resnet10t").eval()
        with torch.inference_mode():
            theirs = module(torch.from_numpy(way.apply(IMAGES))).numpy()
            before = module.forward_head(
                module.forward_features(torch.from_numpy(way.apply(IMAGES))), pre_logits=True
            )
        np.testing.assert_allclose(said.logits, theirs, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(said.activations["embedding"], before.numpy(), rtol=1e-4, atol=1e-5)

    def test_a_saved_folder(self, timm, tmp_path):
        from timm.models import save_for_hf

        module = timm.create_model("resnet10t", num_classes=3).eval()
        save_for_hf(module, tmp_path, safe_serialization=True)
        found = opened(f"timm:{tmp_path}", 3)
        way, said = outputs(found)
        with torch.inference_mode():
            theirs = module(torch.from_numpy(way.apply(IMAGES))).numpy()
        np.testing.assert_allclose(said.logits, theirs, rtol=1e-4, atol=1e-5)
        assert found.info.digest == backbones.fingerprint(f"timm:{tmp_path}")

    @pytest.mark.parametrize(
        ("model", "words"), [("timm:resnet18.no_such", "it has resnet18."), ("timm:nothing", "no network")]
    )
    def test_unknown_names(self, model, words):
        with pytest.raises(BadModel, match=words):
            opened(model, 10)

    def test_offline_without_a_copy(self, unreachable):
        with pytest.raises(BadModel, match=r"no local copy and https://huggingface\.co cannot be reached"):
            opened("timm:resnet18", 10)


class TestHuggingFace:
    @pytest.fixture(autouse=True)
    def transformers(self):
        return pytest.importorskip("transformers")

    @pytest.fixture
    def vit(self, transformers, tmp_path):
        torch.manual_seed(0)
        config = transformers.ViTConfig(
            hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=32,
            patch_size=8, num_labels=4,
        )  # fmt: skip
        module = transformers.ViTForImageClassification(config).eval()
        module.save_pretrained(tmp_path)
        processor = {"do_rescale": True, "do_normalize": True, "size": {"height": 32, "width": 32}}
        processor |= {"image_mean": [0.5] * 3, "image_std": [0.25] * 3, "rescale_factor": 1 / 255}
        (tmp_path / "preprocessor_config.json").write_text(json.dumps(processor))
        return tmp_path, module

    def test_hidden_states_and_scores(self, vit):
        folder, module = vit
        found = opened(f"hf:{folder}", 4)
        way, said = outputs(found)
        assert list(said.activations) == ["hidden.0", "hidden.1", "hidden.2", "embedding", "scores"]
        inputs = torch.from_numpy(way.apply(IMAGES))
        with torch.inference_mode():
            theirs = module(pixel_values=inputs, output_hidden_states=True)
        np.testing.assert_allclose(said.logits, theirs.logits.numpy(), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(
            said.activations["hidden.1"], theirs.hidden_states[1].mean(dim=1).numpy(), rtol=1e-4, atol=1e-6
        )

    def test_what_its_classifier_takes_in_is_the_embedding(self, vit):
        """Not the pooler, whose weights no classifier has: they would be of chance."""
        folder, _ = vit
        _, with_scores = outputs(opened(f"hf:{folder}", 4))
        found = opened(f"hf:{folder}", 7)
        _, without = outputs(found)
        assert found.info.n_outputs == 0
        assert "tells 4 classes apart and the data have 7" in found.info.no_head
        np.testing.assert_allclose(without.activations["embedding"], with_scores.activations["embedding"], rtol=1e-5)

    def test_its_own_scaling_is_used(self, vit):
        folder, _ = vit
        way, _ = outputs(opened(f"hf:{folder}", 4))
        assert way.scaling == "own"
        assert "the mean that the network was trained with" in way.describe()
        gray = np.full((1, 12, 12, 1), 255, np.uint8)
        assert way.size == "stretch"
        np.testing.assert_allclose(way.apply(gray).max(), 2.0, rtol=1e-5)

    def test_code_that_comes_along_is_never_run(self, vit):
        folder, _ = vit
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**config, "auto_map": {"AutoModel": "evil.Model"}}))
        with pytest.raises(BadModel, match="auto_map"):
            opened(f"hf:{folder}", 4)

    def test_offline_without_a_copy(self, unreachable):
        with pytest.raises(BadModel, match="no local copy"):
            opened("hf:nobody/nothing", 10)
