"""Words of a frame that lie over each other, or that the frame cuts off: nobody reads them from the last row."""

from __future__ import annotations

from itertools import combinations

from exporter.bundle import Bundle
from viewer.drift import flat_of
from viewer.grids import grid_words
from viewer.labels import Box, box_of, frame_labels
from viewer.layout import Layout
from viewer.scopes import Colouring, Scales, colouring_of, scales_of
from viewer.state import REFERENCE_HEIGHT_PX, ViewState, Words

FRAME = "(the frame)"
SEEN = 0.05
"""Words fainter than this are on their way in or out."""
SLACK_PX = 1.0
"""What boxes may share: letters do not fill them to the last pixel."""

_measured: dict[tuple[int, int, Colouring], tuple[Bundle, Layout, Scales]] = {}


def overlaps(layout: Layout, bundle: Bundle, state: ViewState, aspect: float) -> list[tuple[str, str]]:
    """Pairs of texts that overlap on the frame of `state`; a text that is cut off is told with `FRAME`.

    Looked at are all words that the stage draws: those of the scene, numbers of grids, labels of plates, charts.
    """
    boxes = [(line.text, box_of(line)) for line in words_of(layout, bundle, state, aspect)]
    cut = [(text, FRAME) for text, box in boxes if is_cut(box, aspect)]
    pairs = combinations(boxes, 2)
    return cut + [(one, other) for (one, first), (other, second) in pairs if is_over(first, second)]


def words_of(layout: Layout, bundle: Bundle, state: ViewState, aspect: float) -> list[Words]:
    """All lines of text that can be seen on the frame of `state`."""
    labels = frame_labels(layout, state, aspect, _scales(bundle, layout, state)) if state.nets else ()
    numbers = (line for grid in state.grids for line in grid_words(grid, state.theme, state.colours))
    lines = (*numbers, *labels, *flat_of(state, aspect).words)
    return [line for line in lines if line.text.strip() and line.alpha > SEEN]


def is_over(one: Box, other: Box) -> bool:
    """Whether two boxes lie over each other by more than a hair."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    return across > SLACK_PX and min(one[3], other[3]) - max(one[1], other[1]) > SLACK_PX


def is_cut(box: Box, aspect: float) -> bool:
    """Whether a box reaches beyond the frame."""
    left, top, right, bottom = box
    return left < 0 or top < 0 or right > REFERENCE_HEIGHT_PX * aspect or bottom > REFERENCE_HEIGHT_PX


def _scales(bundle: Bundle, layout: Layout, state: ViewState) -> Scales:
    """The scales of the plates; measured once for a bundle and its layout, as many frames are looked at."""
    key = id(bundle), id(layout), colouring_of(state)
    if key not in _measured:
        _measured[key] = bundle, layout, scales_of(bundle, layout, key[2])  # kept alive: ids are not used again
    return _measured[key][2]
