"""CIFAR-100: color photographs of a hundred kinds of things, by Krizhevsky, 2009. Fine labels."""

from __future__ import annotations

from datasets import cifar_batches, npz
from datasets.dataset import Dataset
from datasets.loader import File, Source, checked, dataset, files_in

_NAMES = """
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel
    can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur
    dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion
    lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree
    pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea
    seal shark shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank
    telephone television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
"""
THINGS = tuple(name.replace("_", " ") for name in _NAMES.split())

BATCHES = {"train": ("train",), "test": ("test",)}


@dataset(
    "cifar100",
    title="60,000 photographs of 100 kinds of things, 32 x 32, color",
    copies=(
        (
            File(
                "cifar-100-binary.tar.gz",
                url="https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
                sha256="58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
                size=168_513_733,
            ),
        ),
        files_in("cifar-100-binary", "train.bin", "test.bin"),
        files_in("cifar-100-python", "train", "test", also=("cifar-100-python-target/cifar-100-python",)),
        (
            File(
                "cifar-100-python.tar.gz",
                sha256="85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
                also=("cifar-100-python-target_archive",),
            ),
        ),
        (File("cifar100.npz"),),
    ),
)
def cifar100(source: Source) -> Dataset:
    """Both splits, 50,000 and 10,000."""
    if source.files[0].suffix == ".npz":
        found = npz.read(source)
    else:
        found = cifar_batches.read(source, BATCHES, label_bytes=2, label_key="fine_labels")
    return checked(found, THINGS, (32, 32, 3))
