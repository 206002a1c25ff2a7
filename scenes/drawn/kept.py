"""A drawing of a bundle as a scene reads it: which one, its moments and its strokes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from viewer.live.saving import LABEL
from viewer.live.told_strokes import read_strokes
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Run
    from scenes.options import SceneOptions
    from viewer.live.strokes import Stroke


@dataclass(frozen=True, slots=True)
class Kept:
    """A drawing: its run, and of each moment the capture and how many points were there."""

    run: Run
    keys: tuple[CaptureKey, ...]
    points: tuple[int, ...]
    strokes: tuple[Stroke, ...]
    label: str


def kept_drawing(bundle: Bundle, options: SceneOptions) -> Kept | None:
    """The drawing that is asked for, by its run or one of its inputs, else the last one; `None` where there is none, or
    another input is asked for.

    Raises
    ------
    BundleError
        The moments of it were not captured.
    """
    runs = [run for run in bundle.manifest.runs if run.kind == "drawing" and run.inputs]
    asked = [run for run in runs if options.run_id == run.id or options.input_id in run.inputs]
    if not (asked or runs) or (options.input_id is not None and not asked):
        return None
    run = (asked or runs)[-1]
    keys = tuple(CaptureKey(input_id, run.checkpoint) for input_id in run.inputs)
    for key in keys:
        bundle.capture(key.input_id, key.checkpoint_id)
    points = tuple(bundle.input(input_id).step or 0 for input_id in run.inputs)
    label = run.options.get("label")
    is_named = isinstance(label, str) and label not in ("", LABEL)
    return Kept(run, keys, points, _strokes(run), str(label) if is_named else f"a {LABEL}")


def _strokes(run: Run) -> tuple[Stroke, ...]:
    """The strokes of a drawing; none where they were not kept, or as no reader of this version understands."""
    text = run.options.get("strokes")
    try:
        return read_strokes(text) if isinstance(text, str) else ()
    except KerascopeError:
        return ()
