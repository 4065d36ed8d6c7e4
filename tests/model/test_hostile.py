"""Files that would make Keras run, call or read something, or exhaust the machine."""

import json

import h5py
import numpy as np
import pytest

from model import reading, stored

from .conftest import dense, image, layer, sequential


class TestCode:
    """Twelve and more files that would make Keras run, call or read something."""

    LAYERS = (
        (layer("Lambda", "evil", function=["4wEAAAA=", None, None]), "layer 'evil' holds Python code"),
        (
            layer("Lambda", "evil", function={"class_name": "__lambda__", "config": {"code": "4w=="}}),
            "holds Python code",
        ),
        (
            layer("Activation", "evil", activation={"class_name": "__lambda__", "config": {}}),
            "layer 'evil' holds Python",
        ),
        (layer("TFSMLayer", "evil", filepath="/tmp"), "layer 'evil' (TFSMLayer) reads files"),
        (layer("StringLookup", "evil", vocabulary="/etc/passwd"), "layer 'evil' (StringLookup) reads files"),
        (layer("MyConv", "evil", filters=3), "layer 'evil' is of class 'MyConv'"),
        (layer("TorchModuleWrapper", "evil", module="x"), "is of class 'TorchModuleWrapper'"),
        (layer("JaxLayer", "evil"), "is of class 'JaxLayer'"),
        ({**layer("Conv2D", "evil"), "module": "my.layers"}, "is of class 'Conv2D'"),
        ({**layer("Conv2D", "evil"), "module": "keras.utils"}, "is of class 'Conv2D'"),
        ({**layer("Conv2D", "evil"), "registered_name": "My>Conv2D"}, "is of class 'Conv2D'"),
        ({**layer("get_file", "evil"), "module": "keras.utils"}, "is of class 'get_file'"),
        ({**layer("WhileLoop", "evil"), "module": "keras.src.ops.core"}, "is of class 'WhileLoop'"),
        (layer("Activation", "evil", activation="my_activation"), "layer 'evil' calls the function 'my_activation'"),
        (layer("TimeDistributed", "outer", layer=layer("Lambda", "evil")), "layer 'evil' holds Python code"),
        (layer("Dense", "evil", kernel_initializer=layer("Mine", "x")), "is of class 'Mine'"),
    )
    FUNCTIONS = (
        ("os", "system"),
        ("numpy", "load"),
        ("keras.utils", "get_file"),
        ("keras.utils", "set_random_seed"),
        ("keras.config", "set_floatx"),
        ("keras.datasets.mnist", "load_data"),
        ("keras.saving", "load_model"),
        ("keras.layers", "deserialize"),
        ("builtins", "eval"),
    )

    @pytest.mark.parametrize(("evil", "words"), LAYERS, ids=[words for _, words in LAYERS])
    def test_layers(self, evil, words, h5, archive, refused):
        config = sequential(image(28, 28, 1), evil, layer("Flatten", "flatten"), dense())
        assert words in refused(reading.scan, h5(config=config))
        assert words in refused(reading.scan, archive(config__json=json.dumps(config)))

    @pytest.mark.parametrize(("module", "name"), FUNCTIONS)
    def test_functions(self, module, name, archive, refused):
        function = {"module": module, "class_name": "function", "config": name, "registered_name": name}
        for evil in (
            layer("Activation", "evil", activation=function),
            layer("Dense", "evil", kernel_initializer=function),
        ):
            config = sequential(image(28, 28, 1), evil, layer("Flatten", "flatten"), dense())
            sentence = refused(reading.scan, archive(config__json=json.dumps(config)))
            assert "layer 'evil' calls the function" in sentence
            assert name in sentence

    def test_a_network_of_a_class_of_ones_own(self, archive, refused):
        config = {"class_name": "MyNet", "module": "train", "config": {"name": "mine"}, "registered_name": "MyNet"}
        assert "the network itself is of class 'MyNet'" in refused(
            reading.scan, archive(config__json=json.dumps(config))
        )

    def test_the_first_one_is_named(self, h5, refused):
        evils = [layer("Lambda", name) for name in ("one", "two")]
        assert "'one'" in refused(reading.scan, h5(config=sequential(image(28, 28, 1), *evils, dense())))

    def test_names_that_would_break_the_line(self, h5, refused):
        evil = layer("Lambda", "a\nb\x1b[31m" + "c" * 500)
        refused(reading.scan, h5(config=sequential(image(28, 28, 1), evil, dense())))

    def test_a_nested_network_may_have_been_trained(self, archive, refused):
        inner = sequential(image(28, 28, 1, name="inner"), layer("Flatten", "flatten"))
        inner["compile_config"] = {
            "optimizer": {"module": "keras.optimizers", "class_name": "Adam", "config": {}, "registered_name": None}
        }
        config = sequential(inner, dense())
        reading.scan(archive(config__json=json.dumps(config)))
        inner["compile_config"]["optimizer"]["module"] = "evil"
        assert "is of class 'Adam'" in refused(reading.scan, archive(config__json=json.dumps(config)))


