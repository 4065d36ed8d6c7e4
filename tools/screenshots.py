"""Take the pictures of the documentation: python tools/screenshots.py [--data DIR] [--out docs/pictures].

Starts Innerview on the bundled network, waits until everything is computed, and photographs the
steps of docs/guide.md in Chromium at 1400x900; with --all every page, also at 800 px and in dark. Needs
requirements-dev.txt and a Chromium that is installed on the machine.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import serving

FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
]
SIZES = {"": (1400, 900), "-narrow": (800, 900)}
ODD = 59915  # labelled 4, and a 7
SURE_AND_WRONG = quote('split == "train" and not correct and confidence > 0.9')
PAGES = {
    "overview": "/",
    "projection": f"/projection?focus={ODD}",
    "losses": "/losses",
    "table": "/table",
    "images": "/images?sort=-loss",
    "confusion": "/confusion",
    "similar": f"/similar?focus={ODD}",
}
STEPS = {
    "overview-light": "/",
    "projection-light": "/projection",
    "guide-losses": f"/losses?split=train&focus={ODD}",
    "guide-pool": f"/images?sort=-loss&query={SURE_AND_WRONG}",
    "guide-confusion": f"/confusion?query={SURE_AND_WRONG}&split=train",
    "guide-query": f"/similar?focus={ODD}",
    "guide-table": f"/table?query={SURE_AND_WRONG}",
    "guide-sample": f"/sample/{ODD}?heat_method=occlusion",
}
TICKED = 4
PATIENCE = 900_000  # ms until the last score of 70,000 samples is there
COLORS = 256  # of a picture that is kept


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder with mnist.npz")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--cache", type=Path, help="where results are kept; by default thrown away")
    parser.add_argument("--split", default="all")
    parser.add_argument("--all", action="store_true", help="every page in every size and theme")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        port = serving.free_port()
        cache = options.cache or Path(folder)
        command = serving.innerview(port, cache.resolve(), options.data.resolve(), "--split", options.split)
        with serving.started(command, port):
            serving.wait_until(port, "all")
            _photograph(f"http://127.0.0.1:{port}", options.out, every=options.all)


def _photograph(address: str, folder: Path, *, every: bool) -> None:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("error: Chromium: not found; install it (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        views = [("", "light", STEPS)]
        if every:
            views = [(suffix, theme, PAGES) for suffix in SIZES for theme in ("light", "dark")]
        for suffix, theme, pages in views:
            width, height = SIZES[suffix]
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
            for name, path in pages.items():
                page.goto(address + path)
                _settle(page)
                if name == "guide-table":
                    for row in range(TICKED):
                        page.get_by_role("checkbox").nth(row).click()
                    _settle(page)
                if name == "guide-sample":  # asked for when it is looked at, and worked out with Keras
                    page.locator(".heat").scroll_into_view_if_needed()
                    page.locator(".heat-board").wait_for(timeout=180_000)
                    page.locator(".sample-below").evaluate("(below) => below.scrollIntoView()")
                    _settle(page)
                path = folder / (f"{name}{suffix}-{theme}.png" if every else f"{name}.png")
                page.screenshot(path=path)
                _shrink(path)
            page.close()
        browser.close()


def _shrink(path: Path) -> None:
    """Fewer colors: a picture of flat surfaces looks the same in a third of the bytes."""
    from PIL import Image

    picture = Image.open(path).convert("RGB")
    picture.quantize(COLORS, dither=Image.Dither.NONE).save(path, optimize=True)


def _settle(page: Any) -> None:
    page.wait_for_function("() => window.innerview && window.innerview.ready", timeout=60_000)
    page.wait_for_function("() => !document.querySelector('.waiting:not(.heat .waiting)')", timeout=PATIENCE)
    page.wait_for_timeout(2500)  # pictures and charts


if __name__ == "__main__":
    main()
