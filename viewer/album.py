"""Small pictures in rows, as a view state has them: kernels, pictures of inputs, and images of surveys."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KernelTile:
    """A picture of one kernel: of `channel` of `layer` at a checkpoint, grey in its middle at 0.

    The kernel of a convolution over a picture of three channels is a picture in colours, of one channel in the colours
    of weights. That of a dense layer over a picture is laid out as that picture (a template). `taken` is one of the
    channels that it reads, where there are more than three.
    """

    layer: str
    channel: int
    checkpoint_id: str
    taken: int | None = None


@dataclass(frozen=True, slots=True)
class ImageTile:
    """The picture of an input: its middle `part` in 0..1 along each side, its differences from grey `contrast` times as
    large.
    """

    input_id: str
    part: float = 1.0
    contrast: float = 1.0


@dataclass(frozen=True, slots=True)
class ThumbnailTile:
    """An image of a survey, small: its picture where that was kept, else its thumbnail. `row` is its number there."""

    survey_id: str
    row: int


@dataclass(frozen=True, slots=True)
class PatchTile:
    """The part of a picture that excites a channel, as `viewer.learned.patches` finds it: what is not seen, such as
    padding, is in stripes. With `whole` it is the whole picture.
    """

    survey_id: str
    layer: str
    channel: int
    rank: int
    checkpoint_id: str
    whole: bool = False


Tile = KernelTile | ImageTile | ThumbnailTile | PatchTile


@dataclass(frozen=True, slots=True)
class Album:
    """Small pictures flat on the picture, over loupes and heats, that move together: one draw, however many.

    Tile number i lies in `start_px[i]` (left, top, width, height in reference pixels) and goes over to `end_px[i]` with
    `share` in 0..1, slowly, fast and slowly again: `share` itself runs evenly. The last goes `stagger` in 0..1 of the
    time later than the first, those between in their order (0: all at once). There is a thin border round each, and
    later ones lie over earlier ones. Keep the tuples from frame to frame: what is equal is uploaded once. `shows`
    is how many tiles are there yet (`None`: all). Full colour of kernels is `scale` (`None`: the largest weight of each
    tile's own kernel). `name` is what it is to the scene.
    """

    name: str
    tiles: tuple[Tile, ...]
    start_px: tuple[tuple[float, float, float, float], ...]
    end_px: tuple[tuple[float, float, float, float], ...] | None = None
    share: float = 0.0
    stagger: float = 0.0
    shows: int | None = None
    alpha: float = 1.0
    scale: float | None = None
