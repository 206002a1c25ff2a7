"""A picture of a page as a person has it, for the README: `page_picture.py PAGE.html OUT.png`.

A digit has run through the network, the network has been turned, and a layer was clicked.
"""

from __future__ import annotations

import sys
from pathlib import Path

from web_browser import chromium, opened

SIZE_PX = 1440, 810
LAYER = "conv_2"
DRAG_PX = -30


def main(page: str, out: str) -> None:
    """Open the page, go to where the first answer is, turn, click a layer, and save."""
    with chromium() as browser, opened(browser, Path(page).resolve(), size_px=SIZE_PX) as shown:
        markers = shown.read("document.querySelectorAll('.tick').length")
        parts = shown.read("kerascope.layers().length")
        for _ in range(min(markers, parts) - 1):
            shown.page.keyboard.press("ArrowRight")
        shown.rest()
        x_px, y_px = shown.read(f"kerascope.pixelOf('{LAYER}')")
        shown.page.mouse.click(x_px, y_px)
        shown.rest()
        shown.page.mouse.move(SIZE_PX[0] / 2, SIZE_PX[1] * 0.7)
        shown.page.mouse.down()
        shown.page.mouse.move(SIZE_PX[0] / 2 + DRAG_PX, SIZE_PX[1] * 0.7 + 18, steps=8)
        shown.page.mouse.up()
        shown.page.mouse.move(4, 4)
        shown.page.wait_for_timeout(1500)
        shown.rest()
        shown.page.screenshot(path=out)


if __name__ == "__main__":
    main(*sys.argv[1:])
