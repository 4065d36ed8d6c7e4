"""The worker with a network made of numpy that makes what it is asked for, and nothing besides."""

import sys
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).parents[2]))

from model import reading
from tests.workspace import fake_worker
from workspace import opening, process

if __name__ == "__main__":
    fake_worker.SLOW_SECONDS = 0
    reading.scan = lambda path, **_: {"image_shape": None}
    opening.open_network = fake_worker.open_network
    sys.modules["keras"] = ModuleType("keras")
    process.device.use = lambda *asked, **more: "CPU"
    process.standard = lambda *asked: []
    process.main()
