"""Words at a sculpture: each layer's name over it, how many units it has under it, and the classes at the last one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import project
from viewer.labels import LINE_PX, NAME_PX, box_of
from viewer.state import REFERENCE_HEIGHT_PX, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from viewer.labels import Box
    from viewer.sculptures.read import Drawn
    from viewer.state import Anchor, Camera, SculptureView

OVER_PX, UNDER_PX, BESIDE_PX = 10.0, 28.0, 16.0
PADDING_PX = 6.0
RECEDED = 0.3
MOST_CLASSES, MOST_LAYERS = 24, 10
MOST_MOVES = 2


def sculpture_labels(
    drawn: Drawn, view: SculptureView, camera: Camera, aspect: float, names: Sequence[str], keep_off: Sequence[Box] = ()
) -> tuple[Words, ...]:
    """The words that have room: none lies over another, over one of the boxes `keep_off`, or leaves the frame.

    `names` are those of the model's classes; where there are none they are numbered.
    """
    if not view.names:
        return ()
    offset = np.asarray(view.offset, np.float32)
    places = project(camera, drawn.units_at(view.step) + offset, aspect)
    frames = project(camera, drawn.frames + offset, aspect).reshape(-1, 4, 2)
    frame = 0.0, 0.0, REFERENCE_HEIGHT_PX * aspect, REFERENCE_HEIGHT_PX
    taken, found = list(keep_off), []
    if (
        len(drawn.layers) > MOST_LAYERS
    ):  # the planes of a deep net hide each other: only what stands clear of all is said
        low, high = frames.min(axis=1), frames.max(axis=1)
        taken += [(*a, *b) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
    for line, step_px in (*_class_lines(drawn, view, places, names), *_layer_lines(drawn, view, frames)):
        for moved in range(MOST_MOVES + 1 if step_px else 1):
            there = replace(line, at_px=(line.at_px[0], line.at_px[1] + moved * step_px))
            box = box_of(there)
            if _is_inside(box, frame) and not any(_meet(box, other) for other in taken):
                taken.append(box)
                found.append(there)
                break
    return tuple(found)


def _layer_lines(drawn: Drawn, view: SculptureView, frames: NDArray[np.float64]) -> Iterator[tuple[Words, float]]:
    """The ends of the net first, then the larger layers: what comes first has room. With each line, how far it moves
    away from its frame where there is none.
    """
    last = len(drawn.layers) - 1
    order = sorted(range(last + 1), key=lambda i: (i not in (0, last), -drawn.layers[i].units))
    for index in order:
        layer, corners = drawn.layers[index], frames[index]
        units = f"{layer.units} unit{'s' * (layer.units > 1)}"
        over, under = _beside(corners[:2], layer.name, -OVER_PX), _beside(corners[2:], units, UNDER_PX)
        yield Words(layer.name, over, NAME_PX, anchor="centre", alpha=view.opacity), -LINE_PX
        yield Words(units, under, NAME_PX, role="dim", anchor="centre", alpha=view.opacity), LINE_PX


def _beside(edge: NDArray[np.float64], text: str, away_px: float) -> tuple[float, float]:
    """Where `text` is centred so far over or under the middle of a frame's edge, clear of it however it slants."""
    x, y = edge.mean(axis=0)
    half_px = width_of(text, NAME_PX) / 2
    (left, one), (right, other) = edge
    rise = min(abs(other - one) / max(abs(right - left), 1e-6) * half_px, abs(other - one) / 2)
    return float(x), float(y) + away_px + float(np.copysign(rise, away_px))


def _class_lines(
    drawn: Drawn, view: SculptureView, places: NDArray[np.float64], names: Sequence[str]
) -> Iterator[tuple[Words, float]]:
    """The classes beside their units, on the side where the net is not, those that are lit first; none where the last
    units are not the classes.
    """
    last = drawn.layers[-1].units
    if last != len(drawn.classes) or last < 2 or last > MOST_CLASSES:
        return
    shares = [_lit_share(view, number) for number in drawn.classes]
    middle_px = float(places[:, 0].min() + places[:, 0].max()) / 2
    for place in sorted(range(last), key=lambda i: -shares[i]):
        number = drawn.classes[place]
        x, y = places[len(places) - last + place].tolist()
        text = names[number] if number < len(names) else str(number)
        alpha = view.opacity * (RECEDED + (1 - RECEDED) * shares[place])
        anchor: Anchor = "right" if x < middle_px else "left"
        away_px = -BESIDE_PX if x < middle_px else BESIDE_PX
        at_px = x + away_px * view.unit_size, y + 0.35 * NAME_PX
        is_lit = shares[place] > 0.5
        yield Words(text, at_px, NAME_PX, is_lit, "text", anchor, alpha, of_class=number), 0.0


def _lit_share(view: SculptureView, number: int) -> float:
    """How far a class is lit, 0 to 1."""
    here, there = (float(focus in (None, number)) for focus in (view.focus, view.toward))
    return here + (there - here) * view.blend


def _is_inside(box: Box, frame: Box) -> bool:
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


def _meet(a: Box, b: Box) -> bool:
    return a[0] - PADDING_PX < b[2] and b[0] - PADDING_PX < a[2] and a[1] < b[3] and b[1] < a[3]
