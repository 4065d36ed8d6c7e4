"""The columns of a Parquet file by plain Python agree with the library's, and damage is one line and no crash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

import datasets
from datasets import huggingface, parquet_footer
from datasets.dataset import BadDataset
from tests.datasets.drawing import packed, tree
from tests.datasets.test_huggingface import shard

ROOT = Path(__file__).parents[2]
BYTES = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
DEEP = pyarrow.list_(pyarrow.struct([("bytes", pyarrow.list_(pyarrow.binary())), ("x", pyarrow.float32())]))
SCHEMAS = {
    "the library's images": [("image", BYTES), ("label", pyarrow.int64())],
    "bytes of another name in a group": [("label", pyarrow.int64()), ("photo", BYTES)],
    "plain bytes called image": [("label", pyarrow.string()), ("image", pyarrow.binary())],
    "large bytes called img": [("img", pyarrow.large_binary())],
    "plain bytes of another name": [("thumbnail", pyarrow.binary())],
    "paths": [("path", pyarrow.string()), ("image", pyarrow.string())],
    "text in a group": [("image", pyarrow.struct([("bytes", pyarrow.string())]))],
    "bytes two groups deep": [("image", pyarrow.struct([("inner", BYTES)]))],
    "bytes in a list": [("image", DEEP), ("after", pyarrow.int8())],
    "fixed bytes": [("image", pyarrow.binary(16))],
    "many kinds": [("a", pyarrow.map_(pyarrow.string(), BYTES)), ("d", pyarrow.decimal128(9, 2)),
                   ("t", pyarrow.timestamp("ns", "UTC")), ("n", pyarrow.null()), ("ä b", pyarrow.bool_())],
    "no columns": [],
}  # fmt: skip


def write(path: Path, kinds: list[tuple[str, pyarrow.DataType]], **options: object) -> Path:
    schema = pyarrow.schema(kinds, metadata={"about": "x" * 50})
    pyarrow.parquet.write_table(schema.empty_table(), path, **options)
    return path


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize("version", ["1.0", "2.6"])
def test_agrees_with_the_library(tmp_path, name, version):
    path = write(tmp_path / "a.parquet", SCHEMAS[name], version=version)
    assert [column.name for column in parquet_footer.columns(path)] == [field for field, _ in SCHEMAS[name]]
    assert parquet_footer.holds_images(path) == (huggingface._shape(path) is not None)


def test_rows_do_not_matter(tmp_path):
    path = shard(tmp_path / "a.parquet", [packed()] * 40, list(range(40)), rows=3)
    assert parquet_footer.holds_images(path)


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"PAR1PAR1PAR1", b"PAR1" * 9, b"\0" * 40, b"<html>", b"PAR1\xff\xff\xff\xffPAR1"]
)
def test_what_is_no_parquet_file(tmp_path, content):
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(BadDataset, match="damaged, or no Parquet file; copy or download it again"):
        parquet_footer.columns(tmp_path / "a.parquet")
    assert not huggingface.claims(tmp_path / "a.parquet")


def test_every_flipped_byte_of_the_description_is_read_or_refused(tmp_path):
    path = write(tmp_path / "a.parquet", SCHEMAS["many kinds"] + SCHEMAS["the library's images"])
    whole = bytearray(path.read_bytes())
    random = np.random.default_rng(0)
    refused = 0
    for at in range(4, len(whole)):
        broken = bytearray(whole)
        broken[at] ^= int(random.integers(1, 256))
        path.write_bytes(broken)
        try:
            parquet_footer.columns(path)
        except BadDataset:
            refused += 1
    assert 0 < refused < len(whole)


def test_D35_nothing_of_parquet_is_parsed_in_the_server(tmp_path):
    """Neither a list nor images: the process that finds them does not import the library."""
    tree(tmp_path, "1.png")
    pyarrow.parquet.write_table(pyarrow.table({"path": ["1.png"]}), tmp_path / "list.parquet")
    shard(tmp_path / "images.parquet", [packed()])
    shard(tmp_path / "shards" / "train-0.parquet", [packed()])
    code = (
        "import sys, datasets; found = [datasets.find(path).loader for path in sys.argv[1:]]; "
        "print(*found, [name for name in sys.modules if name.split('.')[0] in ('pyarrow', 'pandas', 'PIL')])"
    )
    paths = [str(tmp_path / name) for name in ("list.parquet", "images.parquet", "shards")]
    done = subprocess.run([sys.executable, "-c", code, *paths], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "manifest huggingface huggingface []"


def test_a_list_is_read_again_when_a_picture_changes(tmp_path):
    tree(tmp_path, "1.png")
    pyarrow.parquet.write_table(pyarrow.table({"path": ["1.png"]}), tmp_path / "list.parquet")
    before = datasets.find(str(tmp_path / "list.parquet")).identity
    assert datasets.find(str(tmp_path / "list.parquet")).identity == before
    (tmp_path / "1.png").write_bytes(packed(kind="GIF"))
    assert datasets.find(str(tmp_path / "list.parquet")).identity != before
