"""What each layer looks for, as far as the bundle tells: kernels over the picture, and pictures made for channels."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

import numpy as np

from exporter.bundle.errors import KerascopeError
from scenes.filters.sight import contrast_for, image_of, shown_part
from viewer.album import ImageTile, KernelTile
from viewer.album_tiles import kernel_cells, middle, picture_before, picture_shape
from viewer.kept import kernel_ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer, Run
    from scenes.options import SceneOptions
    from viewer.album import Tile

MOST_TILES = 96
METHOD = "filter"
CLIPPED_PERCENTILE = 99.5
MANY_WEIGHTS = 500
"""Of more weights than that some lie far off: full colour is then what most of them reach."""


@dataclass(frozen=True)
class Chapter:
    """The tiles of one layer.

    Attributes
    ----------
    kind : `kernels` of a convolution, `templates` of a dense layer, or `images` made by optimisation.
    channels : the channel of each tile.
    total : how many channels the layer has.
    aspect : width over height of a tile.
    dead : the channels that nothing moves.
    steps : how many steps the images took; `None` where the bundle does not say, or they differ.
    scale : the size of weights that has full colour, and whether some are larger.
    is_coloured : whether they are kernels over red, green and blue.
    size : rows and columns of a kernel, or of what is shown of an image.
    whole : rows and columns of an image.
    contrast : how many times as far from grey images are shown as they are.
    """

    layer: str
    kind: Literal["kernels", "templates", "images"]
    tiles: tuple[Tile, ...]
    channels: tuple[int, ...]
    total: int
    aspect: float
    dead: frozenset[int] = frozenset()
    steps: int | None = None
    scale: float | None = None
    is_clipped: bool = False
    is_coloured: bool = False
    size: tuple[int, int] = (1, 1)
    whole: tuple[int, int] = (1, 1)
    contrast: float = 1.0


def chapters_of(bundle: Bundle, checkpoint_id: str, options: SceneOptions) -> tuple[Chapter, ...]:
    """What there is to show, from the input on; with `--layer` or `--run` of that layer alone.

    Raises
    ------
    KerascopeError
        There is nothing: no kernels over the picture, and no images made for channels. The bundle has no such layer or
        run.
    """
    asked = _asked(bundle, options)
    runs = _runs(bundle, checkpoint_id)
    over = (layer for layer in _over_picture(bundle, checkpoint_id) if asked in (None, layer.name))
    found = [_kernels(bundle, checkpoint_id, layer) for layer in islice(over, 1)]
    deeper = (layer for layer in bundle.manifest.layers if layer.name in runs and asked in (None, layer.name))
    found += [_images(bundle, layer, runs[layer.name]) for layer in deeper]
    if not found:
        raise _nothing(bundle, asked)
    return tuple(found)


def _asked(bundle: Bundle, options: SceneOptions) -> str | None:
    if options.run_id is not None:
        run = next((run for run in bundle.manifest.runs if run.id == options.run_id), None)
        if run is None or not _is_told(bundle, run):
            expected = f"a run of the method {METHOD}"
            raise KerascopeError("no such images of channels", expected=expected, got=options.run_id, path=bundle.path)
        return str(run.options["layer"])
    return None if options.layer is None else bundle.layer(options.layer).name


def _over_picture(bundle: Bundle, checkpoint_id: str) -> Iterator[Layer]:
    """The layers with kernels over the picture."""
    for layer in bundle.manifest.layers:
        ref = kernel_ref(bundle, checkpoint_id, layer) if layer.kind in ("conv", "depthwise", "dense") else None
        if ref is not None and len(ref.shape) >= 2 and picture_before(bundle, layer.name) is not None:
            yield layer


def _kernels(bundle: Bundle, checkpoint_id: str, layer: Layer) -> Chapter:
    ref = kernel_ref(bundle, checkpoint_id, layer)
    shape = ref.shape if ref is not None else (0,)
    total = shape[-1] * shape[-2] if layer.kind == "depthwise" else shape[-1]
    channels = tuple(range(min(total, MOST_TILES)))
    tiles = tuple(KernelTile(layer.name, channel, checkpoint_id) for channel in channels)
    kernels = np.stack([kernel_cells(bundle, tile) for tile in tiles])
    sizes = np.abs(kernels)
    is_clipped = sizes.size > MANY_WEIGHTS
    full = float(np.percentile(sizes, CLIPPED_PERCENTILE) if is_clipped else sizes.max(initial=0.0)) or 1.0
    rows, columns = kernels.shape[1:3]
    return Chapter(
        layer=layer.name,
        kind="templates" if layer.kind == "dense" else "kernels",
        tiles=tiles,
        channels=channels,
        total=total,
        aspect=float(np.clip(columns / rows, 1 / 3, 3)),
        scale=full,
        is_clipped=is_clipped,
        is_coloured=kernels.ndim == 4,
        size=(int(rows), int(columns)),
    )


def _is_told(bundle: Bundle, run: Run) -> bool:
    """Whether a run made an image of one channel of a layer, and the image is there."""
    if run.kind != "synthesise" or run.method != METHOD or not run.inputs:
        return False
    layer, channel = run.options.get("layer"), run.options.get("channel")
    is_there = any(each.name == layer for each in bundle.manifest.layers) and isinstance(channel, int)
    return is_there and bundle.input(run.inputs[-1]).image is not None


def _runs(bundle: Bundle, checkpoint_id: str) -> dict[str, dict[int, Run]]:
    """The runs by layer and channel; of two for one channel the later."""
    runs: dict[str, dict[int, Run]] = {}
    for run in bundle.manifest.runs:
        if run.checkpoint == checkpoint_id and _is_told(bundle, run):
            runs.setdefault(str(run.options["layer"]), {})[int(run.options["channel"] or 0)] = run
    return runs


def _images(bundle: Bundle, layer: Layer, runs: dict[int, Run]) -> Chapter:
    channels = tuple(sorted(runs))[:MOST_TILES]
    steps = {runs[channel].result.get("steps", runs[channel].options.get("steps")) for channel in channels}
    same = steps.pop() if len(steps) == 1 else None
    dead = frozenset(channel for channel in channels if runs[channel].result.get("dead"))
    inputs = {channel: runs[channel].inputs[-1] for channel in channels}
    whole, part = image_of(bundle, inputs[channels[0]]).shape[:2], shown_part(bundle, layer.name)
    alive = [middle(image_of(bundle, inputs[channel]), part) for channel in channels if channel not in dead]
    contrast = contrast_for(alive)
    rows, columns = (max(round(side * part), 1) for side in whole)
    return Chapter(
        layer=layer.name,
        kind="images",
        tiles=tuple(ImageTile(inputs[channel], part, contrast) for channel in channels),
        channels=channels,
        total=max(layer.outputs[0].shape[-1] or 0, channels[-1] + 1),
        aspect=float(np.clip(columns / rows, 1 / 3, 3)),
        dead=dead,
        steps=int(same) if isinstance(same, int) else None,
        size=(rows, columns),
        whole=(whole[0], whole[1]),
        contrast=contrast,
    )


def command_for(bundle: Bundle, layer: str | None = None) -> tuple[str, str]:
    """The command that adds images of channels, of a layer or of the deepest one with maps; in two lines."""
    kinds = [[each.name for each in bundle.manifest.layers if each.kind == kind] for kind in ("conv", "dense")]
    deep = kinds[0] or kinds[1][:-1] or kinds[1] or ["L"]
    name = layer or deep[-1]
    return f"kerascope synthesise MODEL --method {METHOD}", f"--layer {name} --channels 0-15 --into {bundle.path.name}"


def _nothing(bundle: Bundle, asked: str | None) -> KerascopeError:
    what = "no filters to show" if asked is None else f"{asked} has no filters to show"
    expected = "kernels over the picture, or images made for channels"
    fed = bundle.layer(bundle.manifest.model.inputs[0]).outputs[0].shape
    if picture_shape(fed) is None:
        return KerascopeError(what, expected=expected, got="a network that is fed no pictures", path=bundle.path)
    remedy = " ".join(command_for(bundle, asked))
    return KerascopeError(what, expected=expected, got="neither", remedy=remedy, path=bundle.path)
