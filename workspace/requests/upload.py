"""What the network says about a picture that a visitor brought along."""

from __future__ import annotations

from util import silent
from workspace.request import Desk, Made, request
from workspace.uploads import MOST_KEPT, Answer, Uploads, packed


@request("upload", title="Looking at the uploaded picture", most_kept=MOST_KEPT)
def upload(desk: Desk, *, name: str) -> Made:
    """Logits and the vector of every kept layer, packed into one row.

    Raises:
        UnknownUpload: the picture is not kept any more.
    """
    picture = Uploads(desk.store).read(name)
    layers = desk.opened.layers
    said = desk.network().forward(picture.image[None], layers, preprocessing=desk.preprocessing, report=silent)
    return packed(Answer(said.logits[0], {layer: rows[0] for layer, rows in said.activations.items()}))
