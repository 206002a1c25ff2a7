"""What a scene shows when nobody says: the input, the attack, the steps. Pure functions of the bundle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Capture, Input, Run
    from scenes.options import SceneOptions

_NAMED_BY_KERAS = re.compile(r"(sequential|functional|model)(_\d+)?")


def shown_capture(bundle: Bundle, options: SceneOptions) -> Capture:
    """The capture of the chosen input at the chosen checkpoint (default: the last).

    Without a choice of input: the first clean one that is classified right, else the first captured one.

    Raises
    ------
    KerascopeError
        The bundle has no such capture, or none at all.
    """
    asked = options.checkpoint_id
    checkpoint = (bundle.final_checkpoint if asked is None else bundle.checkpoint(asked)).id
    if options.input_id is not None:
        return bundle.capture(options.input_id, checkpoint)
    found: dict[bool, Capture] = {}
    for capture in bundle.captures_at(checkpoint):  # there may be very many: the search ends at the first good one
        shown = bundle.input(capture.input)
        if shown.kind == "clean" and _is_right(shown, capture):
            return bundle.capture(capture.input, checkpoint)
        found.setdefault(shown.kind == "clean", capture)
    if found:
        # Asked for anew: while something is muted the choice stays, and the answer is another.
        return bundle.capture((found.get(True) or found[False]).input, checkpoint)
    raise KerascopeError(
        "nothing to show",
        expected="a capture of an input",
        got="none in this bundle",
        remedy="export it with --inputs",
        path=bundle.path,
    )


def _is_right(shown: Input, capture: Capture) -> bool:
    return shown.true_class is not None and shown.true_class == capture.predicted


def key_of(capture: Capture) -> CaptureKey:
    """The key by which the viewer knows a capture."""
    return CaptureKey(capture.input, capture.checkpoint)


def shown_run(bundle: Bundle, options: SceneOptions) -> Run:
    """The chosen attack; without a choice, of those that succeeded (else of all) the one with the most steps to watch.

    Raises
    ------
    KerascopeError
        The bundle has no such attack, or none at all.
    """
    runs = [run for run in bundle.manifest.runs if run.kind == "attack" and run.inputs and run.parent is not None]
    if options.run_id is not None:
        runs = [run for run in runs if run.id == options.run_id]
    if not runs:
        raise KerascopeError(
            "no attack to show",
            expected="a bundle with an attack",
            got="none" if options.run_id is None else options.run_id,
            remedy="add one: kerascope attack BUNDLE --model MODEL --method fgsm",
            path=bundle.path,
        )
    return max([run for run in runs if run.result.get("success")] or runs, key=lambda run: len(run.inputs))


def scores_of(capture: Capture) -> tuple[float, ...]:
    """The prediction of a capture, what is not a number as 0; empty where the bundle holds none."""
    return tuple(score or 0.0 for score in capture.scores)


def shown_name(bundle: Bundle) -> str:
    """The model's name as a heading: `tiny_vgg` becomes `Tiny vgg`. Where Keras has named it, that of the bundle."""
    given = bundle.manifest.model.name
    name = (bundle.path.stem if _NAMED_BY_KERAS.fullmatch(given) else given).replace("_", " ").strip()
    return name[:1].upper() + name[1:]
