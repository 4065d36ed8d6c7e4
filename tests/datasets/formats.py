"""Data of every kind, made on the spot: what docs/compatibility.md says about data is what becomes of these."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.datasets import coco_drawing
from tests.datasets.drawing import packed, pixels, save, tree
from tests.datasets.test_huggingface import shard
from tests.datasets.test_idx_path import idx

Writer = Callable[[Path], Path]
GRAY, COLOR = pixels(channels=1), pixels()
CLASSES = ("train/cat/1.png", "train/dog/2.png", "test/cat/3.png", "test/dog/4.png")
STACK = np.random.default_rng(0).integers(0, 256, (6, 8, 8), dtype=np.uint8)


@dataclass(frozen=True)
class Format:
    """One kind of data, whether it can be read, and what is wished for besides."""

    name: str
    write: Writer
    opens: bool = True
    wish: tuple[tuple[str, Any], ...] = ()


def folder(*names: str, **texts: str) -> Writer:
    def write(root: Path) -> Path:
        tree(root / "data", *names)
        (root / "data").mkdir(exist_ok=True)
        for name, text in texts.items():
            (root / "data" / name.replace("__", ".")).write_text(text)
        return root / "data"

    return write


def arrays(**given: Any) -> Writer:
    def write(root: Path) -> Path:
        np.savez(root / "data.npz", **given)
        return root / "data.npz"

    return write


def table(text: str, name: str = "list.csv") -> Writer:
    def write(root: Path) -> Path:
        tree(root, "imgs/1.png", "imgs/2.png", "imgs/3.png")
        (root / name).write_text(text)
        return root / name

    return write


def parquet(root: Path) -> Path:
    import pyarrow
    import pyarrow.parquet

    tree(root, "imgs/1.png", "imgs/2.png")
    rows = {"path": ["imgs/1.png", "imgs/2.png"], "label": ["cat", "dog"], "weight": [1.5, None]}
    pyarrow.parquet.write_table(pyarrow.table(rows), root / "list.parquet")
    return root / "list.parquet"


def shards(root: Path) -> Path:
    shard(root / "hub" / "train-00000-of-00001.parquet", [packed(), packed()], [0, 1], names=["cat", "dog"])
    shard(root / "hub" / "test-00000-of-00001.parquet", [packed()], [1], names=["cat", "dog"])
    return root / "hub"


def published(root: Path) -> Path:
    idx(root / "train-labels-idx1-ubyte.gz", np.arange(6, dtype=np.uint8) % 3)
    return idx(root / "train-images-idx3-ubyte.gz", STACK)


def picture(content: bytes, name: str = "1.png") -> Writer:
    """A folder with two plain gray pictures and this one."""

    def write(root: Path) -> Path:
        for class_name in ("cat", "dog"):
            save(root / "data" / class_name / "0.png", GRAY)
        (root / "data" / "cat" / name).write_bytes(content)
        return root / "data"

    return write


def image(mode: str, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    made = Image.fromarray(GRAY).convert("RGBA" if mode == "LA" else "L").convert(mode)
    if mode in ("LA", "RGBA"):
        made.putalpha(Image.fromarray(GRAY))
    made.save(file, kind, **options)
    return file.getvalue()


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return packed(GRAY, "JPEG", exif=exif)


def several() -> bytes:
    file = io.BytesIO()
    frames = [Image.fromarray(pixels(channels=1, seed=seed)) for seed in range(3)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


def text_of(name: str, content: bytes) -> Writer:
    def write(root: Path) -> Path:
        (root / name).write_bytes(content)
        return root / name

    return write


def boxes(root: Path) -> Path:
    return coco_drawing.scenes(root / "scenes")


EMPTY_FOLDER = {"notes__txt": "nothing to see"}
LIST = "path,label,split,camera\nimgs/1.png,cat,train,left\nimgs/2.png,dog,train,right\nimgs/3.png,cat,test,left\n"
OUTSIDE = "path,label\nimgs/1.png,cat\n../../etc/passwd,cat\nhttps://example.org/1.png,dog\n/etc/passwd,dog\n"

FORMATS = (
    Format("a folder per class", folder("cat/1.png", "dog/2.png", "dog/a/3.png")),
    Format("folders of classes below train and test", folder(*CLASSES)),
    Format("folders called by numbers", folder("10/1.png", "9/2.png", "2/3.png")),
    Format("a folder with class_names.txt", folder("cat/1.png", "dog/2.png", class_names__txt="dog\ncat\n")),
    Format("a flat folder", folder("1.png", "2.png")),
    Format(
        ".npz in Keras's layout", arrays(x_train=STACK, y_train=np.arange(6) % 3, x_test=STACK[:2], y_test=[0, 1])
    ),
    Format(".npz of x and y, 0 to 1, channels first", arrays(x=np.stack([STACK / 255.0] * 3, 1), y=np.arange(6) % 3)),
    Format(".npz of images alone", arrays(images=STACK)),
    Format(".idx.gz with its labels beside it", published),
    Format("a .csv list with metadata", table(LIST)),
    Format("a .tsv list", table(LIST.replace(",", "\t"), "list.tsv")),
    Format("a .parquet list", parquet),
    Format("Parquet files of Hugging Face", shards),
    Format("COCO boxes, as whole images", boxes, wish=(("instances", "images"),)),
    Format("COCO boxes, as objects", boxes, wish=(("instances", "objects"),)),
    Format("a picture with alpha (LA)", picture(image("LA"))),
    Format("a picture with a palette (P)", picture(image("P"))),
    Format("a picture with alpha (RGBA)", picture(image("RGBA"))),
    Format("a picture in CMYK", picture(image("CMYK", "JPEG"), "1.JPG")),
    Format("a picture of 1 bit", picture(image("1"))),
    Format("a picture of 16 bits", picture(packed(GRAY.astype(np.uint16) * 257))),
    Format("a photograph that its camera turned", picture(turned(), "1.jpeg")),
    Format("a GIF of three frames", picture(several(), "1.gif")),
    Format("WebP", picture(packed(GRAY, "WEBP", lossless=True), "1.webp")),
    Format("BMP", picture(packed(GRAY, "BMP"), "1.bmp")),
    Format("TIFF", picture(packed(GRAY, "TIFF"), "1.tiff")),
    Format("a picture with an odd name", picture(packed(GRAY), "a 'b' <i>&é😀.png")),
    Format("a picture cut off", picture(packed(GRAY)[:60])),
    Format("an empty picture", picture(b"")),
    Format("a web page named .png", picture(b"<!DOCTYPE html><html></html>")),
    Format("PostScript named .png", picture(b"%!PS\n")),
    Format("a list with paths out of its folder", table(OUTSIDE)),
    Format("an unknown name", lambda root: Path("mnits"), opens=False),
    Format("no such file", lambda root: root / "data.npz", opens=False),
    Format("a folder without pictures", folder(**EMPTY_FOLDER), opens=False),
    Format("a list without paths", table("apple,pear\n1,2\n"), opens=False),
    Format("a list with a ragged line", table("path,label\nimgs/1.png,cat\nimgs/2.png\n"), opens=False),
    Format(".npz of Python objects", arrays(x=np.array([{}, {}], object), y=[0, 1]), opens=False),
    Format(".npz of no known arrays", arrays(apple=STACK), opens=False),
    Format(".npz with too few labels", arrays(x=STACK, y=[0, 1]), opens=False),
    Format("text named .npz", text_of("data.npz", b"epoch,loss\n"), opens=False),
    Format("text named .parquet", text_of("data.parquet", b"epoch,loss\n"), opens=False),
    Format("a .json that is no list of COCO's", text_of("data.json", json.dumps([1, 2]).encode()), opens=False),
    Format("a file of another kind", text_of("data.xlsx", b"PK\3\4"), opens=False),
)
