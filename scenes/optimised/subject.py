"""The run that a scene of an image shows: its kept images, what was asked for, and how its loss went. Pure."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from scenes.panels.classes import class_name
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Run
    from scenes.options import SceneOptions

COMMAND = "kerascope synthesise MODEL --method class_image --classes NAME --out B.bundle"
REFERENCES = ("content", "style")
SAME_LEVELS = 8.0
"""How far two pictures that are taken for the same lie apart on average, of 255 levels."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How a number went: after which steps, and what it was then; `nan` where that is not known."""

    name: str
    steps: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A run of which every image is a picture.

    `steps` is after how many steps each of its images was kept, `keys` their captures, `curves` what was measured
    of them, the loss first or, where it has parts, these. `is_lit` says whether the outputs of layers were kept,
    `steps_made` how many steps there were. `likes` are the inputs that it was to be like, by what they were for,
    `logit` how that of the class went that was asked for, where the loss tells it.
    """

    run: Run
    keys: tuple[CaptureKey, ...]
    steps: tuple[int, ...]
    curves: tuple[Curve, ...]
    is_lit: bool
    steps_made: int
    target: str
    likes: tuple[tuple[str, str], ...]
    logit: Curve | None = None

    @property
    def is_dead(self) -> bool:
        """Whether nothing moved the image."""
        return self.run.result.get("dead") is True

    @property
    def stopped(self) -> str:
        """Why it ended early; empty where it did not."""
        return str(self.run.result.get("stopped") or "")

    @property
    def class_number(self) -> int | None:
        """The class that was asked for."""
        number = self.run.options.get("class")
        return number if isinstance(number, int) and not isinstance(number, bool) else None


def subject_of(bundle: Bundle, options: SceneOptions) -> Subject:
    """The run that is asked for, by its id or one of its images; else the last one whose layers were kept, else the
    last.

    Raises
    ------
    KerascopeError
        There is none, or none that made pictures.
    """
    runs = [run for run in bundle.manifest.runs if run.kind == "synthesise" and run.inputs]
    pictures = [run for run in runs if all(bundle.input(each).image is not None for each in run.inputs)]
    asked = [run for run in pictures if options.run_id == run.id or options.input_id in run.inputs]
    if not asked and (options.run_id is None or options.input_id is not None):
        asked = [run for run in pictures if options.input_id is None or not _is_made(bundle, options.input_id)]
    if not asked:
        raise _nothing(bundle, options, runs)
    lit = [run for run in asked if _is_lit(bundle, run)]
    return _of(bundle, (lit or asked)[-1])


def _is_made(bundle: Bundle, input_id: str) -> bool:
    return bundle.input(input_id).kind == "synthesised"


def _is_lit(bundle: Bundle, run: Run) -> bool:
    """Whether more was kept of its images than what was fed and what the answer was."""
    inputs = {layer.name for layer in bundle.manifest.layers if layer.kind == "input"}
    return all(set(bundle.capture(each, run.checkpoint).outputs) - inputs for each in run.inputs)


def _of(bundle: Bundle, run: Run) -> Subject:
    steps = tuple(bundle.input(each).step or 0 for each in run.inputs)
    likes = [(role, run.options.get(role)) for role in REFERENCES]
    known = {each.id for each in bundle.manifest.inputs if each.image is not None}
    return Subject(
        run,
        tuple(CaptureKey(each, run.checkpoint) for each in run.inputs),
        steps,
        _curves(run, steps),
        _is_lit(bundle, run),
        max(_whole(run.result.get("steps")), steps[-1]),
        _target(bundle, run),
        tuple((role, like) for role, like in likes if isinstance(like, str) and like in known),
        _logit(run, steps),
    )


def _whole(number: object) -> int:
    return int(number) if isinstance(number, int | float) and math.isfinite(number) else 0


def _target(bundle: Bundle, run: Run) -> str:
    """What the image was to please."""
    number, layer, channel, at = (run.options.get(name) for name in ("class", "layer", "channel", "at"))
    if isinstance(number, int) and not isinstance(number, bool):
        return class_name(bundle.manifest.model.class_names, number)
    if layer is None:
        return "the network"
    which = str(layer) if channel is None else f"channel {channel} of {layer}"
    return which if at is None else f"{which} at {at}"


def _curves(run: Run, steps: tuple[int, ...]) -> tuple[Curve, ...]:
    """The loss, or its parts where these are told; of a run that kept one image its first loss and its last."""
    terms = _told(run.result.get("terms"))
    parts = [(role, terms.get(role)) for role in REFERENCES] if isinstance(terms, dict) else []
    curves = tuple(Curve(f"{role} loss", steps, _numbers(part)) for role, part in parts if _fits(part, steps))
    if len(curves) > 1:
        return curves
    losses = _told(run.result.get("losses"))
    first, last = run.result.get("first_loss"), run.result.get("last_loss")
    if len(steps) == 1 and steps[0] > 0 and first is not None and last is not None:
        return (Curve("", (0, steps[0]), _numbers([first, last])),)
    return (Curve("", steps, _numbers(losses)),) if _fits(losses, steps) else ()


def _logit(run: Run, steps: tuple[int, ...]) -> Curve | None:
    """The logit of the class: the loss is that less `weight` times `norm`."""
    terms, losses = _told(run.result.get("terms")), _told(run.result.get("losses"))
    norms = terms.get("norm") if isinstance(terms, dict) else None
    weight = run.options.get("weight")
    is_logit = run.method == "class_image" and run.options.get("objective") == "logit"
    if not (is_logit and isinstance(weight, int | float) and _fits(norms, steps) and _fits(losses, steps)):
        return None
    values = zip(_numbers(losses), _numbers(norms), strict=True)
    return Curve("logit", steps, tuple(loss + weight * norm for loss, norm in values))


def begins_with(bundle: Bundle, subject: Subject) -> str:
    """What the image began as: the label of the picture that it was, else noise."""
    parent, first = subject.run.parent, bundle.image(subject.run.inputs[0])
    picture = None if parent is None else bundle.image(parent)
    if picture is None or first is None or subject.steps[0] > 0:
        return "noise" if parent is None else "a picture"
    is_same = picture.shape == first.shape and float(np.abs(picture.astype(float) - first).mean()) < SAME_LEVELS
    is_kept = picture.shape != first.shape and subject.run.options.get("start") == "content"
    return bundle.input(str(parent)).label if is_same or is_kept else "noise"


def _told(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _fits(values: object, steps: tuple[int, ...]) -> bool:
    """Whether there is a number, or nothing, for each step, and any number at all."""
    return isinstance(values, list) and len(values) == len(steps) and any(map(math.isfinite, _numbers(values)))


def _numbers(values: object) -> tuple[float, ...]:
    each = values if isinstance(values, list) else []
    return tuple(float(value) if isinstance(value, int | float) else math.nan for value in each)


def _nothing(bundle: Bundle, options: SceneOptions, runs: list[Run]) -> KerascopeError:
    known = " or ".join(run.id for run in runs)
    what, got = "no image made by optimisation to show", "none"
    asked = options.run_id or options.input_id
    if asked is not None and asked not in {run.id for run in runs}:
        return KerascopeError(what, expected=known or "one", got=asked, remedy=f"make one: {COMMAND}", path=bundle.path)
    if runs:
        got = "values of a model that takes no pictures"
    return KerascopeError(
        what, expected="a run that made pictures", got=got, remedy=f"make one: {COMMAND}", path=bundle.path
    )
