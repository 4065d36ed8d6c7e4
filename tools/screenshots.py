"""Take the pictures of the documentation: python tools/screenshots.py [--data DIR] [--out docs/pictures].

Starts Innerview on the bundled network, waits until everything is computed, and photographs each
page in Chromium at 1400x900 and at 800 px, light and dark. Needs requirements-dev.txt and a
Chromium that is installed on the machine.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

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
PAGES = {"overview": "/", "projection": "/projection?focus=59915"}


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder with mnist.npz")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--cache", type=Path, help="where results are kept; by default thrown away")
    parser.add_argument("--split", default="all")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        port = serving.free_port()
        cache = options.cache or Path(folder)
        command = serving.innerview(port, cache.resolve(), options.data.resolve(), "--split", options.split)
        with serving.started(command, port):
            serving.wait_until(port, "all")
            _photograph(f"http://127.0.0.1:{port}", options.out)


def _photograph(address: str, folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("error: Chromium: not found; install it (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for suffix, (width, height) in SIZES.items():
            for theme in ("light", "dark"):
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
                for name, path in PAGES.items():
                    page.goto(address + path)
                    _settle(page)
                    page.screenshot(path=folder / f"{name}{suffix}-{theme}.png")
                page.close()
        browser.close()


def _settle(page: Any) -> None:
    page.wait_for_function("() => window.innerview && window.innerview.ready", timeout=60_000)
    page.wait_for_function("() => !document.querySelector('.waiting')", timeout=60_000)
    page.wait_for_timeout(2500)  # pictures and charts


if __name__ == "__main__":
    main()
