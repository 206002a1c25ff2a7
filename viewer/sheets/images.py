"""The sheet of images made by optimisation: one as it comes about, or the last of many side by side."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from viewer.sheets.page import tile_px_for
from viewer.sheets.sheet import Group, Sheet, Tile
from viewer.sheets.subject import Subject, percent, picture_tile

if TYPE_CHECKING:
    from exporter.bundle.schema import Run

LARGEST_PX, LEAST_PX = 460, 150
_MAKE = "make some: kerascope synthesise MODEL --method filter --layer LAYER --channels 0-15 --out BUNDLE"


def sheet_of_images(subject: Subject) -> Sheet:
    """The sheet. Raises `KerascopeError` where there are no such images, or they are no pictures."""
    runs = _runs(subject)
    return _series(subject, runs[0]) if len(runs) == 1 else _album(subject, runs)


def _runs(subject: Subject) -> list[Run]:
    bundle = subject.bundle
    made = {run.id: run for run in bundle.manifest.runs if run.kind == "synthesise" and run.inputs}
    for id_ in subject.run_ids:
        if id_ not in made:
            expected = f"one of {', '.join(list(made)[:8])}" if made else _MAKE
            raise KerascopeError("no such run of images", expected=expected, got=repr(id_), path=bundle.path)
    if subject.layer is not None:
        bundle.layer(subject.layer)
    runs = [
        run
        for run in (made[id_] for id_ in dict.fromkeys(subject.run_ids or made))
        if subject.layer in (None, run.options.get("layer")) and subject.input_id in (None, run.parent)
    ]
    runs = [run for run in runs if bundle.image(run.inputs[-1]) is not None]
    if not runs:
        what = f"no images of {subject.layer} to show" if subject.layer else "no images to show"
        raise KerascopeError(what, expected="images made by optimisation", remedy=_MAKE, path=bundle.path)
    return runs


def _series(subject: Subject, run: Run) -> Sheet:
    """One run: each kept step with its loss."""
    losses = _losses(run)
    tiles = []
    for place, id_ in enumerate(run.inputs):
        loss = losses[place] if place < len(losses) else None
        step = subject.bundle.input(id_).step
        name = f"step {step}" if step is not None else f"image {place}"
        tiles.append(picture_tile(subject, id_, name, () if loss is None else (f"loss {_number(loss, 4)}",)))
    shown = tuple(tile for tile in tiles if tile is not None)
    beside = _beside(subject, run)
    side_px = tile_px_for(len(shown) + len(beside), LARGEST_PX, LEAST_PX)
    groups = (Group((*beside, *shown), side_px),)
    return Sheet(_title(subject, run), _ended(subject, run), groups, (), (_told(run),))


def _album(subject: Subject, runs: list[Run]) -> Sheet:
    """Many runs: the last image of each."""
    layers, methods = ({run.options.get("layer") for run in runs}, {run.method for run in runs})
    layer = layers.pop() if len(layers) == 1 else None
    tiles = [picture_tile(subject, run.inputs[-1], _short(subject, run, layer), _lines(subject, run)) for run in runs]
    shown = tuple(tile for tile in tiles if tile is not None)
    way = methods.pop().replace("_", " ") if len(methods) == 1 else "images made by optimisation"
    title = f"What channels of {layer} look for" if layer and way == "filter" else f"{way[:1].upper()}{way[1:]}"
    title = "What classes look like to the model" if way == "class image" else title
    dead = sum(run.result.get("dead") is True for run in runs)
    subtitle = f"{subject.model_name}, {len(runs)} images" + (f", {dead} dead" if dead else "")
    notes = (_told(runs[0]),) if way != "images made by optimisation" else ()
    if dead:
        notes = (*notes, "dead: the gradient is 0 everywhere, so that nothing moves the image.")
    return Sheet(title, subtitle, (Group(shown, tile_px_for(len(shown), LARGEST_PX, LEAST_PX)),), (), notes)


def _beside(subject: Subject, run: Run) -> tuple[Tile, ...]:
    """The pictures that the image began with, or is to be like."""
    likes = {role: run.options.get(role) for role in ("content", "style")}
    if run.parent is not None and run.parent not in likes.values():
        likes = {"begins with": run.parent, **likes}
    tiles = [
        picture_tile(subject, id_, subject.bundle.input(id_).label, (role,))
        for role, id_ in likes.items()
        if isinstance(id_, str)
    ]
    return tuple(tile for tile in tiles if tile is not None)


def _name(subject: Subject, run: Run) -> str:
    """What an image is called: its label without the step."""
    label, step = subject.bundle.input(run.inputs[-1]).label, subject.bundle.input(run.inputs[-1]).step
    return label.removesuffix(f", step {step}")


def _title(subject: Subject, run: Run) -> str:
    """What a series shows."""
    name = _name(subject, run)
    if run.method == "filter":
        return f"What {name} looks for"
    return f"What {name} looks like to the model" if run.method == "class_image" else name


def _number(value: float, digits: int) -> str:
    """A number in so many digits.

    >>> _number(-0.55291, 3), _number(48834.2, 3), _number(0.0000123, 3)
    ('\u22120.553', '48,834', '1.23e\u221205')
    """
    text = f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.{digits}g}"
    return text.replace("-", "\u2212")


def _short(subject: Subject, run: Run, layer: object) -> str:
    """The name without the layer, where all are of one."""
    return _name(subject, run).removeprefix(f"{layer} ")


def _lines(subject: Subject, run: Run) -> list[str]:
    if run.result.get("dead") is True:
        return ["dead"]
    first, last = run.result.get("first_loss"), run.result.get("last_loss")
    if run.options.get("class") is not None:
        return [_said(subject, run)]
    if isinstance(first, int | float) and isinstance(last, int | float):
        return [f"{_number(first, 3)} \u2192 {_number(last, 3)}"]
    return [str(run.result.get("stopped") or "")]


def _said(subject: Subject, run: Run) -> str:
    """What the model says of the last image, and how sure it is."""
    said, share = subject.class_name(run.result.get("predicted")), run.result.get("probability")
    if not said:
        return ""
    is_it = run.result.get("predicted") == run.options.get("class")
    return f"{'' if is_it else said + ' '}{percent(share)}" if isinstance(share, float) else said


def _ended(subject: Subject, run: Run) -> str:
    said, share = subject.class_name(run.result.get("predicted")), run.result.get("probability")
    answer = f", the model says {said}" if said else ""
    answer += f", {percent(share)}" if said and isinstance(share, float) else ""
    dead = ", dead: nothing moves it" if run.result.get("dead") is True else ""
    return f"{subject.model_name}, {run.method.replace('_', ' ')}{answer}{dead}"


def _told(run: Run) -> str:
    """How a run went, and what it was set to."""
    skip = {"layer", "channel", "class", "at", "content", "style", "keep", "seed", "steps"}
    settings = [f"{name.replace('_', ' ')} {value}" for name, value in run.options.items() if name not in skip]
    settings = [text for text in settings if not text.endswith((" None", " "))]
    steps = f"{run.result.get('steps', '?')} steps, seed {run.options.get('seed', '?')}"
    stopped = run.result.get("stopped")
    return ", ".join([steps, *settings]) + (f". It ended early: {stopped}" if stopped else "")


def _losses(run: Run) -> list[float | None]:
    try:
        found = json.loads(str(run.result.get("losses", "[]")))
    except ValueError:
        return []
    return [each if isinstance(each, int | float) else None for each in found] if isinstance(found, list) else []
