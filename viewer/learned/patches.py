"""Maximally activating patches: what pictures excite a channel most, in the very part that it sees there. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import BundleError, KerascopeError
from viewer.inspect.field import Shapes
from viewer.learned.read import image_names, layer_of, pass_of, picture, thumbnails, true_classes
from viewer.learned.windows import window_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Survey
    from viewer.learned.windows import Window

    Pair = tuple[int, int]
    Rgb = NDArray[np.uint8]

UNSEEN = (104, 112, 128)
HATCH = (136, 145, 163)
"""What is not seen is of two greys, in stripes: no picture has those."""
FINE_PX, STRIPES = 64, 12
"""A hatched tile is at least so many pixels high and wide, and has so many stripes along a side."""
SIGNED = ("linear", "softmax")
"""Activations after which a value that is not above 0 is still an answer."""


@dataclass(frozen=True, slots=True)
class Patch:
    """One place of one picture that excites a channel.

    Attributes
    ----------
    rank : 0 is the picture that excites the channel most.
    value : of the channel at this place.
    image, name, true_class : the picture's number in the survey, its name and class (`None`: not known).
    place : in the layer's output, beside the channels; empty of a vector.
    sides : rows and columns of the picture.
    window : what is seen of it.
    """

    layer: str
    channel: int
    rank: int
    value: float
    image: int
    name: str
    true_class: int | None
    place: tuple[int, ...]
    sides: Pair
    window: Window

    @property
    def start(self) -> Pair:
        """Row and column of the first pixel that is seen."""
        return self.window.start

    @property
    def stop(self) -> Pair:
        """Row and column behind the last pixel that is seen."""
        return self.window.stop

    @property
    def low(self) -> Pair:
        """As `start`, with padding: perhaps below 0."""
        return self.window.low

    @property
    def high(self) -> Pair:
        """As `stop`, with padding: perhaps beyond the picture."""
        return self.window.high


@dataclass(frozen=True, eq=False)
class PatchCells:
    """The pixels of a patch.

    Attributes
    ----------
    cells : (rows, columns, 3) uint8 of the window's frame; what is not seen (padding, or pixels that do not reach the
        place) is `UNSEEN`.
    is_seen : (rows, columns) bool.
    is_enlarged : whether they are those of the thumbnail, enlarged, as the picture was not kept.
    """

    cells: Rgb
    is_seen: NDArray[np.bool_]
    is_enlarged: bool


def patch_of(
    bundle: Bundle, survey: Survey, layer: str, channel: int, rank: int, checkpoint_id: str | None = None
) -> Patch:
    """One patch; without checkpoint at the last one that the survey looked at.

    Raises
    ------
    BundleError
        The survey did not look at the layer or the checkpoint, or is damaged.
    KerascopeError
        The layer has no such channel, or so many pictures were not kept of it.
    """
    tensors = layer_of(bundle, pass_of(bundle, survey, checkpoint_id), layer).tensors
    images = bundle.load(tensors["top_images"])
    channels, most = images.shape
    if not 0 <= channel < channels:
        expected = f"a channel from 0 to {channels - 1}"
        raise KerascopeError(f"{layer} has no such channel", expected=expected, got=channel, path=bundle.path)
    kept = int((images[channel] >= 0).sum())
    if not 0 <= rank < kept:
        what, remedy = f"no such picture of channel {channel} of {layer}", "survey again with a larger --top"
        raise KerascopeError(what, expected=f"a rank below {kept} of {most}", got=rank, remedy=remedy, path=bundle.path)
    image = int(images[channel, rank])
    if image >= survey.images:
        expected = f"one of {survey.images}"
        raise BundleError("a patch of an image that is not there", expected=expected, got=image, path=bundle.path)
    place = tuple(bundle.load(tensors["top_places"])[channel, rank].tolist())
    classes = true_classes(bundle, survey)
    sides = sides_of(bundle, survey)
    return Patch(
        layer=layer,
        channel=channel,
        rank=rank,
        value=float(bundle.load(tensors["top_values"])[channel, rank]),
        image=image,
        name=image_names(bundle, survey, [image])[0],
        true_class=None if classes is None or classes[image] < 0 else int(classes[image]),
        place=place,
        sides=sides,
        window=window_of(bundle, layer, place, channel, sides),
    )


def patches_of(
    bundle: Bundle, survey: Survey, layer: str, channel: int, k: int, checkpoint_id: str | None = None
) -> tuple[Patch, ...]:
    """The patches of the k pictures that excite a channel most, those that do excite it; none of a silent one.

    Raises as `patch_of` does.
    """
    counts = excited(bundle, survey, layer, checkpoint_id)
    if not 0 <= channel < len(counts):
        patch_of(bundle, survey, layer, channel, 0, checkpoint_id)
    shown = min(int(counts[channel]), k)
    return tuple(patch_of(bundle, survey, layer, channel, rank, checkpoint_id) for rank in range(shown))


def excited(bundle: Bundle, survey: Survey, layer: str, checkpoint_id: str | None = None) -> NDArray[np.int64]:
    """How many of the pictures that were kept for each channel (C) excite it; 0: it is silent.

    A picture excites a channel where its value is above the channel's least one over the whole survey, and, behind an
    activation that rests at 0, above 0.
    """
    tensors = layer_of(bundle, pass_of(bundle, survey, checkpoint_id), layer).tensors
    values = bundle.load(tensors["top_values"])
    fires = (bundle.load(tensors["top_images"]) >= 0) & (values > bundle.load(tensors["min"])[:, None])
    shown = bundle.layer(layer)
    if shown.value == "post-activation" and shown.activation not in (None, *SIGNED):
        fires &= values > 0
    counts: NDArray[np.int64] = fires.sum(axis=1)
    return counts


def widest(bundle: Bundle, survey: Survey, layer: str, count: int, checkpoint_id: str | None = None) -> tuple[int, ...]:
    """The channels with the greatest range of values over the survey, at most so many, by their numbers; no silent one.

    Of equal ranges the first channel is taken.
    """
    tensors = layer_of(bundle, pass_of(bundle, survey, checkpoint_id), layer).tensors
    ranges = bundle.load(tensors["max"]) - bundle.load(tensors["min"])
    loud = np.flatnonzero(excited(bundle, survey, layer, checkpoint_id))
    chosen = loud[np.argsort(-ranges[loud], kind="stable")[:count]]
    return tuple(sorted(chosen.tolist()))


def pixels_of(bundle: Bundle, survey: Survey, patch: Patch) -> PatchCells:
    """The pixels of a patch: those of the picture, exactly. Raises as `whole_picture` does."""
    whole, is_enlarged = whole_picture(bundle, survey, patch.image)
    window = patch.window
    cells = np.empty((*window.size, 3), np.uint8)
    cells[...] = UNSEEN
    is_seen = np.zeros(window.size, bool)
    (top, left), (bottom, right) = window.start, window.stop
    there = (
        slice(top - window.frame_low[0], bottom - window.frame_low[0]),
        slice(left - window.frame_low[1], right - window.frame_low[1]),
    )
    cells[there] = whole[top:bottom, left:right]
    is_seen[there] = True
    return PatchCells(cells, is_seen, is_enlarged)


def whole_picture(bundle: Bundle, survey: Survey, row: int) -> tuple[Rgb, bool]:
    """A picture (H, W, 3) uint8 in the size that the network sees, and whether it is a thumbnail made as large.

    Raises
    ------
    KerascopeError
        The survey has neither.
    """
    kept = picture(bundle, survey, row)
    if kept is not None:
        return np.broadcast_to(kept, (*kept.shape[:2], 3)), False
    small = thumbnails(bundle, survey)
    if small is None:
        remedy = "survey again with --thumbnails 32, or --pictures top"
        raise KerascopeError("the survey kept no pictures", got=f"image {row}", remedy=remedy, path=bundle.path)
    each = small[row]
    at = [np.arange(side) * have // side for side, have in zip(sides_of(bundle, survey), each.shape, strict=False)]
    large = each[np.ix_(*at)]
    return np.broadcast_to(large, (*large.shape[:2], 3)), large.shape != each.shape


def sides_of(bundle: Bundle, survey: Survey) -> Pair:
    """Rows and columns of the pictures of a survey, as the network sees them."""
    if "pictures" in survey.tensors:
        return survey.tensors["pictures"].shape[1], survey.tensors["pictures"].shape[2]
    fed = Shapes(bundle).of((bundle.manifest.model.inputs[0], 0))
    if len(fed) in (2, 3) and min(fed[:2]) > 1:
        return fed[0], fed[1]
    small = survey.tensors.get("thumbnails")
    return (1, 1) if small is None else (small.shape[1], small.shape[2])


def hatched(made: PatchCells, least_px: int = FINE_PX) -> Rgb:
    """The pixels of a patch (h, w, 3) uint8, with stripes where nothing is seen.

    Each pixel becomes a square, so that both sides have at least `least_px`, where there is something to hatch.
    """
    if made.is_seen.all():
        return made.cells
    times = max(1, -(-least_px // min(made.cells.shape[:2])))
    cells = made.cells.repeat(times, axis=0).repeat(times, axis=1)
    return striped(cells, made.is_seen.repeat(times, axis=0).repeat(times, axis=1))


def striped(cells: Rgb, is_seen: NDArray[np.bool_]) -> Rgb:
    """Cells (rows, columns, 3) uint8 with stripes of two greys where nothing is seen."""
    rows, columns = np.arange(is_seen.shape[0])[:, None], np.arange(is_seen.shape[1])
    wide = max(min(is_seen.shape) // (2 * STRIPES), 1)
    greys = np.array([UNSEEN, HATCH], np.uint8)
    shown: Rgb = np.where(is_seen[..., None], cells, greys[(rows + columns) // wide % 2])
    return shown


def in_digits(value: float) -> str:
    """A value in three digits.

    >>> in_digits(4.2231), in_digits(-0.00012), in_digits(1234.5)
    ('4.22', '\u22120.000120', '1,234')
    """
    text = f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:#.3g}".rstrip(".")
    return text.replace("-", "\u2212")
