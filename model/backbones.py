"""Networks by name: `keras:MobileNetV2`, `timm:resnet50.a1_in1k`, `hf:microsoft/resnet-50`.

A name is asked for as a file is. What follows an `@` says which weights are meant: `@random` for weights of
chance (the same ones each time), or a file of weights; without it they are the ones trained by whoever gave the
name. Nothing here imports Keras or PyTorch: the server asks this module too.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import importlib.metadata
import os
import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from model import BadModel, shown
from util import digest

if TYPE_CHECKING:
    from model.network import Network

RANDOM = "random"
REQUIREMENTS = "requirements-backbones.txt"
# Family -> the packages it needs besides ours, and how a file of weights must end.
PACKAGES: dict[str, tuple[str, ...]] = {"keras": (), "timm": ("torch", "timm"), "hf": ("torch", "transformers")}
ENDINGS = {"keras": (".h5", ".hdf5"), "timm": (".safetensors",)}
CONFIGS = ("config.json", "preprocessor_config.json")
OWN_FILES = ("backbones", "hubs", "hf_backbones", "keras_backbones", "timm_backbones", "torch_network")


@dataclass(frozen=True, slots=True)
class Backbone:
    """What a person typed.

    Attributes:
        text: all of it.
        family: "keras", "timm" or "hf".
        name: of the network; for timm and hf also a folder that holds one.
        weights: "" for the trained ones, "random", or a file.
    """

    text: str
    family: str
    name: str
    weights: str = ""

    @property
    def folder(self) -> Path | None:
        """The folder that holds it, if the name is one."""
        is_path = self.family != "keras" and self.name.startswith((".", "/", "~", os.sep))
        return Path(self.name).expanduser() if is_path else None

    @property
    def file(self) -> Path | None:
        """The file of weights, if one was named."""
        return Path(self.weights).expanduser() if self.weights not in ("", RANDOM) else None

    @property
    def title(self) -> str:
        """What to call it in a sentence."""
        where = self.folder
        short = self.name if where is None else where.name
        return f"{self.family}:{short}" + (f"@{Path(self.weights).name}" if self.weights else "")


def is_named(model: str | Path) -> bool:
    """Whether these are words for a network by name."""
    family, colon, rest = str(model).partition(":")
    return bool(colon) and family in PACKAGES and not rest.startswith("//")  # which would be an address


def parse(model: str | Path) -> Backbone:
    """Take the words apart. Only of what `is_named`."""
    text = str(model)
    family, _, rest = text.partition(":")
    name, _, weights = rest.partition("@")
    return Backbone(text, family, name, weights)


def in_full(model: str) -> str:
    """The same words with every path in them in full: they may be used from another folder."""
    asked = parse(model)
    name = asked.name if asked.folder is None else str(asked.folder.resolve())
    weights = asked.weights if asked.file is None else str(asked.file.resolve())
    return f"{asked.family}:{name}" + (f"@{weights}" if weights else "")


def check(model: str | Path) -> Backbone:
    """Refuse what can be seen to be no network without importing one.

    Raises:
        BadModel: a package is missing, Keras has no such network, or there is no such folder or file.
    """
    asked = parse(model)
    title = shown(asked.text, 90)
    lacking = [package for package in PACKAGES[asked.family] if find_spec(package) is None]
    if lacking:
        raise BadModel(f"{shown(asked.text, 60)}: {lacking[-1]} is not installed; pip install -r {REQUIREMENTS}")
    if not asked.name:
        raise BadModel(f"{title}: no name; give one, as in {_example(asked.family)}")
    if asked.family == "keras" and asked.name not in (names := known()):
        close = difflib.get_close_matches(asked.name.lower(), [name.lower() for name in names], n=1)
        near = [name for name in names if name.lower() in close]
        hint = f"did you mean 'keras:{near[0]}'?" if near else f"known: {', '.join(names)}"
        raise BadModel(f"{title}: Keras has no network of that name; {hint}")
    if asked.family == "hf" and asked.weights:
        raise BadModel(f"{title}: hf: takes no '@'; give hf:OWNER/NAME or hf:/FOLDER")
    if asked.folder is not None:
        weights_in(asked.folder, title)
    elif asked.family != "keras" and not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", asked.name):
        raise BadModel(f"{title}: is no name of a network; give one as in {_example(asked.family)}")
    if asked.file is not None:
        if not os.path.isfile(asked.file):
            raise BadModel(f"{title}: no such file of weights; check the path, or say @{RANDOM}")
        if asked.file.suffix.lower() not in ENDINGS[asked.family]:
            endings = " or ".join(ENDINGS[asked.family])
            raise BadModel(f"{title}: weights must be a {endings} file; others may run code when they are read")
    return asked


def weights_in(folder: Path, title: str) -> list[Path]:
    """The files of weights in a folder as the hubs have it; all of them safetensors, which cannot run code.

    Raises:
        BadModel: no such folder, no config.json in it, or no safetensors.
    """
    if not folder.is_dir():
        raise BadModel(f"{title}: no such folder; check the path")
    if not (folder / "config.json").is_file():
        raise BadModel(f"{title}: no config.json in it; give a folder that save_pretrained() wrote")
    found = sorted(path for path in folder.iterdir() if path.suffix == ".safetensors")
    if not found:
        pickled = [path.name for path in folder.iterdir() if path.suffix in (".bin", ".pt", ".pth", ".ckpt")]
        held = f"holds {shown(pickled[0], 40)}, a pickle, which may run code" if pickled else "holds no weights"
        raise BadModel(f"{title}: {held}; save it with safe_serialization=True, as .safetensors")
    return found


def fingerprint(model: str | Path) -> str:
    """Hash of all that decides what the network is, 32 hexadecimal digits.

    That is the name, the weights (Keras pins its own by their hash; of a hub's the commit that lies in the local
    cache; of files their bytes), and the versions of the packages that build it.

    Raises:
        BadModel: a file cannot be read.
    """
    asked = parse(model)
    packages = ("keras", *PACKAGES[asked.family]) if asked.family == "keras" else PACKAGES[asked.family]
    if asked.file is not None:
        weights: object = _hashed(asked.file, asked)
    elif asked.folder is not None:
        files = [asked.folder / name for name in CONFIGS] + weights_in(asked.folder, shown(asked.text, 90))
        weights = [_hashed(path, asked) for path in files if path.is_file()]
    elif asked.weights or asked.family == "keras":
        weights = asked.weights
    else:
        weights = _commits(asked)
    name = "" if asked.folder is not None else asked.name
    return digest(asked.family, name, weights, [_version(package) for package in packages], _code())


@cache
def known() -> dict[str, str]:
    """The networks of Keras: name -> module of keras.applications, read from its files without importing it."""
    spec = find_spec("keras")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        listing = Path(place, "applications", "__init__.py")
        if listing.is_file():
            found = (node for node in ast.parse(listing.read_text("utf-8")).body if isinstance(node, ast.ImportFrom))
            names = {alias.name: str(node.module) for node in found for alias in node.names}
            return {name: names[name] for name in sorted(names) if name[0].isupper()}
    return {}


def open_backbone(model: str | Path, *, n_classes: int, output: str | None = None) -> Network:
    """Open a network by name. Imports Keras or PyTorch, which takes seconds; may download weights.

    Args:
        model: the words.
        n_classes: of the data it is opened for, 0 where they have none. If the network has scores for another
            number of classes, they are left out: what comes before them is an embedding.
        output: "none" leaves them out in any case.

    Raises:
        BadModel: as `check`; or its weights are not here and cannot be had, or do not fit.
    """
    asked = check(model)
    if asked.family == "keras":
        from model import keras_backbones

        return keras_backbones.open_network(asked, n_classes=n_classes, output=output)
    if asked.family == "timm":
        from model import timm_backbones

        return timm_backbones.open_network(asked, n_classes=n_classes, output=output)
    from model import hf_backbones

    return hf_backbones.open_network(asked, n_classes=n_classes, output=output)


def opener(path: Path) -> str:
    """What opens a network and how to call it, as in "mnist.h5 with Keras"."""
    if not is_named(path):
        return f"{path.name} with Keras"
    asked = parse(path)
    tool = "Keras" if asked.family == "keras" else "PyTorch"
    fetched = not asked.weights and asked.folder is None
    return f"{asked.title} with {tool}" + (", whose weights may have to be downloaded" if fetched else "")


def headless(title: str, outputs: int, n_classes: int) -> str:
    """Why a network's class scores are not used, a sentence."""
    if not outputs:
        return f"{title} has no class scores: what it gives is an embedding."
    if n_classes and outputs != n_classes:
        return (
            f"{title} tells {outputs:,} classes apart and the data have {n_classes:,}: its class scores are left "
            "out, and what comes before them is an embedding."
        )
    return f"{title} is opened without class scores; what comes before them is an embedding."


