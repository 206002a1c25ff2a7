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
from viewer.typeset import ASCENT, DESCENT, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.layout import Layout, Plate
    from viewer.state import Camera, NetView, ViewState

    Array = NDArray[np.float64]

NAME_PX = 21.0
HEAD_PX = 24.0
LINE_PX = 26.0
PADDING_PX = 7.0
EDGE_PX = 8.0
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that stand or fall together, over or under one plate."""

    lines: tuple[Words, ...]
    rank: float

    def box(self, raised_px: float) -> Box:
        """Left, top, right, bottom of all lines when raised."""
        boxes = [box_of(line) for line in self.lines]
        return (
            min(b[0] for b in boxes),
            min(b[1] for b in boxes) - raised_px,
            max(b[2] for b in boxes),
            max(b[3] for b in boxes) - raised_px,
        )


def box_of(line: Words) -> Box:
    """Left, top, right, bottom of a line of text in reference pixels."""
    width = width_of(line.text, line.size_px, line.bold)
    left = line.at_px[0] - width * {"left": 0.0, "centre": 0.5, "right": 1.0}[line.anchor]
    return left, line.at_px[1] - ASCENT * line.size_px, left + width, line.at_px[1] + DESCENT * line.size_px


def frame_labels(layout: Layout, state: ViewState, aspect: float, scales: tuple[float, ...]) -> tuple[Words, ...]:
    """The labels of all nets of a frame that have room beside each other and beside the words of the scene."""
    taken = [box_of(line) for line in flat_of(state, aspect).words if line.text]
    panels = [box for net in state.nets for box in _panel_boxes(layout, net, state.camera, aspect)]
    words: list[Words] = []
    for net in state.nets:
        others = panels if len(state.nets) > 1 else []
        mine = label_words(layout, net, state.camera, aspect, scales, keep_off=taken, others=others)
        taken += [box_of(line) for line in mine]
        words += mine
    return tuple(words)


def label_words(
    layout: Layout,
    net: NetView,
    camera: Camera,
    aspect: float,
    scales: tuple[float, ...],
    *,
    keep_off: Sequence[Box] = (),
    others: Sequence[Box] = (),
) -> tuple[Words, ...]:
    """The labels of one net that have room, most important first: ends of the net, then larger plates.

    A label that would lie over another, over a plate, one of the `others` (plates of other nets) or one of the words
    `keep_off` is moved away from its plate by up to two lines, and left out where that does not help.
    """
    panels = [*_panel_boxes(layout, net, camera, aspect), *others]
    tops, bottoms = _anchors(layout, net, camera, aspect)
    gains = net.gains or (None,) * len(layout.plates)
    above = [_name_block(*each) for each in zip(layout.plates, repeat(net), tops, gains, strict=False)]
    below = [
        _size_block(plate, net, bottom, scale)
        for plate, bottom, scale in zip(layout.plates, bottoms, scales, strict=True)
    ]
    taken = list(keep_off)
    width_px = REFERENCE_HEIGHT_PX * aspect
    above, below = ([_kept_inside(block, width_px) for block in blocks] for blocks in (above, below))
    most = 2 if layout.rows == 1 else 0  # between rows, a label that has moved could belong to either
    words = [line for block in _by_rank(above) for line in _placed(block, taken, panels, LINE_PX, most)]
    words += [line for block in _by_rank(below) for line in _placed(block, taken, panels, -LINE_PX, most // 2)]
    return tuple(words)


def _panel_boxes(layout: Layout, net: NetView, camera: Camera, aspect: float) -> list[Box]:
    """Where each panel lies on the picture."""
    corners = project(camera, world_of(net, layout, layout.corners()), aspect).reshape(-1, 4, 2)
    lows, highs = corners.min(axis=1), corners.max(axis=1)
    return [(float(a), float(b), float(c), float(d)) for (a, b), (c, d) in zip(lows, highs, strict=True)]


def _anchors(layout: Layout, net: NetView, camera: Camera, aspect: float) -> tuple[Array, ...]:
    """On the picture: middle of the top and of the bottom border of each plate, (n, 2) each."""
    centres = world_of(net, layout, [plate.centre for plate in layout.plates])
    half = np.array([[0.0, plate.size[1] / 2, 0.0] for plate in layout.plates])
    across = np.array([[0.0, 0.0, plate.size[0] / 2] for plate in layout.plates])
    # The higher of the two top corners, the lower of the two bottom ones: words never touch their plate.
    top = [project(camera, centres + half + side, aspect) for side in (-across, across)]
    bottom = [project(camera, centres - half + side, aspect) for side in (-across, across)]
    tops = np.c_[(top[0][:, 0] + top[1][:, 0]) / 2, np.minimum(top[0][:, 1], top[1][:, 1])]
    bottoms = np.c_[(bottom[0][:, 0] + bottom[1][:, 0]) / 2, np.maximum(bottom[0][:, 1], bottom[1][:, 1])]
    return tops, bottoms


def _rank(plate: Plate) -> float:
    ends = {"picture": 1e6, "classes": 1e6}.get(plate.form.kind, 0.0)
    return ends + plate.size[0] * plate.size[1] - 1e-3 * plate.station


def _name_block(plate: Plate, net: NetView, at: Array, gain: float | None) -> _Block:
    x, y = float(at[0]), float(at[1]) - 14.0
    reached = net.front is not None and round(net.front) == plate.station
    rank = _rank(plate)
    if plate.station == 0 and net.heading:
        text = net.heading if gain is None else f"{net.heading} \u00d7{gain:g}"
        return _Block((Words(text, (x, y), HEAD_PX, True, net.heading_role, "centre", net.opacity),), rank)
    if gain is not None:
        return _Block((Words(f"\u00d7{gain:g}", (x, y), HEAD_PX, True, "difference", "centre", net.opacity),), rank)
    if not net.names:
        return _Block((), rank)
    if plate.form.kind == "weights":
        return _Block((Words("kernel", (x, y), NAME_PX, False, "dim", "centre", net.opacity),), rank)
    return _Block((Words(plate.title, (x, y), NAME_PX, reached, "text", "centre", net.opacity),), rank)


def _size_block(plate: Plate, net: NetView, at: Array, scale: float) -> _Block:
    x, y = float(at[0]), float(at[1]) + 30.0
    texts = []
    if net.shapes:
        texts.append(size_text(plate))
    if net.shapes and plate.group:
        texts.append(f"{plate.layers} layers")
    if net.scales and (scale == 0 or plate.form.kind in ("maps", "vector", "closed", "weights")):
        texts.append(scale_text(scale, is_mean=plate.form.kind == "closed"))
    return _Block(
        tuple(
            Words(text, (x, y + i * LINE_PX), NAME_PX, False, "dim", "centre", net.opacity)
            for i, text in enumerate(texts)
        ),
        _rank(plate),
    )


def size_text(plate: Plate) -> str:
    """The size of what a plate shows: `62\u00d762\u00d710`; `62\u00d762\u00d74 of 10` where 4 channels were kept."""
    shape, shown = plate.form.shape, plate.form.channels
    if plate.form.kind in ("maps", "closed") and not plate.form.channels_first and shown < shape[-1]:
        return "\u00d7".join(map(str, (*shape[:-1], shown))) + f" of {shape[-1]}"
    if plate.form.kind in ("vector", "classes") and shown < prod(shape):
        return f"{shown} of " + "\u00d7".join(map(str, shape))
    return "\u00d7".join(map(str, shape))


def scale_text(scale: float, *, is_mean: bool = False) -> str:
    """The scale of a layer in words: `\u00b10.88`, or `mean 0.12` for the mean map of a closed plate.

    >>> scale_text(0.876), scale_text(12345.0), scale_text(0.5, is_mean=True), scale_text(0.0)
    ('\u00b10.88', '\u00b11.2e+04', 'mean 0.50', 'not kept')
    """
    if scale == 0:
        return "not kept"
    number = f"{scale:.2f}" if 0.05 <= scale < 1000 else f"{scale:.2g}"
    return f"mean {number}" if is_mean else f"\u00b1{number}"


def _kept_inside(block: _Block, width_px: float) -> _Block:
    """The block, moved sideways where it would leave the picture."""
    if not block.lines:
        return block
    left, _, right, _ = block.box(0.0)
    aside = max(EDGE_PX - left, 0.0) - max(right - (width_px - EDGE_PX), 0.0)
    return replace(
        block, lines=tuple(replace(line, at_px=(line.at_px[0] + aside, line.at_px[1])) for line in block.lines)
    )


def _by_rank(blocks: list[_Block]) -> list[_Block]:
    return sorted((block for block in blocks if block.lines), key=lambda block: -block.rank)


def _placed(block: _Block, taken: list[Box], panels: list[Box], step_px: float, most: int) -> tuple[Words, ...]:
    """The block's lines where it found room, moved by at most `most` times `step_px` (up is positive); nothing where it
    did not.
    """
    for steps in range(most + 1):
        raised_px = steps * step_px
        box = block.box(raised_px)
        on_picture = box[1] > 0 and box[3] < REFERENCE_HEIGHT_PX
        if (
            on_picture
            and not any(_overlap(box, other, PADDING_PX) for other in taken)
            and not any(_overlap(box, panel, 0.0) for panel in panels)
        ):
            taken.append(box)
            return tuple(replace(line, at_px=(line.at_px[0], line.at_px[1] - raised_px)) for line in block.lines)
    return ()


def _overlap(a: Box, b: Box, padding_px: float) -> bool:
    return a[0] - padding_px < b[2] and b[0] - padding_px < a[2] and a[1] < b[3] and b[1] < a[3]
