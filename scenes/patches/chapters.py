"""Which layers and channels have something to show, and the patches that excite them most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from viewer.album import PatchTile
from viewer.learned.patches import excited, patches_of, pixels_of, widest
from viewer.learned.read import layer_of, pass_of, survey_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Survey, SurveyPass
    from scenes.options import SceneOptions
    from viewer.learned.patches import Patch

ROWS, MOST_ROWS, STAGES = 3, 4, 3
"""How many channels of a layer are shown, at most, and of how many layers where none is asked for."""


@dataclass(frozen=True)
class Row:
    """A channel, and the patches that excite it most; none: it is silent."""

    channel: int
    patches: tuple[Patch, ...]


@dataclass(frozen=True)
class Chapter:
    """The patches of one layer.

    Attributes
    ----------
    survey_id, source, images : of which data set, and of how many pictures.
    total, silent : how many channels the layer has, and how many of them nothing excites.
    traced : the patch that is shown in its whole picture; `None` where it is the whole picture.
    is_enlarged : whether the pictures were not kept, and the patches are parts of thumbnails.
    """

    layer: str
    checkpoint_id: str
    survey_id: str
    source: str
    images: int
    rows: tuple[Row, ...]
    total: int
    silent: int
    traced: Patch | None
    is_enlarged: bool

    @property
    def patches(self) -> tuple[Patch, ...]:
        """All of them, row by row."""
        return tuple(patch for row in self.rows for patch in row.patches)

    @property
    def aspect(self) -> float:
        """Width over height of a tile."""
        sizes = [patch.window.size for patch in self.patches]
        return float(np.clip(max(wide for _, wide in sizes) / max(high for high, _ in sizes), 1 / 3, 3))

    def tile(self, patch: Patch, *, whole: bool = False) -> PatchTile:
        """The tile of a patch."""
        return PatchTile(self.survey_id, patch.layer, patch.channel, patch.rank, self.checkpoint_id, whole)


def chapters_of(bundle: Bundle, options: SceneOptions, columns: int) -> tuple[Chapter, ...]:
    """What there is to show, with so many patches of each channel: of the layer that is asked for, else of an early, a
    middle and a late one.

    Raises
    ------
    KerascopeError
        There is no survey, or none of such a layer or checkpoint; the layer has no such channel; nothing excites any.
    """
    survey = survey_of(bundle)
    made = pass_of(bundle, survey, options.checkpoint_id)
    layers = (options.layer,) if options.layer is not None else stages_of(bundle, survey, made)
    found = (_chapter(bundle, survey, made, layer, options, columns) for layer in layers)
    chapters = tuple(chapter for chapter in found if chapter is not None)
    if not chapters:
        what = f"nothing in survey {survey.id} excites a channel of {', '.join(layers) or 'a layer'}"
        remedy = "survey more pictures, or ask for other channels"
        raise KerascopeError(what, expected="a channel that is not silent", remedy=remedy, path=bundle.path)
    return chapters


def stages_of(bundle: Bundle, survey: Survey, made: SurveyPass) -> tuple[str, ...]:
    """An early, a middle and a late layer of those that the survey looked at, but for the scores at the end: what has
    been through an activation, where there is enough of it.
    """
    outputs = bundle.manifest.model.outputs
    loud = [each.layer for each in made.layers if excited(bundle, survey, each.layer, made.checkpoint).any()]
    hidden = [name for name in loud if name not in outputs] or loud
    active = [name for name in hidden if bundle.layer(name).value == "post-activation"]
    among = active if len(active) >= STAGES else hidden
    places = np.unique(np.linspace(0, len(among) - 1, min(STAGES, len(among))).round().astype(int))
    return tuple(among[place] for place in places)


def _chapter(
    bundle: Bundle, survey: Survey, made: SurveyPass, layer: str, options: SceneOptions, columns: int
) -> Chapter | None:
    at = made.checkpoint
    layer_of(bundle, made, layer)
    counts = excited(bundle, survey, layer, at)
    channels = _asked(bundle, layer, options, len(counts)) or widest(bundle, survey, layer, ROWS, at)
    rows = tuple(Row(each, patches_of(bundle, survey, layer, each, columns, at)) for each in channels)
    firsts = [row.patches[0] for row in rows if row.patches]
    if not firsts:
        return None
    return Chapter(
        layer=layer,
        checkpoint_id=at,
        survey_id=survey.id,
        source=survey.source,
        images=survey.images,
        rows=rows,
        total=len(counts),
        silent=int((counts == 0).sum()),
        traced=_traced(firsts),
        is_enlarged=pixels_of(bundle, survey, firsts[0]).is_enlarged,
    )


def _asked(bundle: Bundle, layer: str, options: SceneOptions, count: int) -> tuple[int, ...]:
    asked = options.channels or (() if options.channel is None else (options.channel,))
    channels = tuple(dict.fromkeys(asked)) if options.layer is not None else ()
    if asked and options.layer is None:
        raise KerascopeError("channels of which layer?", expected="--layer with --channels", path=bundle.path)
    wrong = [channel for channel in channels if not 0 <= channel < count]
    if wrong:
        expected = f"channels from 0 to {count - 1}"
        raise KerascopeError(f"{layer} has no such channel", expected=expected, got=wrong[0], path=bundle.path)
    if len(channels) > MOST_ROWS:
        expected, remedy = f"at most {MOST_ROWS}", "kerascope sheet --of patches shows many"
        raise KerascopeError("too many channels", expected=expected, got=len(channels), remedy=remedy)
    return channels


def _traced(firsts: Sequence[Patch]) -> Patch | None:
    """A patch that is a part of its picture, if there is one: better one without stripes."""
    parts = [patch for patch in firsts if (patch.start, patch.stop) != ((0, 0), patch.sides)]
    return next((patch for patch in parts if not patch.window.is_cut), next(iter(parts), None))
