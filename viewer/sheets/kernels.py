"""The sheet of what a layer has learned to look for: its kernels, or templates, as pictures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.errors import KerascopeError
from viewer.album import KernelTile
from viewer.album_tiles import TileCells, kernel_cells, picture_before, tile_colours
from viewer.colour import PALETTES, strip_table
from viewer.kept import kernel_ref
from viewer.sheets.page import tile_px_for
from viewer.sheets.sheet import Bar, Group, Rgb, Sheet, Tile
from viewer.sheets.subject import Subject

if TYPE_CHECKING:
    from exporter.bundle.schema import Layer, TensorRef
    from viewer.state import Theme

    Array = NDArray[np.float32]

MOST, MOST_READ = 64, 16
"""How many kernels are shown, and of each how many of the channels that it reads."""
LARGEST_PX, LEAST_PX = 240, 130
_WHERE = "export the model with its weights: kerascope export MODEL --inputs IMAGES --out BUNDLE --weights full"


def sheet_of_kernels(subject: Subject) -> Sheet:
    """The sheet. Raises `KerascopeError` where there are no kernels of such a layer at this checkpoint."""
    bundle, at = subject.bundle, subject.checkpoint_id
    layer, ref = _layer(subject)
    count = _count(layer, ref)
    kernels = [_cells(subject, layer, ref, channel) for channel in range(min(count, MOST))]
    scale = max((float(np.abs(cells).max(initial=0.0)) for each in kernels for cells in each), default=0.0) or 1.0
    names = bundle.manifest.model.class_names if layer.name in bundle.manifest.model.outputs else ()
    tiles = tuple(
        Tile(_pictured(each, scale, subject.theme), names[place] if place < len(names) else str(place))
        for place, each in enumerate(kernels)
    )
    group = Group(tiles, tile_px_for(len(tiles), LARGEST_PX, LEAST_PX))
    is_coloured = kernels[0][0].ndim == 3
    more = f", the first {len(kernels)} of {count}" if count > len(kernels) else f", {count} of them"
    label = bundle.checkpoint(at).label
    title = f"{'Templates' if _is_template(subject, layer, ref) else 'Kernels'} of {layer.name}"
    subtitle = f"{subject.model_name}{more}, {_shape(ref)}, checkpoint {at} ({label})"
    return Sheet(title, subtitle, (group,), (_bar(scale, is_coloured, subject.theme),), _notes(kernels, ref, layer))


def _layer(subject: Subject) -> tuple[Layer, TensorRef]:
    """The layer that is asked for, or the first that has a kernel, and where that is."""
    bundle = subject.bundle
    asked = bundle.manifest.layers if subject.layer is None else (bundle.layer(subject.layer),)
    for layer in asked:
        ref = kernel_ref(bundle, subject.checkpoint_id, layer)
        if ref is not None and 2 <= len(ref.shape) <= 5:
            return layer, ref
    got = f"none of {subject.layer}" if subject.layer else "none"
    what = f"no kernels to show at checkpoint {subject.checkpoint_id}"
    raise KerascopeError(what, expected="a layer with a kernel", got=got, remedy=_WHERE, path=bundle.path)


def _count(layer: Layer, ref: TensorRef) -> int:
    return ref.shape[-1] * (ref.shape[-2] if layer.kind == "depthwise" else 1)


def _cells(subject: Subject, layer: Layer, ref: TensorRef, channel: int) -> list[Array]:
    """The weights of a kernel, (rows, columns) or (rows, columns, 3): one, or one of each channel that it reads."""
    at = subject.checkpoint_id
    whole = kernel_cells(subject.bundle, KernelTile(layer.name, channel, at))
    if whole.ndim == 3 or len(ref.shape) < 4 or layer.kind == "depthwise":
        return [whole]
    reads = range(min(ref.shape[-2], MOST_READ))
    return [kernel_cells(subject.bundle, KernelTile(layer.name, channel, at, taken)) for taken in reads]


def _pictured(kernels: list[Array], scale: float, theme: Theme) -> Rgb:
    """A picture of one kernel: the weights, or those of each channel that it reads, in a square of rows."""
    shown = [kernel_colours(cells, scale, theme) for cells in kernels]
    if len(shown) == 1:
        return shown[0]
    columns = math.ceil(math.sqrt(len(shown)))
    rows = -(-len(shown) // columns)
    height, width = shown[0].shape[:2]
    ground = np.rint(np.array(PALETTES[theme].roles["ground"]) * 255).astype(np.uint8)
    picture = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1, 3), ground, np.uint8)
    for place, cells in enumerate(shown):
        top, left = place // columns * (height + 1), place % columns * (width + 1)
        picture[top : top + height, left : left + width] = cells
    return picture


def kernel_colours(cells: Array, scale: float, theme: Theme) -> Rgb:
    """The colours (rows, columns, 3) uint8 of weights, `scale` being full colour and 0 in the middle.

    Weights (rows, columns, 3) of red, green and blue are these colours: level 127.5 + 127.5 weight / scale. Others
    have the colours of weights.
    """
    coloured = cells.ndim == 3
    whole = cells if coloured else np.repeat(cells[..., None], 3, axis=2)
    shown = tile_colours(TileCells("coloured" if coloured else "mapped", whole, scale), theme)
    return np.rint(shown * 255).astype(np.uint8)


def _is_template(subject: Subject, layer: Layer, ref: TensorRef) -> bool:
    picture = picture_before(subject.bundle, layer.name)
    return len(ref.shape) == 2 and picture is not None and math.prod(picture) == ref.shape[0]


def _bar(scale: float, is_coloured: bool, theme: Theme) -> Bar:
    numbers = (f"\u2212{scale:.3g}", "0", f"+{scale:.3g}")
    if is_coloured:
        greys = np.repeat(np.linspace(0, 1, 256, dtype=np.float32)[:, None], 3, axis=1)
        return Bar("weight of red, green and blue, each", greys, numbers)
    return Bar("weight", strip_table(theme, "weight"), numbers)


def _notes(kernels: list[list[Array]], ref: TensorRef, layer: Layer) -> tuple[str, ...]:
    notes = ["One scale for all: full colour is the largest size of a weight that is shown."]
    if len(kernels[0]) > 1:
        of = f"the first {MOST_READ} of {ref.shape[-2]}" if ref.shape[-2] > MOST_READ else f"all {ref.shape[-2]}"
        notes.append(f"In each tile a square for each channel that {layer.name} reads, {of}, row by row.")
    elif kernels[0][0].ndim == 3:
        notes.append("Grey is 0: a kernel answers most to a patch of a picture that looks like it.")
    return tuple(notes)


def _shape(ref: TensorRef) -> str:
    return "\u00d7".join(map(str, ref.shape))
