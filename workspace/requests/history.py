"""The training curves that lie beside a model."""

from __future__ import annotations

import numpy as np

import model.history
from model import BadModel
from model.reading import resolve
from util import Progress
from workspace.request import Desk, Made, request

NAMES = ("run", "metric", "split", "unit")


@request("history", title="Training curves", uses=("model.history", "model.event_file"), most_kept=8)
def history(desk: Desk, *, stamp: str) -> Made:
    """Every curve in the files as they are now; `stamp` says which they were when it was asked.

    Files that somebody named must hold curves; what merely lies beside the model is passed over if it holds none.

    Returns:
        (2, points) float64, x above y, curve after curve; what is what stands in the facts.
    """
    options = desk.options
    files = model.history.find(resolve(options.model), options.history)
    curves, problems = [], []
    for done, path in enumerate(files):
        desk.report(Progress("Training curves", done, len(files), "files"))
        try:
            curves += model.history.read(path)
        except BadModel as error:
            if options.history:
                problems.append(str(error))
    facts = [{name: getattr(curve, name) for name in NAMES} | {"points": len(curve.x)} for curve in curves]
    points = [np.zeros((2, 0)), *(np.stack([curve.x, curve.y]) for curve in curves)]
    return Made(np.concatenate(points, axis=1), {"curves": facts, "problems": problems})
