"""An attack in words: what it is called, what it may do, and how large its change is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.attack.names import CONTROL, words_of
from scenes.choose import shown_name
from scenes.panels.classes import class_name

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Run

LEVELS = 255
OF_LENGTH = ("targeted-l2", "deepfool", "cw", "boundary", "hopskipjump")
"""Attacks whose change is measured by its length, where the run does not say how it is."""


def norm_of(run: Run) -> str:
    """By what the change is measured: `linf`, the pixel that moves furthest, or `l2`, the length of the whole."""
    said = run.result.get("norm") or run.options.get("norm")
    return str(said) if said in ("linf", "l2") else "l2" if run.method in OF_LENGTH else "linf"


def title_of(bundle: Bundle, run: Run) -> str:
    """The model and what was done to it; of a targeted attack the class that it is after."""
    name = words_of(run.method)
    if run.method == CONTROL:
        return f"{shown_name(bundle)} under {name}"
    article = "the " if name.endswith("attack") else ""
    target = run.options.get("target")
    towards = f", towards {class_name(bundle.manifest.model.class_names, target)}" if isinstance(target, int) else ""
    return f"{shown_name(bundle)}, attacked by {article}{name}{towards}"


def subtitle_of(bundle: Bundle, run: Run, *, is_to_scale: bool) -> str:
    """What the attack keeps to: `\u03b5` where the picture shows it, else its size."""
    one = "pixel" if _is_picture(bundle, run) else "value"
    crafted = f"; made on {run.options['crafted_on']}" if run.options.get("crafted_on") else ""
    if norm_of(run) == "l2":
        return f"the change is short as a whole (L2); single {one}s may move further{crafted}"
    most = "\u03b5" if is_to_scale else size_text(bundle, run, _largest(bundle, run))
    how = " at random," if run.method == CONTROL else ""
    return f"every {one} moves{how} by at most {most}{crafted}"


def size_text(bundle: Bundle, run: Run, size: float) -> str:
    """How far a pixel moves, in the 255 levels of a picture; of anything else as a share of its range."""
    return f"{size * LEVELS:.2f}/{LEVELS}" if _is_picture(bundle, run) else f"{size:.4f}"


def _is_picture(bundle: Bundle, run: Run) -> bool:
    return bundle.input(run.parent or run.inputs[0]).image is not None


def _largest(bundle: Bundle, run: Run) -> float:
    return max(bundle.input(each).epsilon or 0.0 for each in run.inputs)
