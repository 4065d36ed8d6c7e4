"""The lists of what a config may name, held against Keras itself."""

import inspect

import pytest

from model import allowed

CODE_OR_FILES = {
    "Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer",
    "StringLookup", "IntegerLookup", "TextVectorization",
}  # fmt: skip


def test_nothing_that_runs_code_or_reads_files():
    every = allowed.LAYERS | allowed.MODELS | allowed.PARTS | allowed.PLAIN | allowed.CORE_OPERATIONS
    assert not every & (CODE_OR_FILES | {"__lambda__", "Layer", "Wrapper", "WhileLoop", "Map", "Scan", "Cond"})
    assert all(name.replace("_", "").isidentifier() for name in every)


def test_numbers_in_braces():
    assert {"Conv1D", "Conv2D", "Conv3D", "Dense"} <= allowed.LAYERS
    assert not any("{" in name for name in allowed.LAYERS)


@pytest.mark.parametrize(
    ("kind", "module", "registered"),
    [
        ("Conv2D", None, None),
        ("Conv2D", "keras.layers", None),
        ("Conv2D", "keras.src.layers.convolutional.conv2d", "Conv2D"),
        ("Functional", "keras.src.models.functional", "Functional"),
        ("Functional", "keras.src.engine.functional", "Functional"),
        ("Sequential", "keras", None),
        ("GlorotUniform", "keras.initializers", None),
        ("DTypePolicy", "keras", None),
        ("Policy", "keras.mixed_precision", None),
        ("Multiply", "keras.src.ops.numpy", "Multiply"),
        ("Cast", "keras.src.ops.core", None),
        ("Adam", "keras.optimizers", None),
    ],
)
def test_keras_own(kind, module, registered):
    assert allowed.is_keras(kind, module, registered)


@pytest.mark.parametrize(
    ("kind", "module", "registered"),
    [
        ("Conv2D", "keras.layers.evil; import os", None),
        ("Conv2D", "kerasevil.layers", None),
        ("Conv2D", "keras.utils", None),
        ("Conv2D", 3, None),
        ("Conv2D", "keras.layers", "My>Conv2D"),
        ("get_file", "keras.utils", None),
        ("deserialize", "keras.layers", None),
        ("Map", "keras.src.ops.core", None),
        ("Lambda", "keras.layers", None),
        ("Multiply.evil", "keras.src.ops.numpy", None),
        ("Multiply", "keras.src.ops.numpy.evil", None),
    ],
)
def test_others(kind, module, registered):
    assert not allowed.is_keras(kind, module, registered)


@pytest.mark.keras
class TestAgainstKeras:
    def test_every_layer_exists_and_the_rest_is_left_out_on_purpose(self):
        import keras

        classes = {name for name, thing in vars(keras.layers).items() if inspect.isclass(thing)}
        operations = {"GroupedQueryAttention"}
        assert allowed.LAYERS - operations <= classes
        purposely = CODE_OR_FILES | {
            "Layer", "Wrapper", "InputSpec", "Hashing", "HashedCrossing", "MaxNumBoundingBoxes", "MelSpectrogram",
            "STFTSpectrogram", "ReversibleEmbedding",
        }  # fmt: skip
        assert len(classes - allowed.LAYERS - purposely) < 10  # room for what newer versions of Keras bring

    def test_every_activation_exists(self):
        import keras

        assert all(callable(keras.activations.get(name)) for name in allowed.ACTIVATIONS)

    def test_most_parts_exist(self):
        import keras

        rooms = (
            keras.initializers,
            keras.regularizers,
            keras.constraints,
            keras.dtype_policies,
            keras.mixed_precision,
        )
        here = {name for name in allowed.PARTS if any(hasattr(room, name) for room in rooms)}
        assert allowed.PARTS - here <= {"Policy"}
