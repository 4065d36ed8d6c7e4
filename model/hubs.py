"""Weights from the places where they are kept: the local cache first, and then, if it answers soon, the hub."""

from __future__ import annotations

import os
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from model import BadModel, shown
from model.backbones import hub_cache

SECONDS = 8.0  # to wait for a first answer
WANTED = ("config.json", "preprocessor_config.json", "*.safetensors", "model.safetensors.index.json")


def reachable(address: str, seconds: float = SECONDS) -> bool:
    """Whether a server answers within so many seconds, whatever it says. Looking up its name counts too."""
    answered: list[bool] = []

    def ask() -> None:
        request = urllib.request.Request(address, method="HEAD", headers={"User-Agent": "innerview"})
        try:
            with urllib.request.urlopen(request, timeout=seconds):
                answered.append(True)
        except urllib.error.HTTPError:
            answered.append(True)
        except (OSError, ValueError):
            answered.append(False)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(answered) and answered[0]


def folder_of(repository: str, title: str, revision: str | None = None) -> Path:
    """The folder with config and safetensors of a repository of the Hugging Face Hub.

    Args:
        repository: OWNER/NAME.
        title: how messages call the network.
        revision: a branch, tag or commit; its main branch if None.

    Raises:
        BadModel: there is no local copy and the hub cannot be reached, or does not know it, or has no safetensors.
    """
    import huggingface_hub

    words: dict[str, Any] = {"repo_id": repository, "revision": revision, "allow_patterns": list(WANTED)}
    try:
        found = Path(huggingface_hub.snapshot_download(**words, local_files_only=True))
        if (found / "config.json").is_file() and any(found.glob("*.safetensors")):
            return found
    except Exception:  # whatever it raises, there is no whole copy
        pass
    endpoint = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
    offline = os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")
    if offline or not reachable(endpoint):
        what = "HF_HUB_OFFLINE is set" if offline else f"{endpoint} cannot be reached"
        raise BadModel(
            f"{title}: no local copy and {what}; copy config.json and *.safetensors of {repository} into a folder "
            f"and give that, or its models--* folder into {hub_cache()}"
        )
    try:
        return Path(huggingface_hub.snapshot_download(**words))
    except Exception as error:  # whatever it raises is about this repository
        status = getattr(getattr(error, "response", None), "status_code", None)
        reasons = {401: "not known there, or not public", 403: "needs leave of its owner", 404: "not known there"}
        raise BadModel(
            f"{title}: cannot be had from {endpoint} ({reasons.get(status or 0) or shown(error, 90)}); "
            "check the name on its page"
        ) from error
