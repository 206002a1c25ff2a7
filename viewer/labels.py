"""Words beside the plates: names above, sizes and scales below, placed on the picture so that none lies over
another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import repeat
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import project
from viewer.drift import flat_of
from viewer.placement import world_of
from viewer.state import REFERENCE_HEIGHT_PX, Words
from viewer.typeset import DESCENT, ascent_of, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from viewer.layout import Layout, Plate
    from viewer.scopes import Scales
    from viewer.state import Camera, ColourRole, NetView, ViewState

    Array = NDArray[np.float64]

NAME_PX = 21.0
HEAD_PX = 24.0
LINE_PX = 26.0
PADDING_PX = 7.0
EDGE_PX = 8.0
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that stand or fall together, over or under one plate: `at_px` is where the first is centred."""

    lines: tuple[Words, ...]
    at_px: tuple[float, float]
    rank: float

    def box(self) -> Box:
        """Left, top, right, bottom of all lines."""
        x, y = self.at_px
        half = max(width_of(line.text, line.size_px, line.bold) for line in self.lines) / 2
        last = self.lines[-1]
        first = self.lines[0]
        return x - half, y - ascent_of(first.text) * first.size_px, x + half, y + last.at_px[1] + DESCENT * last.size_px


@dataclass(frozen=True, slots=True)
class Label:
    """The lines that have found room over (or under) plate number `plate`, where they lie on the picture."""

    plate: int
    is_above: bool
    lines: tuple[Words, ...]


def box_of(line: Words) -> Box:
    """Left, top, right, bottom of a line of text in reference pixels."""
    width = width_of(line.text, line.size_px, line.bold)
    left = line.at_px[0] - width * {"left": 0.0, "centre": 0.5, "right": 1.0}[line.anchor]
    top = line.at_px[1] - ascent_of(line.text) * line.size_px
    return left, top, left + width, line.at_px[1] + DESCENT * line.size_px


def frame_labels(layout: Layout, state: ViewState, aspect: float, scales: Scales) -> tuple[Words, ...]:
    """The labels of all nets of a frame that have room beside each other and beside the words of the scene."""
    return tuple(line for net in net_labels(layout, state, aspect, scales) for label in net for line in label.lines)


def net_labels(
    layout: Layout, state: ViewState, aspect: float, scales: Scales, *, keep_off: Sequence[Box] = ()
) -> tuple[tuple[Label, ...], ...]:
    """The labels of a frame as `frame_labels` has them, by net and with the plate of each; none lies over one of the
    boxes `keep_off` either.
    """
    told = scale_texts(layout, scales)
    taken = [*keep_off, *(box_of(line) for line in flat_of(state, aspect).words if line.text)]
    panels = [box for net in state.nets for box in _panels(net, _outlines(layout, net, state.camera, aspect))]
    found = []
    for net in state.nets:
        others = panels if len(state.nets) > 1 else []
        mine = plate_labels(layout, net, state.camera, aspect, told, keep_off=taken, others=others)
        taken += [box_of(line) for label in mine for line in label.lines]
        found.append(mine)
    return tuple(found)


