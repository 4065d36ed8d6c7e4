"""Fashion-MNIST: photographs from a shop, as small and gray as MNIST's digits, by Xiao and others, 2017."""

from __future__ import annotations

from dataclasses import replace

from datasets import idx, npz
from datasets.dataset import Dataset
from datasets.loader import File, Source, checked, dataset

CLOTHES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip

PACKED, UNPACKED = idx.copies("fashion-mnist", "FashionMNIST/raw")
ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
PUBLISHED = (
    (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
    (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
    (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
    (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
)


@dataset(
    "fashion_mnist",
    title="70,000 pieces of clothing, 28 x 28, gray",
    copies=(
        tuple(
            replace(file, url=f"{ADDRESS}{file.name.rpartition('/')[2]}", sha256=sha256, size=size)
            for file, (size, sha256) in zip(PACKED, PUBLISHED, strict=True)
        ),
        UNPACKED,
        (File("fashion_mnist.npz", also=("fashion-mnist.npz",)),),
    ),
)
def fashion_mnist(source: Source) -> Dataset:
    """Both splits, 60,000 and 10,000."""
    found = npz.read(source) if len(source.files) == 1 else idx.read(source)
    return checked(found, CLOTHES, (28, 28, 1))
