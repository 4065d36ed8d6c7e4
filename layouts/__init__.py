"""Session in, components out: what the pages look like. Nothing here computes or is wired.

One file is one page; `page.py` and `part.py` are the two contracts; `kit/` is what pages share.
"""

from util import discover


def pages() -> None:
    """Let every page and part make itself known."""
    discover("layouts")
