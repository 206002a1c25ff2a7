"""The sheet of explanations of one input: the picture, and beside it what each method says of its pixels."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.errors import KerascopeError
from viewer.colour import PALETTES, strip_table
from viewer.sheets.blended import PERCENTILE, Floats, Kind, blended, full_colour
from viewer.sheets.page import tile_px_for
from viewer.sheets.sheet import Bar, Group, Rgb, Sheet, Tile
from viewer.sheets.subject import SMOOTH_FROM_PX, Subject, percent, rgb_of

if TYPE_CHECKING:
    from exporter.bundle.schema import Overlay, Run
    from viewer.state import Theme

LARGEST_PX, LEAST_PX, DEEP_PX = 420, 260, 260
MOST_DEEP = 10
"""So many maps of layers are shown, two rows."""
NAMES: Mapping[str, str] = {
    "smoothgrad": "SmoothGrad",
    "cam": "CAM",
    "grad_cam": "Grad-CAM",
    "segmentation": "cut-out",
}
_MAKE = "make some: kerascope explain BUNDLE --model MODEL --method grad_cam"
_SCALES = (
    f"Full colour is the {PERCENTILE:g}th percentile of the sizes of a method's values, printed under its map; larger "
    "ones are clipped to it. Methods measure different things, so that each has a scale of its own."
)


@dataclass(frozen=True, eq=False)
class Look:
    """A map, the run that found it, and what full colour stands for in it."""

    run: Run
    overlay: Overlay
    values: Floats
    scale: float
    largest: float


def sheet_of_explanations(subject: Subject) -> Sheet:
    """The sheet. Raises `KerascopeError` where there are no explanations of such an input or of such runs."""
    runs = _runs(subject)
    input_id = str(runs[0].parent)
    picture = _under(subject, input_id, runs)
    flat = _looks(subject, runs, is_deep=False)
    deep = _looks(subject, runs, is_deep=True)
    is_smooth = min(picture.shape[:2]) >= SMOOTH_FROM_PX
    shown = subject.bundle.input(input_id)
    first = Tile(picture, shown.label, (_said(subject, input_id),), is_smooth)
    tiles = (first, *(_tile(subject, look, picture, is_smooth, is_deep=False) for look in flat))
    groups = [Group(tiles, tile_px_for(len(tiles), LARGEST_PX, LEAST_PX))]
    if deep:
        some = _some(deep)
        over = tuple(_tile(subject, look, picture, is_smooth, is_deep=True) for look in some)
        left = f": {len(some)} of {len(deep)} maps, --layer NAME shows the others" if len(some) < len(deep) else ""
        groups.append(Group(over, DEEP_PX, f"Layer by layer, from the input on{left}"))
    kinds = {look.overlay.kind for look in (*flat, *deep)}
    title = f"Which pixels matter in {shown.label}"
    return Sheet(title, subject.model_name, tuple(groups), _bars(kinds, subject.theme), (_SCALES,))


def _runs(subject: Subject) -> list[Run]:
    """The runs that are asked for, all of one input: by default of the one with most of them."""
    bundle = subject.bundle
    found = {each.id: each for each in bundle.manifest.runs if each.kind == "explain" and each.parent is not None}
    for id_ in subject.run_ids:
        if id_ not in found:
            expected = f"one of {', '.join(list(found)[:8])}" if found else _MAKE
            raise KerascopeError("no such explanation", expected=expected, got=repr(id_), path=bundle.path)
    asked = [found[id_] for id_ in dict.fromkeys(subject.run_ids or found)]
    parents = [run.parent for run in asked]
    parent = subject.input_id or max(parents, key=parents.count, default=None)
    runs = [run for run in asked if run.parent == parent]
    if not runs:
        if subject.input_id is not None:
            bundle.input(subject.input_id)
        what = f"no explanations of input {subject.input_id}" if subject.input_id else "no explanations to show"
        raise KerascopeError(what, expected="a bundle with some", got="none", remedy=_MAKE, path=bundle.path)
    if subject.layer is not None:
        bundle.layer(subject.layer)
    return runs


def _looks(subject: Subject, runs: list[Run], *, is_deep: bool) -> list[Look]:
    """The maps over the picture, those of a method and kind with one scale; or those on layers, each with its own."""
    bundle = subject.bundle
    methods = {run.id: run for run in runs}
    order = {layer.name: place for place, layer in enumerate(bundle.manifest.layers)}
    overlays = [each for each in bundle.manifest.overlays if each.run in methods and (each.id != each.run) == is_deep]
    if is_deep:
        overlays = [each for each in overlays if subject.layer in (None, each.layer)]
        overlays.sort(key=lambda each: (methods[each.run].id, order[each.layer]))
    values = {each.id: _values(bundle.load(each.values)) for each in overlays}
    scales: dict[tuple[str, str], tuple[float, float]] = {}
    for each in overlays:
        key = _key(each, methods, is_deep=is_deep)
        scales[key] = full_colour([values[o.id] for o in overlays if _key(o, methods, is_deep=is_deep) == key])
    return [
        Look(methods[each.run], each, values[each.id], *scales[_key(each, methods, is_deep=is_deep)])
        for each in overlays
    ]


def _some(looks: list[Look]) -> list[Look]:
    """The maps, or where there are many some of them, evenly, the first and the last among them."""
    places = np.linspace(0, len(looks) - 1, min(MOST_DEEP, len(looks))).round().astype(int)
    return [looks[place] for place in places]


def _key(overlay: Overlay, runs: Mapping[str, Run], *, is_deep: bool) -> tuple[str, str]:
    """What shares a scale."""
    return (overlay.id, overlay.kind) if is_deep else (runs[overlay.run].method, overlay.kind)


def _values(values: NDArray[np.floating]) -> Floats:
    """A map as rows and columns: a vector is one row."""
    return np.atleast_2d(np.asarray(values, np.float32))


def _under(subject: Subject, input_id: str, runs: list[Run]) -> Rgb:
    """The picture of an input; where it is none, the ground, as large as the first map."""
    picture = subject.bundle.image(input_id)
    if picture is not None:
        return rgb_of(picture)
    first = next((each for each in subject.bundle.manifest.overlays if each.run == runs[0].id), None)
    rows, columns = (1, *(first.values.shape if first is not None else (1,)))[-2:]
    colour = np.rint(np.array(PALETTES[subject.theme].roles["track"]) * 255).astype(np.uint8)
    return np.broadcast_to(colour, (rows, columns, 3)).copy()


def _tile(subject: Subject, look: Look, picture: Rgb, is_smooth: bool, *, is_deep: bool) -> Tile:
    over = blended(picture, look.values, look.overlay.kind, look.scale, subject.theme)
    method = look.run.method
    name = look.overlay.layer if is_deep else NAMES.get(method, method.replace("_", " "))
    is_mask = look.overlay.kind == "mask"
    number = f"{percent(float((look.values > 0).mean()))} of it" if is_mask else _scale_words(look, is_deep=is_deep)
    size = "\u00d7".join(map(str, look.overlay.values.shape))
    lines = (size, number) if is_deep else (_question(subject, look.run), number)
    return Tile(over, name, tuple(line for line in lines if line), is_smooth)


def _scale_words(look: Look, *, is_deep: bool) -> str:
    """What full colour stands for; there is room for the largest value under the pictures of the first rows alone."""
    if not look.largest:
        return "0 everywhere"
    more = f", up to {look.largest:.3g}" if look.largest > look.scale and not is_deep else ""
    return f"full colour {look.scale:.3g}{more}"


def _question(subject: Subject, run: Run) -> str:
    """What was asked about, and its score."""
    number, layer, channel = (run.options.get(name) for name in ("class", "layer", "channel"))
    words = subject.class_name(number)
    if not words and layer is not None:
        words = str(layer) if channel is None else f"{layer} channel {channel}"
    score = run.result.get("score")
    return f"{words}, score {score:.3g}" if isinstance(score, int | float) and not isinstance(score, bool) else words


def _said(subject: Subject, input_id: str) -> str:
    captures = {capture.input: capture for capture in subject.bundle.captures_at(subject.checkpoint_id)}
    capture = captures.get(input_id)
    return "" if capture is None or capture.predicted is None else f"says {subject.class_name(capture.predicted)}"


def _bars(kinds: AbstractSet[Kind], theme: Theme) -> tuple[Bar, ...]:
    bars = []
    if "heat" in kinds:
        bars.append(Bar("how much it matters", strip_table(theme, "heat"), ("0", "full colour")))
    if "signed" in kinds:
        bars.append(Bar("against and for", strip_table(theme, "evidence"), ("\u2212 full", "0", "+ full")))
    return tuple(bars)
