"""What our own components for Dash share: plain scripts in assets/, no build step.

A component is only the list of its props; what it does is in the script that sets
`window.innerview.<its _type>`. Props are small, because Dash sends them as JSON with every change:
columns go by URL, as raw little-endian bytes with two headers, `X-Innerview-Dtype` (float32,
float64, int32 or uint8) and `X-Innerview-Shape` (as in "70000,2"). Such a URL must hold a hash of
the content: it is kept for ever.
"""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

Prop = dict[str, Any]


class Own(Component):
    """A component of our own. A subclass says its `_type` and hands its props on to `super().__init__`."""

    _children_props: list[str] = []  # noqa: RUF012 - Dash's contract
    _base_nodes = ["children"]  # noqa: RUF012
    _namespace = "innerview"
    _type = "Own"

    def __init__(self, **props: Any) -> None:
        self._prop_names = list(props)
        self._valid_wildcard_attributes: list[str] = []
        self.available_properties = self._prop_names
        self.available_wildcard_properties: list[str] = []
        super().__init__(**props)  # type: ignore[no-untyped-call]