class TestLinks:
    @pytest.fixture
    def target(self, tmp_path):
        with h5py.File(tmp_path / "secret.h5", "w") as file:
            file["secret"] = np.arange(7850, dtype=np.float32)
        (tmp_path / "secret.raw").write_bytes(b"secret" * 6000)
        return tmp_path

    @pytest.mark.parametrize("kind", ["external link", "soft link", "external dataset", "virtual dataset"])
    def test_are_refused_anywhere(self, kind, target, h5, refused):
        path = h5()
        with h5py.File(path, "r+") as file:
            place = "optimizer_weights/deep/kernel"
            if kind == "external link":
                file[place] = h5py.ExternalLink(target / "secret.h5", "/secret")
            elif kind == "soft link":
                file[place] = h5py.SoftLink("/model_weights/scores")
            elif kind == "external dataset":
                file.create_dataset(place, (9000,), "f4", external=[(str(target / "secret.raw"), 0, 36000)])
            else:
                layout = h5py.VirtualLayout((7850,), "f4")
                layout[:] = h5py.VirtualSource(str(target / "secret.h5"), "secret", (7850,))
                file.create_virtual_dataset(place, layout)
        assert "weights point outside the file" in refused(reading.scan, path)

    def test_in_an_archive_too(self, tmp_path, target, archive, refused):
        with h5py.File(tmp_path / "weights.h5", "w") as file:
            file["layers/dense/vars/0"] = h5py.ExternalLink(target / "secret.h5", "/secret")
        path = archive(model__weights__h5=(tmp_path / "weights.h5").read_bytes())
        assert "weights point outside the file" in refused(reading.scan, path)

    def test_a_circle_of_groups_comes_to_an_end(self, h5):
        path = h5()
        with h5py.File(path, "r+") as file:
            file["model_weights/scores/again"] = file["model_weights"]
        assert reading.scan(path)["weights"] == 7850

    @pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "assets/../../x", "C:\\x", "a\nb"])
    def test_member_names(self, name, archive, refused):
        assert "has a member with the name" in refused(reading.scan, archive(**{name: b"x"}))


class TestBombs:
    @pytest.mark.parametrize("gigabytes", [1.5, 3, 5])
    def test_declared_weights(self, gigabytes, h5, refused):
        path = h5()
        with h5py.File(path, "r+") as file:
            file.create_dataset("model_weights/scores/bomb", (int(gigabytes * 2**28),), "f4", chunks=(1024,))
        assert "declares" in refused(reading.scan, path)
        assert path.stat().st_size < 100_000

    def test_the_optimizer_does_not_count(self, h5):
        path = h5()
        with h5py.File(path, "r+") as file:
            file.create_dataset("optimizer_weights/bomb", (2**30,), "f4", chunks=(1024,))
        assert reading.scan(path)["weights"] == 7850

    def test_config(self, archive, refused, monkeypatch):
        monkeypatch.setattr(stored, "FREE_BYTES", 1 << 20)
        path = archive(config__json=" " * (16 << 20))
        assert path.stat().st_size < 80_000
        assert "declares 17 MB" in refused(reading.scan, path)

    def test_many_objects(self, h5, refused, monkeypatch):
        monkeypatch.setattr(stored, "MAX_OBJECTS", 3)
        assert "holds over 3 objects" in refused(reading.scan, h5())

    @pytest.mark.parametrize(
        ("layers", "named"),
        [
            ([layer("Flatten", "flatten"), dense("big", 10**9)], "big"),
            ([dense("one", 60_000), dense("two", 60_000)], "two"),
            ([layer("Conv2D", "conv", filters=10**8, kernel_size=[3, 3])], "conv"),
            ([layer("Embedding", "words", input_dim=10**6, output_dim=10**4)], "words"),
            ([layer("LSTM", "lstm", units=50_000)], "lstm"),
            ([layer("UpSampling2D", "up", size=[500, 500]), layer("PReLU", "pre")], "pre"),
            ([layer("UpSampling2D", "up", size=[500, 500]), layer("Flatten", "flatten"), dense("one", 10)], "one"),
            (
                [layer("Conv2D", "c", filters=9000, kernel_size=[1, 1]), layer("SeparableConv2D", "s", filters=9000)],
                "s",
            ),
            ([dense("one", 9000), layer("DepthwiseConv2D", "d", depth_multiplier=9000, kernel_size=[3, 3])], "d"),
        ],
    )
    def test_parameters(self, layers, named, h5, refused):
        config = sequential(image(28, 28, 1), *layers, dense())
        sentence = refused(reading.scan, h5(config=config))
        assert f"(layer '{named}')" in sentence
        assert "needs over" in sentence

    def test_what_a_layer_was_built_for(self, archive, refused):
        config = sequential(image(28, 28, 1), {**dense(), "build_config": {"input_shape": [None, 10**9]}})
        assert "needs over 40 GB" in refused(reading.scan, archive(config__json=json.dumps(config)))

    @pytest.mark.parametrize("shape", [(100_000, 100_000, 3), (10**9,), (10**6, 10**6), (0, 28, 1)])
    def test_input(self, shape, h5, refused):
        assert "expects input" in refused(reading.scan, h5(config=sequential(image(*shape), dense())))
