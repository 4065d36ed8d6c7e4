"""Small real networks of every ending and shape, by name. Their weights are far from zero, so that errors show."""

from __future__ import annotations

from typing import Any


def build(name: str) -> Any:
    """A small network, ready to be saved, with weights that are far from zero."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(1)
    kernel = {"kernel_initializer": keras.initializers.RandomNormal(stddev=0.6)}
    grey, color = keras.Input((8, 10, 1), name="image"), keras.Input((8, 10, 3), name="image")

    def head(x, end=None):
        x = layers.Dense(5, activation="relu", name="hidden", **kernel)(layers.Flatten()(x))
        return end(x) if end else layers.Dense(4, activation="softmax", name="scores", **kernel)(x)

    def conv(**more):
        return layers.Conv2D(6, 3, padding="same", activation="relu", **kernel, **more)

    match name:
        case "sequential":
            return keras.Sequential(
                [
                    grey, conv(), layers.MaxPooling2D(), layers.BatchNormalization(), layers.Dropout(0.5),
                    layers.Flatten(), layers.Dense(5, activation="tanh", **kernel),
                    layers.Dense(4, activation="softmax", **kernel),
                ]
            )  # fmt: skip
        case "skip":
            x = conv(name="stem")(color)
            y = conv(name="left")(x)
            y = layers.BatchNormalization(name="norm")(y)
            x = layers.Activation("relu", name="relu")(layers.Add(name="add")([x, y]))
            x = layers.GlobalAveragePooling2D(name="pool")(x)
            return keras.Model(color, layers.Dense(4, activation="softmax", name="scores", **kernel)(x))
        case "operations":
            x = conv()(grey) * 2.0
            return keras.Model(grey, head(keras.ops.relu(x + x)))
        case "activation layer":
            return keras.Model(grey, head(grey, lambda x: layers.Activation("softmax")(layers.Dense(4, **kernel)(x))))
        case "softmax layer":
            return keras.Model(grey, head(grey, lambda x: layers.Softmax()(layers.Dense(4, **kernel)(x))))
        case "softmax operation":
            return keras.Model(grey, head(grey, lambda x: keras.ops.softmax(layers.Dense(4, **kernel)(x))))
        case "softmax then dropout":
            return keras.Model(
                grey, head(grey, lambda x: layers.Dropout(0.1)(layers.Dense(4, activation="softmax", **kernel)(x)))
            )
        case "sigmoid":
            return keras.Model(grey, head(grey, layers.Dense(1, activation="sigmoid", **kernel)))
        case "sigmoid layer":
            return keras.Model(grey, head(grey, lambda x: layers.Activation("sigmoid")(layers.Dense(1, **kernel)(x))))
        case "sigmoids":
            return keras.Model(grey, head(grey, layers.Dense(4, activation="sigmoid", **kernel)))
        case "logits":
            return keras.Model(grey, head(grey, layers.Dense(4, **kernel)))
        case "one logit":
            return keras.Model(grey, head(grey, layers.Dense(1, **kernel)))
        case "relu end":
            return keras.Model(grey, head(grey, layers.Dense(4, activation="relu", **kernel)))
        case "mean of two softmaxes":
            ends = [layers.Dense(4, activation="softmax", **kernel)(layers.Flatten()(grey)) for _ in range(2)]
            return keras.Model(grey, layers.Average()(ends))
        case "softmax over maps":
            x = layers.Conv2D(4, 1, activation="softmax", **kernel)(grey)
            return keras.Model(grey, layers.GlobalAveragePooling2D()(x))
        case "convolutional":
            x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 1, name="last", **kernel)(conv()(grey)))
            return keras.Model(grey, layers.Softmax()(x))
        case "flat":
            flat = keras.Input((48,), name="image")  # 4x4x3
            return keras.Model(flat, head(flat))
        case "no channel":
            plain = keras.Input((8, 8), name="image")
            x = layers.LSTM(7, return_sequences=True, name="sequence")(plain)
            return keras.Model(plain, head(x))
        case "nested":
            inner = keras.Input((8, 10, 1))
            back = keras.Model(inner, layers.MaxPooling2D()(conv()(inner)), name="backbone")
            return keras.Model(grey, head(back(grey)))
        case "nested end":
            inner = keras.Input((5,))
            end = keras.Model(inner, layers.Dense(4, activation="softmax", **kernel)(inner), name="end")
            return keras.Model(grey, head(grey, end))
        case "any size":
            free = keras.Input((None, None, 3), name="image")
            x = layers.GlobalMaxPooling2D()(conv()(free))
            return keras.Model(free, layers.Dense(4, activation="softmax", **kernel)(x))
        case "half precision":
            policy = {"dtype": "mixed_float16"}
            x = layers.Conv2D(6, 3, **kernel, **policy)(grey)
            x = layers.GlobalAveragePooling2D(**policy)(x)
            return keras.Model(grey, layers.Dense(4, activation="softmax", dtype="float32", **kernel)(x))
        case "depthwise":
            x = layers.DepthwiseConv2D(3, padding="same")(layers.SeparableConv2D(6, 3)(color))
            return keras.Model(color, head(x))
        case "shared layer":
            twice = layers.Conv2D(1, 3, padding="same", name="twice", **kernel)
            return keras.Model(grey, head(twice(twice(grey))))
        case "two heads":
            x = layers.Dense(5, activation="relu", name="hidden", **kernel)(layers.Flatten()(conv()(grey)))
            color_of = layers.Dense(3, name="color", **kernel)(x)
            return keras.Model(grey, [color_of, layers.Dense(4, activation="softmax", name="species", **kernel)(x)])
        case "heads by name":
            x = layers.Flatten()(grey)
            ends = {"b": layers.Dense(4, activation="softmax", name="first", **kernel)(x)}
            return keras.Model(grey, {**ends, "a": layers.Conv2D(2, 3, name="picture", **kernel)(grey)})
        case "heads in a nest":
            inner = keras.Input((8, 10, 1))
            x = layers.Flatten()(inner)
            ends = [layers.Dense(units, name=f"of_{units}", **kernel)(x) for units in (4, 7)]
            return keras.Model(grey, keras.Model(inner, ends, name="inner")(grey))
        case "embedding":
            return keras.Model(grey, head(grey, layers.Dense(6, name="vector", **kernel)))
        case "unit length":
            return keras.Model(grey, head(grey, lambda x: layers.UnitNormalization(name="unit")(layers.Dense(6)(x))))
        case "pooled":
            return keras.Model(color, layers.GlobalAveragePooling2D(name="pool")(conv()(color)))
        case "maps":
            return keras.Model(color, layers.MaxPooling2D(name="last")(conv(name="maps")(color)))
        case "flattened":
            return keras.Model(grey, layers.Dropout(0.1)(layers.Flatten(name="long")(conv(name="maps")(grey))))
    raise KeyError(name)


# What our side must find at the end of each.
ENDINGS = {
    "sequential": "softmax",
    "skip": "softmax",
    "operations": "softmax",
    "activation layer": "softmax",
    "softmax layer": "softmax",
    "softmax operation": "softmax",
    "softmax then dropout": "softmax",
    "sigmoid": "sigmoid",
    "sigmoid layer": "sigmoid",
    "sigmoids": "sigmoid",
    "logits": "logits",
    "one logit": "logits",
    "relu end": "logits",
    "mean of two softmaxes": "probabilities",
    "softmax over maps": "probabilities",
    "convolutional": "softmax",
    "flat": "softmax",
    "no channel": "softmax",
    "nested": "softmax",
    "nested end": "softmax",
    "any size": "softmax",
    "half precision": "softmax",
    "depthwise": "softmax",
    "shared layer": "softmax",
}
