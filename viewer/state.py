"""The complete, frozen description of one frame: what `Stage.render` draws, given a bundle and its layout.

Nothing here is a difference from an earlier frame, and nothing refers to time. Positions on the picture are in
reference pixels: a frame is `REFERENCE_HEIGHT_PX` high, whatever its true size, and its width follows from the aspect
ratio.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from viewer.album import Album
    from viewer.cloud import Cloud
    from viewer.heat import Heat

REFERENCE_HEIGHT_PX = 1080.0

Theme = Literal["dark", "light"]
ColourRole = Literal[
    "text",
    "dim",
    "accent",
    "alarm",
    "difference",
    "gain",
    "loss",
    "track",
    "bar",
    "adds",
    "subtracts",
    "copies",
    "ground",
    "panel",
    "border",
    "ink",
    "chalk",
]
Anchor = Literal["left", "centre", "right"]
MapName = Literal["activation", "weight", "difference", "heat", "evidence"]
Tint = Literal["red", "green", "blue", "grey"]
"""One colour from dark (0 and below) to bright (1): the channels of a picture."""
Painted = Literal["picture"]
"""Not values in colours, but what was fed as the picture that it was."""
EdgeMode = Literal["contribution", "weight", "importance"]
EdgeLine = Literal["title", "drawn", "carried", "line"]
Part = Literal["title", "subtitle", "caption"]
Scope = Literal["layer", "net", "unit"]
ColourSet = Literal["standard", "safe"]


@dataclass(frozen=True, slots=True)
class Camera:
    """A perspective camera on a sphere round `target`, with a lens that can zoom and shift.

    `azimuth_deg` 0 looks at the spine from its side, 90 along it from the input. `zoom` scales the picture and `shift`
    moves it, both in normalised device units (the frame is 2 high and `2 * aspect` wide) after projection.
    """

    azimuth_deg: float = 52.0
    elevation_deg: float = 6.0
    fov_deg: float = 11.0
    distance: float = 136.0
    target: tuple[float, float, float] = (0.0, 0.0, 0.0)
    zoom: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Mute:
    """A part of the network that is switched off: a layer's whole output, one of its channels or units, or, with
    `position`, one cell of a channel; with `into`, only what goes from there into that channel or unit of `target`.

    What is muted is 0 for whatever comes after it.
    """

    layer: str
    channel: int | None = None
    position: tuple[int, ...] | None = None
    target: str | None = None
    into: int | None = None


@dataclass(frozen=True, slots=True)
class CaptureKey:
    """One input at one checkpoint of the bundle; with `mutes`, as the network answers without what they switch off."""

    input_id: str
    checkpoint_id: str
    mutes: tuple[Mute, ...] = ()


@dataclass(frozen=True, slots=True)
class Edges:
    """Which edges are drawn, and by what their strength goes.

    `contribution` is weight times activation, `weight` the weight alone, `importance` the mean size of the contribution
    over the bundle's inputs. `count` is how many of the whole net are drawn, the strongest; `None` is the strongest few
    into each channel, unit and class, `"all"` all of them. `at_most` cuts these down to a part that is quick to draw,
    for frames that are gone in a moment.
    """

    mode: EdgeMode = "contribution"
    count: int | Literal["all"] | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class NetView:
    """One copy of the network in the scene.

    Shown are the values of `capture`, or of `capture` blended towards `toward` by `blend` in 0..1; with `quantity`
    `difference` the signed difference `toward - capture` (`blend` scales it) times `gains`, one per plate, and no
    edges. `front` is how far the light has come along the spine, in plates (0: at the input; `None`: everything is
    lit).

    `spread` stretches the spine about the layout's centre, along x. `emphasis` is how strongly each plate and the edges
    at it are drawn, in 0..1, and `fans` how far the tiles of each plate have come out of its middle, in 0..1; one entry
    per plate, `None` is 1 for all. What has emphasis 0 is not there: it hides nothing and takes no room. With
    `says_gains` False the gains are not written at the plates.
    """

    capture: CaptureKey
    toward: CaptureKey | None = None
    blend: float = 0.0
    quantity: Literal["activation", "difference"] = "activation"
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    front: float | None = None
    edge_alpha: float = 1.0
    edge_width: float = 1.0
    opacity: float = 1.0
    heading: str = ""
    heading_role: ColourRole = "text"
    names: bool = True
    shapes: bool = True
    scales: bool = True
    gains: tuple[float, ...] | None = None
    edges: Edges = Edges()
    spread: float = 1.0
    emphasis: tuple[float, ...] | None = None
    fans: tuple[float, ...] | None = None
    says_gains: bool = True


@dataclass(frozen=True, slots=True)
class Loupe:
    """A part of one output enlarged: flat on the picture, over the nets and under the words.

    `part` has an entry for each axis of what `layer` puts out: `None` for an axis that is shown, else the place on it
    that is taken; `(None, None, 3)` is channel 3 of maps, `()` all there is. Rows and columns must be left, or one
    axis, which is laid out in rows of `columns` (`None`: about as many as there are rows). Shown are the values of
    `capture`, or with `toward` the signed difference `toward - capture` times `gain`; full colour is `scale`. With
    `filled` only so many cells are there yet, in reading order. `name` is what it is to the scene, for whoever points
    at it. With `colours` `picture` it is the picture that was fed at input `layer`, whole, whatever the `part` is.
    """

    layer: str
    part: tuple[int | None, ...]
    capture: CaptureKey
    box_px: tuple[float, float, float, float]
    scale: float
    toward: CaptureKey | None = None
    gain: float = 1.0
    output: int = 0
    columns: int | None = None
    alpha: float = 1.0
    colours: MapName | Tint | Painted | None = None
    filled: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table of numbers flat on the picture, over the nets and under the words: a window, a kernel, products.

    `values` are its rows; `None` is a cell that is not there. Full colour is `scale`. Each number is written in its
    cell, at most `number_px` high in reference pixels (0: none is), with its sign where `is_signed`, and with so many
    `decimals` (`None`: as many as a number as large as the scale needs). `name` is what it is to the scene, for whoever
    points at it or checks it.
    """

    name: str
    values: tuple[tuple[float | None, ...], ...]
    box_px: tuple[float, float, float, float]
    scale: float
    colours: MapName | Tint = "activation"
    alpha: float = 1.0
    number_px: float = 26.0
    is_signed: bool = True
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class SculptureView:
    """One sculpture of the bundle in the scene: units as spheres, the strongest edges as tubes between them.

    `step` is how far the bundling has come, in iterations and parts of one; 0 are straight edges between units that
    have not moved, `None` is the end. `focus` is the class that is lit while what serves others recedes; with `None`
    each class has its own colour. With `blend` in 0..1 it goes over to `toward`, which is chosen in the same way.
    `edges` is how many are drawn, the strongest; `None` as many as make a clear picture.
    """

    sculpture_id: str
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    step: float | None = None
    focus: int | None = None
    toward: int | None = None
    blend: float = 0.0
    edges: int | Literal["all"] | None = None
    opacity: float = 1.0
    edge_width: float = 1.0
    unit_size: float = 1.0
    names: bool = True
    heading: str = ""
    heading_role: ColourRole = "text"


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text. `at_px` is its anchor on the baseline, x from the left and y from the top, in reference
    pixels. With `fills` the text has places for what the frame says of its colours (`viewer.wording`). `tells` is what
    a line says of the strongest few contributions: where others are drawn the stage says that of these instead. `part`
    is what the line is to the picture, for whoever shows its words elsewhere. What is `of_class` has the colour of that
    class (`viewer.colour.class_colours`) and not of its role; bars and lines likewise.
    """

    text: str
    at_px: tuple[float, float]
    size_px: float = 21.0
    bold: bool = False
    role: ColourRole = "text"
    anchor: Anchor = "left"
    alpha: float = 1.0
    fills: bool = False
    tells: EdgeLine | None = None
    part: Part | None = None
    of_class: int | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled rectangle with round ends: `box_px` is left, top, width, height in reference pixels."""

    box_px: tuple[float, float, float, float]
    role: ColourRole = "bar"
    alpha: float = 1.0
    round_px: float = 4.0
    of_class: int | None = None


