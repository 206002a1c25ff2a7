"""A headless Chromium without a network, and pages in it that remember everything they said and asked for."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

NAMES = ("chromium", "chromium-browser", "google-chrome")
SOFTWARE = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
CONTAINED = ("--no-sandbox", "--disable-gpu-sandbox")
PATIENCE_SECS = 30.0


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser; skips without one, but fails where CI promises it."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium")
        pytest.skip("there is no Chromium to open a page with")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*SOFTWARE, *CONTAINED])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Opened:
    """A page that was opened from disk, and what it did since."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def read(self, script: str) -> Any:
        """The value of an expression in the page."""
        return self.page.evaluate(script)

    def until(self, script: str) -> Any:
        """Wait until an expression holds in the page, and give its value. The page forbids `eval`, so it is asked."""
        end_secs = time.monotonic() + PATIENCE_SECS
        while not (value := self.read(script)):
            assert time.monotonic() < end_secs, f"never came true: {script}"
            self.page.wait_for_timeout(20)
        return value

    def rest(self) -> None:
        """Wait until everything is drawn and nothing moves any more."""
        self.until("kerascope.isResting()")

    def text(self, selector: str) -> str:
        """The words that are seen in an element; empty where it is not shown."""
        found = self.page.locator(selector)
        return str(found.inner_text()) if found.is_visible() else ""

    def pixel(self, x_px: float, y_px: float) -> tuple[int, ...]:
        """The colour of one pixel of the page."""
        shot = Image.open(BytesIO(self.page.screenshot())).convert("RGB")
        ratio = self.read("devicePixelRatio")
        return tuple(shot.getpixel((round(x_px * ratio), round(y_px * ratio))))


@contextmanager
def opened(
    browser: Any, path: Path, *, size_px: tuple[int, int] = (960, 540), is_still: bool = True, before: str = ""
) -> Iterator[Opened]:
    """A page opened from its file, with the network off, once it has loaded or given up. `before` runs before it."""
    width, height = size_px
    motion = "reduce" if is_still else "no-preference"
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion=motion)
    context.set_offline(True)
    if before:
        context.add_init_script(before)
    found = Opened(context.new_page())
    found.page.on("console", lambda message: found.said.append(f"{message.type}: {message.text}"))
    found.page.on("pageerror", lambda error: found.said.append(f"error: {error}"))
    found.page.on("dialog", lambda dialog: (found.said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    found.page.on("request", lambda request: found.asked.append(request.url))
    try:
        found.page.goto(path.as_uri())
        found.page.wait_for_selector("html[data-state=ready], html[data-state=failed]", state="attached")
        yield found
    finally:
        context.close()
