"""Networks of the timm library, by their names there: `timm:resnet18.a1_in1k`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model import BadModel, hubs, shown
from model.backbones import RANDOM, fingerprint, headless, weights_in
from model.torch_network import EMBEDDING, SCORES, TorchNetwork, Torso, describe, scaling

if TYPE_CHECKING:
    from model.backbones import Backbone

MOST_CONFIG = 1 << 20
NAMED = 4
CONTAINERS = ("Sequential", "ModuleList")


def open_network(asked: Backbone, *, n_classes: int, output: str | None = None) -> TorchNetwork:
    """Open a network of timm's, with its class scores if the data have as many classes.

    Raises:
        BadModel: no such name; its weights are not here and cannot be had, are pickles, or do not fit.
    """
    import timm
    import torch

    title = shown(asked.title, 90)
    name, config, weights = _found(asked, timm)
    notices = ("Its weights are of chance (@random): distances mean little.",) if asked.weights == RANDOM else ()
    torch.manual_seed(0)
    words: dict[str, Any] = {"pretrained": weights is not None}
    if config:
        words["pretrained_cfg"] = config.get("pretrained_cfg", config)
        if "num_classes" in config:
            words["num_classes"] = int(config["num_classes"])
    if weights is not None:
        from safetensors.torch import load_file

        words["pretrained_cfg_overlay"] = {"state_dict": load_file(weights), "source": "", "custom_load": False}
    try:
        module = timm.create_model(name, **words).eval()
    except Exception as error:  # of many types, and all about this network
        raise BadModel(f"{title}: timm cannot build it ({shown(error, 90)}); check name and weights") from error
    outputs = int(getattr(module, "num_classes", 0) or 0)
    top = outputs > 0 and output != "none" and n_classes in (0, outputs)
    if not top and outputs:
        module.reset_classifier(0)
    data = timm.data.resolve_model_data_config(module)
    rows = dict(_rows(module))
    head = module.get_classifier() if top else None
    torso = Torso(
        module=module,
        run=_Hooked(module, rows, head),
        size=(int(data["input_size"][1]), int(data["input_size"][2])),
        expects=scaling(data["mean"], data["std"]),
        kinds={row: type(part).__name__ for row, part in rows.items()},
        parameters={row: sum(weight.numel() for weight in part.parameters()) for row, part in rows.items()},
        notices=notices,
        no_head="" if top else headless(title, outputs, 0 if output == "none" else n_classes),
    )
    made_by = f"timm {timm.__version__} on PyTorch {torch.__version__}"
    return describe(asked, torso, fingerprint(asked.text), made_by)


def _found(asked: Backbone, timm: Any) -> tuple[str, dict[str, Any], Path | None]:
    """Name of the architecture, its config where there is one, and the file of weights, None for chance."""
    title = shown(asked.title, 90)
    if asked.folder is not None:
        config, (weights, *_) = read_config(asked.folder, title), weights_in(asked.folder, title)
        name = str(config.get("architecture", ""))
        if not timm.is_model(name):
            raise BadModel(f"{title}: its config.json names no architecture of timm; give a folder that timm wrote")
        return name, config, weights
    name = asked.name
    if not timm.is_model(name):
        close = timm.list_models(f"*{name.partition('.')[0]}*")[:NAMED]
        hint = f"near it: {', '.join(close)}" if close else "see timm.list_models()"
        raise BadModel(f"{title}: timm {timm.__version__} has no network of that name; {hint}")
    if asked.weights == RANDOM:
        return name, {}, None
    if asked.file is not None:
        return name, {}, asked.file
    try:
        known = timm.get_pretrained_cfg(name)
    except RuntimeError as error:
        near = ", ".join(timm.list_pretrained(f"{name.partition('.')[0]}.*")[:NAMED])
        raise BadModel(f"{title}: timm has no such weights; it has {near or 'none of this network'}") from error
    if known is None or not known.hf_hub_id:
        raise BadModel(
            f"{title}: there are no trained weights of it; say {asked.text}@{RANDOM} for weights of chance"
        )
    repository = known.hf_hub_id
    if repository.endswith("/"):
        repository += f"{known.architecture}.{known.tag}"
    return name, {}, weights_in(hubs.folder_of(repository, title), title)[0]


def read_config(folder: Path, title: str, name: str = "config.json") -> dict[str, Any]:
    """A JSON file beside the weights.

    Raises:
        BadModel: it is no such thing.
    """
    path = folder / name
    try:
        if path.stat().st_size > MOST_CONFIG:
            raise BadModel(f"{title}: its {name} is larger than a megabyte; copy it again")
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f"{title}: its {name} cannot be read ({shown(error, 60)}); copy it again") from error
    if not isinstance(found, dict):
        raise BadModel(f"{title}: its {name} is no description of a network; copy it again")
    return found


def _rows(module: Any) -> Iterator[tuple[str, Any]]:
    """The parts to look at: the top level of the network, and one level into what is only a sequence of blocks."""
    head = module.get_classifier() if hasattr(module, "get_classifier") else None
    for name, part in module.named_children():
        inside = list(part.named_children())
        if part is head or (not inside and not list(part.parameters())):
            continue
        if type(part).__name__ in CONTAINERS and len(inside) > 1:
            yield from ((f"{name}.{number}", block) for number, block in inside)
        elif head is None or all(block is not head for block in part.modules()):
            yield name, part


class _Hooked:
    """Runs a network and catches what its parts give, in the order in which they do."""

    def __init__(self, module: Any, rows: Mapping[str, Any], head: Any | None) -> None:
        self._module, self._rows, self._head = module, rows, head

    def __call__(self, inputs: Any) -> dict[str, Any]:
        caught: dict[str, Any] = {}

        def catch(name: str) -> Any:
            def hook(part: Any, given: Any, value: Any) -> None:
                if hasattr(value, "dim") and value.dim() >= 2 and value.shape[0] == len(inputs):
                    caught.pop(name, None)
                    caught[name] = value

            return hook

        before: list[Any] = []
        hooks = [part.register_forward_hook(catch(name)) for name, part in self._rows.items()]
        if self._head is not None:
            hooks.append(self._head.register_forward_pre_hook(lambda part, given: before.append(given[0])))
        try:
            out = self._module(inputs)
        finally:
            for hook in hooks:
                hook.remove()
        out = out[0] if isinstance(out, tuple | list) else out
        if self._head is None:
            return {**caught, EMBEDDING: out}
        return {**caught, **({EMBEDDING: before[-1]} if before else {EMBEDDING: out}), SCORES: out}
