"""Images of a survey as a cloud of thumbnails, as a view state has it, and the ways of inputs through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TrackRole = Literal["alarm", "accent", "text"]
"""Some of the roles of colours (`viewer.state.ColourRole`)."""
ColourBy = Literal["picture", "class", "prediction", "margin", "wrong"]
GRID = "grid"
"""The layout of all images in rows, class after class."""


@dataclass(frozen=True, slots=True)
class Track:
    """The way of some inputs of the bundle through a cloud: a line with their pictures along it, the last one large.

    `inputs` are in order; those that an embedding does not know are left out, and in a layout that knows none of them
    there is no track. `shown` in 0..1 is how far it has come. `label` stands beside the last picture, in the colour of
    class `of_class`. `side` and `head` are how many times as large as a thumbnail the pictures and the last one are.
    """

    inputs: tuple[str, ...]
    shown: float = 1.0
    role: TrackRole = "alarm"
    label: str = ""
    of_class: int | None = None
    side: float = 1.8
    head: float = 5.0
    width_px: float = 4.0
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Cloud:
    """All images of a survey as thumbnails in space that face the reader: one draw, however many.

    `start` and `end` are ids of embeddings of that survey, or `grid`; the images go from one to the other with `share`
    in 0..1, slowly, fast and slowly again: `share` itself runs evenly. The last goes `stagger` in 0..1 of the time
    later than the first, in the order of the grid. Images with a place in one alone come or go there. Embeddings of two
    dimensions lie in the plane that camera azimuth 0 faces; all but the outermost hundredth of each lies within 1 of
    its middle. `wall_aspect` is width over height of the grid.

    A thumbnail is `side` wide in the world, in the grid as wide as there is room. `tint` in 0..1 is how far pictures on
    black or white ground are drawn as ink of their colour, without their ground. Colours are by `colour_by`, or on the
    way to `colour_to` by `recolour` in 0..1; answers are those of `checkpoint_id` (`None`: the last that was surveyed).
    What is not among the rows `lit` loses the part `dim` of its strength. `labels` is how strongly the names of the
    classes stand at their middles. `name` is what it is to the scene. What the colours mean is said
    at `legend_px`, which is left, baseline and right border in reference pixels (`None`: it is not said).
    """

    name: str
    survey_id: str
    start: str
    end: str | None = None
    share: float = 0.0
    stagger: float = 0.0
    side: float = 0.04
    colour_by: ColourBy = "class"
    colour_to: ColourBy | None = None
    recolour: float = 0.0
    checkpoint_id: str | None = None
    tint: float = 0.0
    lit: tuple[int, ...] = ()
    dim: float = 0.0
    alpha: float = 1.0
    labels: float = 0.0
    wall_aspect: float = 1.0
    tracks: tuple[Track, ...] = ()
    legend_px: tuple[float, float, float] | None = None