def _example(family: str) -> str:
    return {"keras": "keras:MobileNetV2", "timm": "timm:resnet18.a1_in1k", "hf": "hf:microsoft/resnet-50"}[family]


def _commits(asked: Backbone) -> list[str]:
    """The commits of the hub's repositories that this name may stand for, as they lie in the local cache."""
    if asked.family == "hf":
        pattern = f"models--{asked.name.replace('/', '--')}"
    else:
        pattern = f"models--*--{asked.name.rpartition('/')[2]}*"
    found = sorted(hub_cache().glob(f"{pattern}/refs/main"))
    return [f"{path.parts[-3]} {path.read_text('utf-8', 'replace').strip()}" for path in found]


def hub_cache() -> Path:
    """Where huggingface_hub keeps what it downloads."""
    own = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    if own:
        return Path(own).expanduser()
    cache_home = os.environ.get("XDG_CACHE_HOME") or os.path.join("~", ".cache")
    home = os.environ.get("HF_HOME") or os.path.join(cache_home, "huggingface")
    return Path(home).expanduser() / "hub"


def _hashed(path: Path, asked: Backbone) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise BadModel(f"{shown(asked.text, 90)}: {shown(path.name)} cannot be read ({error.strerror})") from error


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


@cache
def _code() -> str:
    """Hash of the files that build these networks: a repaired one must not be mistaken for the old one."""
    here = Path(__file__).parent
    return digest(*((here / f"{name}.py").read_bytes() for name in OWN_FILES))
