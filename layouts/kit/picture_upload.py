"""A button and a place to drop a picture (assets/picture_upload.js)."""

from __future__ import annotations

from typing import Any

from layouts.kit.component import Own


class PictureUpload(Own):
    """Sends a visitor's picture to the server and tells its name; says in one line why it cannot.

    A file that is larger than a request may be is shrunk in the browser first.

    Attributes:
        id: of the component.
        label: what the button says.
        uploaded: out; {name, stamp}: by which the server knows the picture.
    """

    _type = "PictureUpload"

    def __init__(self, id: str | dict[str, Any], *, label: str, uploaded: dict[str, Any] | None = None) -> None:
        super().__init__(id=id, label=label, uploaded=uploaded)