@dataclass(frozen=True, slots=True)
class Ramp:
    """A strip of a colour map from -1 (left) to +1 (right); of `heat`, which is of sizes, from 0."""

    box_px: tuple[float, float, float, float]
    map_name: MapName = "activation"
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Polyline:
    """A line through points in reference pixels, `width_px` wide."""

    points_px: tuple[tuple[float, float], ...]
    role: ColourRole = "difference"
    width_px: float = 4.0
    alpha: float = 1.0
    of_class: int | None = None


@dataclass(frozen=True, slots=True)
class Hud:
    """Everything flat that lies over the scene, drawn in this order: bars, ramps, lines, words."""

    bars: tuple[Bar, ...] = ()
    ramps: tuple[Ramp, ...] = ()
    lines: tuple[Polyline, ...] = ()
    words: tuple[Words, ...] = ()

    def __add__(self, other: Hud) -> Hud:
        """Both, `other` on top within each kind."""
        return Hud(self.bars + other.bars, self.ramps + other.ramps, self.lines + other.lines, self.words + other.words)


@dataclass(frozen=True, slots=True)
class Drift:
    """A line of relative changes along a net, from wherever it is seen: a level chart under `places` in the world.

    One of `changes` belongs to each place. All but the last share an axis that ends at `most_hidden`. The chart is
    `height_px` high and its base `below_px` under the lowest place, in reference pixels. `turn` is the number of a
    place that is marked, and the words that say what it is.
    """

    places: tuple[tuple[float, float, float], ...]
    changes: tuple[float, ...]
    most_hidden: float
    height_px: float = 60.0
    below_px: float = 100.0
    turn: tuple[int, str] | None = None
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Wire:
    """A line through points of the world, `width_px` wide in reference pixels whatever the distance: a frame round a
    tile, the border of a receptive field, the way from one to the next. It is drawn over everything, and is not moved
    by a net's `spread` or `offset`.
    """

    points: tuple[tuple[float, float, float], ...]
    role: ColourRole = "accent"
    width_px: float = 3.0
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class ViewState:
    """One frame, complete.

    `scale_of` is the capture by whose sizes all nets are coloured; with `None` it is those of all clean inputs. `scope`
    is what shares a scale: a layer, the whole net, or only a channel (of vectors: a layer); full colour is the
    `clip_percentile`-th percentile of |value|. `colours` `safe` keeps apart what colour-blind eyes confuse. With
    `bloom` 0 cells give off no light. `under` is flat on the picture too, over the nets and under loupes and grids:
    only its bars and lines are drawn. `about` is the cell of a layer's output that the frame is about, where it shows
    how one is computed, and `about_channel` the channel or unit, where a frame may be about another than its scene;
    nothing is drawn of either. `heats` are overlays in colours, `albums` small pictures in rows, `clouds` the images of
    a survey in space.
    """

    camera: Camera
    nets: tuple[NetView, ...]
    theme: Theme = "dark"
    hud: Hud = Hud()
    bloom: float = 0.75
    drifts: tuple[Drift, ...] = ()
    scale_of: CaptureKey | None = None
    scope: Scope = "layer"
    clip_percentile: float = 99.0
    colours: ColourSet = "standard"
    wires: tuple[Wire, ...] = ()
    sculptures: tuple[SculptureView, ...] = ()
    loupes: tuple[Loupe, ...] = ()
    grids: tuple[Grid, ...] = ()
    under: Hud = Hud()
    about: tuple[int, ...] | None = None
    about_channel: int | None = None
    heats: tuple[Heat, ...] = ()
    albums: tuple[Album, ...] = ()
    clouds: tuple[Cloud, ...] = ()
