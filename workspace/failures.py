"""Why columns could not be made, by name; of those that visitors asked for only the newest are remembered."""

from __future__ import annotations

from workspace.request import is_request

MOST = 200  # a visitor can ask for any number of things that fail


class Failures(dict[str, str]):
    """Column -> sentence. The server and its worker keep one each, by the same rule, so that they agree."""

    def __setitem__(self, column: str, sentence: str) -> None:
        """Remember a failure, as the newest; the oldest of a visitor's own makes room."""
        self.pop(column, None)
        super().__setitem__(column, sentence)
        asked = [name for name in list(self) if is_request(name)]  # others may forget one meanwhile
        for name in asked[:-MOST]:
            self.pop(name, None)
