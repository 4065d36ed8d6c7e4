"""Image networks of the Hugging Face Hub, or of a folder as it is there: `hf:OWNER/NAME`, `hf:/FOLDER`.

Only weights in safetensors are read, and no code that comes with a network is ever run.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model import BadModel, hubs, shown
from model.backbones import fingerprint, headless, weights_in
from model.preprocessing import Preprocessing
from model.timm_backbones import read_config
from model.torch_network import EMBEDDING, SCORES, TorchNetwork, Torso, describe, scaling

if TYPE_CHECKING:
    from model.backbones import Backbone

CLASSIFIES = "ForImageClassification"
PROCESSOR = "preprocessor_config.json"
POOLER = "pooler"
USUAL_SIDE = 224


def open_network(asked: Backbone, *, n_classes: int, output: str | None = None) -> TorchNetwork:
    """Open an image network of transformers, with its class scores if the data have as many classes.

    Raises:
        BadModel: its weights are not here and cannot be had, are pickles, need code, or do not fit.
    """
    import torch
    import transformers

    title = shown(asked.title, 90)
    folder = asked.folder or hubs.folder_of(asked.name, title)
    weights_in(folder, title)
    config = read_config(folder, title)
    if "auto_map" in config:
        raise BadModel(
            f"{title}: needs Python code of its own (auto_map), which is never run; choose another network"
        )
    classifies = any(str(name).endswith(CLASSIFIES) for name in config.get("architectures") or ())
    words: dict[str, Any] = {"use_safetensors": True, "trust_remote_code": False, "local_files_only": True}
    words["output_loading_info"] = True
    try:
        known = transformers.AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        outputs = int(known.num_labels) if classifies else 0
        top = outputs > 0 and output != "none" and n_classes in (0, outputs)
        kind = transformers.AutoModelForImageClassification if classifies else transformers.AutoModel
        module, report = kind.from_pretrained(folder, **words)
    except Exception as error:  # of many types, and all about this network
        raise BadModel(
            f"{title}: transformers {transformers.__version__} cannot build it as an image network "
            f"({shown(error, 90)}); choose another"
        ) from error
    module = getattr(module, "vision_model", module).eval()  # of a network of pictures and words, the half that sees
    missing = sorted(str(name) for name in report.get("missing_keys", ()))
    lacking = [name for name in missing if POOLER not in name]
    if lacking:
        raise BadModel(
            f"{title}: {len(lacking):,} of its weights are not in the file ({shown(lacking[0])}); copy it again"
        )
    torso = Torso(
        module=module,
        run=_Run(module, _classifier(module, outputs) if classifies else None, top=top, pooler=not missing),
        size=_size(folder, known, title),
        expects=_expects(folder, title),
        kinds={},
        parameters={},
        no_head="" if top else headless(title, outputs, 0 if output == "none" else n_classes),
    )
    made_by = f"transformers {transformers.__version__} on PyTorch {torch.__version__}"
    return describe(asked, torso, fingerprint(asked.text), made_by)


class _Run:
    """Runs a network: its hidden states, what its classifier takes in or it gives out as a whole, its scores."""

    def __init__(self, module: Any, classifier: Any | None, *, top: bool, pooler: bool) -> None:
        self._module, self._classifier, self._top, self._pooler = module, classifier, top, pooler

    def __call__(self, inputs: Any) -> dict[str, Any]:
        before: list[Any] = []
        hook = None
        if self._classifier is not None:
            hook = self._classifier.register_forward_pre_hook(lambda part, given: before.append(given[0]))
        try:
            out = self._module(pixel_values=inputs, output_hidden_states=True)
        finally:
            if hook is not None:
                hook.remove()
        hidden = getattr(out, "hidden_states", None) or ()
        rows: dict[str, Any] = {f"hidden.{number}": value for number, value in enumerate(hidden)}
        if not before:
            return {**rows, EMBEDDING: self._whole(out)}
        return {**rows, EMBEDDING: before[-1], **({SCORES: out.logits} if self._top else {})}

    def _whole(self, out: Any) -> Any:
        """(n, d): what a network without class scores says of an image as a whole."""
        whole = getattr(out, "pooler_output", None)
        if whole is not None and self._pooler:  # one whose weights were not in the file says nothing
            return whole.flatten(1)
        last = getattr(out, "last_hidden_state", None)
        if last is None:
            return out.hidden_states[-1]
        return last[:, 0] if last.dim() == 3 else last  # the place that stands for all; a map is pooled later


def _classifier(module: Any, outputs: int) -> Any:
    """The last linear part that gives as many numbers as there are classes."""
    import torch

    linear = [p for p in module.modules() if isinstance(p, torch.nn.Linear) and p.out_features == outputs]
    return linear[-1] if linear else None


def _size(folder: Path, config: Any, title: str) -> tuple[int, int]:
    """(h, w) of the images it takes: by its processor, else by its config."""
    settings = read_config(folder, title, PROCESSOR) if (folder / PROCESSOR).is_file() else {}
    sees = getattr(config, "vision_config", config)
    for found in (settings.get("crop_size"), settings.get("size"), getattr(sees, "image_size", None)):
        match found:
            case int():
                return found, found
            case {"height": int(height), "width": int(width)}:
                return height, width
            case {"shortest_edge": int(side)}:
                return side, side
            case [int(height), int(width)]:
                return height, width
    return USUAL_SIDE, USUAL_SIDE


def _expects(folder: Path, title: str) -> Preprocessing | None:
    """How it wants pixels scaled, if it says so."""
    if not (folder / PROCESSOR).is_file():
        return None
    settings: Mapping[str, Any] = read_config(folder, title, PROCESSOR)
    factor = float(settings.get("rescale_factor", 1 / 255)) if settings.get("do_rescale", True) else 1.0
    if not settings.get("do_normalize", True):
        return scaling((0, 0, 0), (1, 1, 1), factor)
    mean, spread = settings.get("image_mean"), settings.get("image_std")
    if not (isinstance(mean, list) and isinstance(spread, list) and len(mean) == len(spread) == 3):
        return None
    return scaling(mean, spread, factor)