def plate_labels(
    layout: Layout,
    net: NetView,
    camera: Camera,
    aspect: float,
    scales: Sequence[str],
    *,
    keep_off: Sequence[Box] = (),
    others: Sequence[Box] = (),
) -> tuple[Label, ...]:
    """The labels of one net that have room, most important first: ends of the net, then larger plates.

    `scales` is what there is to say of each plate's scale, if anything.

    A label that would lie over another, over a plate, one of the `others` (plates of other nets) or one of the words
    `keep_off` is moved away from its plate by up to two lines, and left out where that does not help.
    """
    outlines = _outlines(layout, net, camera, aspect)
    panels = np.array([*_panels(net, outlines), *others]).reshape(-1, 4)
    tops, bottoms = _anchors(outlines)
    count = len(layout.plates)
    emphasis, gains = net.emphasis or (1.0,) * count, net.gains or (None,) * count
    above = map(_name_block, layout.plates, repeat(net), tops, gains, emphasis)
    below = map(_size_block, layout.plates, repeat(net), bottoms, scales, emphasis)
    taken = list(keep_off)
    frame_px = REFERENCE_HEIGHT_PX * aspect, REFERENCE_HEIGHT_PX
    most = 2 if layout.rows == 1 else 0  # between rows, a label that has moved could belong to either
    names = _placed(above, taken, panels, frame_px, LINE_PX, most)
    sizes = _placed(below, taken, panels, frame_px, -LINE_PX, most // 2)
    return (*(Label(index, True, lines) for index, lines in names), *(Label(i, False, lines) for i, lines in sizes))


def _outlines(layout: Layout, net: NetView, camera: Camera, aspect: float) -> Array:
    """Where the corners of each panel lie on the picture (n, 4, 2), as `Plate.corners` has them."""
    return project(camera, world_of(net, layout, layout.corners()), aspect).reshape(-1, 4, 2)


def _panels(net: NetView, outlines: Array) -> list[Box]:
    """Left, top, right and bottom of each panel that is there."""
    boxes = np.c_[outlines.min(axis=1), outlines.max(axis=1)]
    there = boxes if net.emphasis is None else boxes[np.asarray(net.emphasis) > 0]
    return [tuple(box) for box in there.tolist()]


def _anchors(outlines: Array) -> tuple[Array, Array]:
    """Middle of the top and of the bottom border of each panel, (n, 2) each.

    They are as high as the higher of the two top corners, as low as the lower of the two bottom ones: words never touch
    their plate.
    """
    bottom, top = outlines[:, :2], outlines[:, 2:]
    tops = np.stack([top[..., 0].mean(axis=1), top[..., 1].min(axis=1)], axis=1)
    return tops, np.stack([bottom[..., 0].mean(axis=1), bottom[..., 1].max(axis=1)], axis=1)


def _rank(plate: Plate) -> float:
    ends = {"picture": 1e6, "classes": 1e6}.get(plate.form.kind, 0.0)
    return ends + plate.size[0] * plate.size[1] - 1e-3 * plate.station


def _name_block(plate: Plate, net: NetView, at: Array, gain: float | None, emphasis: float) -> _Block:
    at_px, rank = (float(at[0]), float(at[1]) - 14.0), _rank(plate)
    alpha = net.opacity * emphasis
    if not emphasis > 0:
        return _Block((), at_px, rank)
    gain = gain if net.says_gains else None
    if plate.station == 0 and net.heading:
        text = net.heading if gain is None else f"{net.heading} \u00d7{gain:g}"
        return _Block((_line(text, HEAD_PX, True, net.heading_role, alpha),), at_px, rank)
    if gain is not None:
        return _Block((_line(f"\u00d7{gain:g}", HEAD_PX, True, "difference", alpha),), at_px, rank)
    if not net.names:
        return _Block((), at_px, rank)
    if plate.form.kind == "weights":
        return _Block((_line("kernel", NAME_PX, False, "dim", alpha),), at_px, rank)
    reached = net.front is not None and round(net.front) == plate.station
    return _Block((_line(plate.title, NAME_PX, reached, "text", alpha),), at_px, rank)


def _size_block(plate: Plate, net: NetView, at: Array, scale: str, emphasis: float) -> _Block:
    texts = []
    if net.shapes:
        texts.append(size_text(plate))
    if net.shapes and plate.group:
        texts.append(f"{plate.layers} layers")
    if net.scales and scale:
        texts.append(scale)
    texts = texts if emphasis > 0 else []
    alpha = net.opacity * emphasis
    lines = tuple(_line(text, NAME_PX, False, "dim", alpha, i * LINE_PX) for i, text in enumerate(texts))
    return _Block(lines, (float(at[0]), float(at[1]) + 30.0), _rank(plate))


def _line(text: str, size_px: float, is_bold: bool, role: ColourRole, alpha: float, down_px: float = 0.0) -> Words:
    """A line so far under its block's place."""
    return Words(text, (0.0, down_px), size_px, is_bold, role, "centre", alpha)


def size_text(plate: Plate) -> str:
    """The size of what a plate shows: `62\u00d762\u00d710`; `62\u00d762\u00d74 of 10` where 4 channels were kept."""
    shape, shown = plate.form.shape, plate.form.channels
    if plate.form.kind in ("maps", "closed") and not plate.form.channels_first and shown < shape[-1]:
        return "\u00d7".join(map(str, (*shape[:-1], shown))) + f" of {shape[-1]}"
    if plate.form.kind in ("vector", "classes") and shown < prod(shape):
        return f"{shown} of " + "\u00d7".join(map(str, shape))
    return "\u00d7".join(map(str, shape))


def scale_texts(layout: Layout, scales: Scales) -> tuple[str, ...]:
    """What there is to say of the scale of each plate: nothing of pictures and probabilities; of tiles that have their
    own the smallest and the largest.
    """
    return tuple(
        scale_text(scale, is_mean=plate.form.kind == "closed", own=scales.tiles.get(index, ()))
        if scale == 0 or plate.form.kind in ("maps", "vector", "closed", "weights")
        else ""
        for index, (plate, scale) in enumerate(zip(layout.plates, scales.plates, strict=True))
    )


def scale_text(scale: float, *, is_mean: bool = False, own: Sequence[float] | NDArray[np.float32] = ()) -> str:
    """The scale of a layer in words: `\u00b10.88`, or `mean 0.12` for the mean map of a closed plate; a range where its
    tiles have their `own`.

    >>> scale_text(0.876), scale_text(12345.0), scale_text(0.5, is_mean=True), scale_text(0.0)
    ('\u00b10.88', '\u00b11.2e+04', 'mean 0.50', 'not kept')
    """
    if scale == 0:
        return "not kept"
    ends = [scale] if not len(own) else sorted({float(min(own)), float(max(own))})
    number = " to ".join(f"{end:.2f}" if 0.05 <= end < 1000 else f"{end:.2g}" for end in ends)
    return f"mean {number}" if is_mean else f"\u00b1{number}"


def _placed(
    blocks: Iterable[_Block], taken: list[Box], panels: Array, frame_px: tuple[float, float], step_px: float, most: int
) -> list[tuple[int, tuple[Words, ...]]]:
    """The number and the lines of all blocks that found room, the most important first, each moved by at most `most`
    times `step_px` (up is positive); `taken` grows by them.
    """
    ranked = sorted(((index, block) for index, block in enumerate(blocks) if block.lines), key=lambda one: -one[1].rank)
    found: list[tuple[int, tuple[Words, ...]]] = []
    if not ranked:
        return found
    boxes, aside_px = _kept_inside(np.array([block.box() for _, block in ranked]), frame_px[0])
    raised_px = np.arange(most + 1) * step_px
    # Every block at every height it may have, against every panel at once: (blocks, heights, 4).
    tried = boxes[:, None] - np.outer(raised_px, (0, 1, 0, 1))[None]
    is_free = (tried[..., 1] > 0) & (tried[..., 3] < frame_px[1])
    is_free &= ~_overlap(tried[:, :, None], panels[None, None]).any(axis=2)
    for (index, block), places, free, aside in zip(
        ranked, tried.tolist(), is_free.tolist(), aside_px.tolist(), strict=True
    ):
        for box, is_possible, up_px in zip(places, free, raised_px.tolist(), strict=True):
            if is_possible and not any(_meet(box, other) for other in taken):
                taken.append(tuple(box))
                x, y = block.at_px[0] + aside, block.at_px[1] - up_px
                found.append((index, tuple(replace(line, at_px=(x, y + line.at_px[1])) for line in block.lines)))
                break
    return found


def _kept_inside(boxes: Array, width_px: float) -> tuple[Array, Array]:
    """Boxes (n, 4) moved sideways where they would leave the picture, and by how much (n,)."""
    aside = np.maximum(EDGE_PX - boxes[:, 0], 0.0) - np.maximum(boxes[:, 2] - (width_px - EDGE_PX), 0.0)
    return boxes + np.outer(aside, (1, 0, 1, 0)), aside


def _overlap(a: Array, b: Array) -> NDArray[np.bool_]:
    """Whether boxes (..., 4) lie over each other."""
    across = (a[..., 0] < b[..., 2]) & (b[..., 0] < a[..., 2])
    return across & (a[..., 1] < b[..., 3]) & (b[..., 1] < a[..., 3])


def _meet(a: Sequence[float], b: Box) -> bool:
    """Whether two boxes lie over each other, with some room at their sides."""
    return a[0] - PADDING_PX < b[2] and b[0] - PADDING_PX < a[2] and a[1] < b[3] and b[1] < a[3]
