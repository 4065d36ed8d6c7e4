"""CIFAR-10: color photographs of animals and vehicles, by Krizhevsky, 2009."""

from __future__ import annotations

from datasets import cifar_batches, npz
from datasets.dataset import Dataset
from datasets.loader import File, Source, checked, dataset, files_in

THINGS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

BATCHES = {"train": tuple(f"data_batch_{number}" for number in range(1, 6)), "test": ("test_batch",)}
NAMES = [name for names in BATCHES.values() for name in names]


@dataset(
    "cifar10",
    title="60,000 photographs of 10 kinds of things, 32 x 32, color",
    copies=(
        (
            File(
                "cifar-10-binary.tar.gz",
                url="https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                size=170_052_171,
            ),
        ),
        files_in("cifar-10-batches-bin", *(f"{name}.bin" for name in NAMES)),
        files_in("cifar-10-batches-py", *NAMES, also=("cifar-10-batches-py-target/cifar-10-batches-py",)),
        (
            File(
                "cifar-10-python.tar.gz",
                sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
                also=("cifar-10-batches-py.tar.gz", "cifar-10-batches-py-target_archive"),
            ),
        ),
        (File("cifar10.npz"),),
    ),
)
def cifar10(source: Source) -> Dataset:
    """Both splits, 50,000 and 10,000."""
    if source.files[0].suffix == ".npz":
        found = npz.read(source)
    else:
        found = cifar_batches.read(source, BATCHES, label_bytes=1, label_key="labels")
    return checked(found, THINGS, (32, 32, 3))
