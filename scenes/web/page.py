"""One web page with everything in it: opens from disk, needs no server and no network."""

from __future__ import annotations

import base64
import hashlib
import html
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from exporter.bundle.errors import KerascopeError
from scenes.choose import shown_name
from scenes.encode.atomic import check_place, write_whole
from scenes.gltf.convert import glb_of

if TYPE_CHECKING:
    from exporter.bundle import Bundle

HERE = Path(__file__).parent
SUFFIXES = (".html", ".htm")


@dataclass(frozen=True, slots=True)
class PageReport:
    """What was written: the page has `n_bytes`, of which the model in it `n_model_bytes` before it was made text.

    `notes` say what of the model was left out or made smaller, and how to get it otherwise.
    """

    path: Path
    n_bytes: int
    n_model_bytes: int
    n_states: int
    notes: tuple[str, ...]
    took_secs: float


def convert_html(bundle: Bundle, out: Path, *, overwrite: bool = False, **chosen: Any) -> PageReport:
    """Write the page of what `scenes.gltf.convert.glb_of` makes of what is `chosen` to `out`, whole or not at all.

    Its `max_mb` is the most that the model may have; as text in the page it takes a third more, the page itself about
    0.75 MB.

    Raises
    ------
    KerascopeError
        As `glb_of`; or `out` is no `.html` file, or cannot be written, or is there and may not be replaced.
    """
    began_secs = time.perf_counter()
    out = Path(out)
    if out.suffix.lower() not in SUFFIXES:
        raise KerascopeError("a web page ends in .html", expected=SUFFIXES[0], got=repr(out.suffix), path=out)
    check_place(out, folder=False, overwrite=overwrite)
    glb = glb_of(bundle, **chosen)
    content = page_of(glb.content, shown_name(bundle)).encode()
    write_whole(content, out)
    took_secs = time.perf_counter() - began_secs
    return PageReport(out, len(content), len(glb.content), glb.n_states, glb.notes, took_secs)


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
        title=html.escape(title.encode(errors="replace").decode()),
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
