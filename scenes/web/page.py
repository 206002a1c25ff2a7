"""One web page with everything in it: opens from disk, needs no server and no network."""

from __future__ import annotations

import base64
import hashlib
import html
from functools import cache
from pathlib import Path
from string import Template

HERE = Path(__file__).parent


def page_of(glb: bytes, title: str) -> str:
    """The text of a page that shows a GLB of Kerascope: the same bytes and title give the same page.

    The page may run nothing but its own script and fetch nothing from anywhere: its content security policy names both
    by their hash. `title` may hold anything; it is what the page is called until the model's own words are shown.
    """
    style, script = _part("page.css"), _part("page.js")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(style)}",
            "img-src blob: data:",
            "connect-src blob: data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return Template(_part("page.html")).substitute(
        policy=policy,
        title=html.escape(title),
        style=style,
        script=script,
        model=base64.b64encode(glb).decode("ascii"),
    )


@cache
def _part(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """As a content security policy names an inline script or style: of what stands between its tags."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
