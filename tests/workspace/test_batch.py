"""How many images go through the network at once, and on what: asked for, handed on, noted, and part of no key."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from layouts import network
from layouts.kit.state import State
from model.network import Forward
from tests.layouts.looking import text
from tests.tiny import KINDS, prepare
from workspace import worker as worker_module
from workspace.session import Session
from workspace.store import Store
from workspace.worker import Worker


class Fake:
    """Stands in for a network, and writes down how it was asked."""

    def __init__(self, info):
        self.info = info
        self.asked = []

    def forward(self, images, layers, **how):
        self.asked.append(how.get("batch_size"))
        rows = {name: np.ones((len(images), self.info.layer(name).width), np.float32) for name in layers}
        read = {name: np.ones((len(images), 4), np.float32) for name in how.get("readings", {})}
        return Forward(np.zeros((len(images), self.info.n_outputs), np.float32), rows, read)


@pytest.mark.parametrize("batch", [None, 7])
def test_the_number_that_was_asked_for_is_handed_on(tmp_path, monkeypatch, batch):
    store, options = prepare(tmp_path, replace(KINDS["full"], got="network"))
    asked = replace(options, batch=batch, device="cpu", gpu_memory="0.5")
    monkeypatch.setattr(worker_module.Preprocessing, "from_dict", lambda values: None)
    monkeypatch.setattr(worker_module.device, "use", lambda *words, **more: "a fine card")
    worker = Worker(Store(store), asked, lambda event, **facts: None)
    worker.open()
    fake = Fake(worker.opened.info)
    monkeypatch.setattr(worker_module.opening, "open_network", lambda *words: (worker.opened, fake))
    worker.make("logits")
    assert worker.failed == {}
    assert fake.asked == [batch]
    session = Session(Store(store), options, command=("no", "worker", "here"))
    assert session.is_ready("logits"), "the batch is part of a key"
    assert "computed on a fine card" in text(network.preprocessing(session, State()))
