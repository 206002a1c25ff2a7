"""What a person is told of an explanation."""

from __future__ import annotations

from exporter.bundle import Bundle
from exporter.bundle.schema import Run
from exporter.explain.contract import Map
from exporter.probing import Target
from exporter.writing import Warn


def asked_words(bundle: Bundle, run: Run) -> str:
    """What was asked about, in words: `seven`, `class 3`, `conv_1 channel 5 at 2,7`."""
    options = run.options
    if options["layer"] is None:
        return class_words(bundle, int(options["class"] or 0))
    at = options["at"]
    place = tuple(map(int, str(at).split(","))) if at else None
    channel = options["channel"]
    return str(Target(str(options["layer"]), None if channel is None else int(channel), place))


def class_words(bundle: Bundle, number: int) -> str:
    """The name of a class, or its number where it has none."""
    names = bundle.manifest.model.class_names
    return names[number] if number < len(names) else f"class {number}"


def told_of(bundle: Bundle, run: Run) -> str:
    """A line: of which input, what was asked, and how strongly the model said so."""
    shown, score = bundle.input(run.parent or ""), run.result["score"]
    how = "" if score is None else f", score {score:.4g}"
    place = f", at {run.result['map_layer']}" if "map_layer" in run.result else ""
    return f"{run.id}: input {shown.id} ({shown.label}), {asked_words(bundle, run)}{how}{place}"


def told_of_nothing(bundle: Bundle, run: Run, found: Map, warn: Warn) -> None:
    """Warn where the map is 0 everywhere, a picture of nothing that looks as if nothing had been done, and hand on what
    the method advises.
    """
    if advice := run.result.get("advice"):
        warn(f"{run.id}: input {run.parent}: {advice}")
    if not found.values.any():
        warn(f"{run.id}: the map of input {run.parent} is 0 everywhere: nothing in it moves {asked_words(bundle, run)}")
