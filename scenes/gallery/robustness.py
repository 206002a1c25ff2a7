"""A standard network and one trained on attacks under the same growing perturbation: who changes its answer when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.contrast.drifting import Drifting
from scenes.contrast.frame import ContrastFrame
from scenes.contrast.pairs import Contrast, contrast_of
from scenes.contrast.words import ContrastWords
from scenes.easing import linear
from scenes.grid import AZIMUTH_DEG, ELEVATION_DEG, FOV_DEG, Grid, change_view, entry_of, grid_of
from scenes.options import SceneOptions
from scenes.panels.answer import answer_of
from scenes.timeline import Key, Marker, Timeline, Track
from viewer.layout import LayoutOptions
from viewer.scales import difference_gains, layer_scales
from viewer.state import Drift, NetView, ViewState

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.layout import Layout

CHECK = "frames"

CLEAN_SECS, LONGEST_GROWTH_SECS, STEP_SECS, VERDICT_SECS, BACK_SECS = 2.4, 6.5, 0.35, 5.0, 0.8
CHART_SHARE, CHART_UP_PX = 0.5, 34.0
"""How high the chart of changes is beside its room under a net, and how far over the end of that its base."""
EDGE_WIDTH, EDGE_ALPHA, BLOOM = 0.65, 0.75, 0.5


def layout_options(options: SceneOptions) -> LayoutOptions:
    """Two nets over each other: each has a low, wide part of the frame."""
    frame = ContrastFrame(options.aspect)
    share = frame.nets.right - frame.nets.left
    return LayoutOptions(
        aspect=options.aspect * share / (0.19 if frame.has_lists else 0.08),
        azimuth_deg=AZIMUTH_DEG,
        elevation_deg=ELEVATION_DEG,
        fov_deg=FOV_DEG,
        max_rows=1,
        label_room=0.0,
    )


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: both answers to the clean input, the perturbation growing step by step, the verdict, back.

    Raises
    ------
    KerascopeError
        No attacked input was captured at two checkpoints.
    """
    answer = answer_of(bundle)
    contrast = contrast_of(bundle, options, answer)
    frame, entry = ContrastFrame(options.aspect), entry_of(layout, bundle.manifest.model.inputs[0])
    grid = grid_of(layout, entry, frame.aspect, frame.nets, 2, frame.over_px, columns=1)
    track, duration_secs, markers = _journey(contrast)
    words = ContrastWords(bundle, contrast, answer, frame, grid.cells)
    charts = _Charts(bundle, layout, contrast, grid, frame.below_px)
    gains = _gains(bundle, layout, contrast, entry)
    scale_of = contrast.moments[0].seen[contrast.attacked].key

    def state_at(t_secs: float) -> ViewState:
        moment = round(track.at(t_secs))
        nets = _nets(layout, entry, contrast, moment, grid, gains)
        hud = words.at(moment)
        return ViewState(
            grid.camera, nets, options.theme, hud, bloom=BLOOM, drifts=charts.at(moment), scale_of=scale_of
        )

    return Timeline(duration_secs, state_at, loops=True, markers=markers)


def _journey(contrast: Contrast) -> tuple[Track[float], float, tuple[Marker, ...]]:
    """The number of the moment at each time, how long it all takes, and when who changes the answer."""
    last = len(contrast.moments) - 1
    growth_secs = min(LONGEST_GROWTH_SECS, STEP_SECS * last + 0.4)
    over_secs = CLEAN_SECS + growth_secs
    back_secs = over_secs + VERDICT_SECS
    track = Track((Key(0.0, 0.0), Key(CLEAN_SECS, float(last), growth_secs, linear), Key(back_secs, 0.0, BACK_SECS)))
    return track, back_secs + BACK_SECS, (Marker(0.0, "clean"), Marker(over_secs, "verdict"))


class _Charts:
    """The changes along both nets, on one axis."""

    def __init__(self, bundle: Bundle, layout: Layout, contrast: Contrast, grid: Grid, room_px: float) -> None:
        self._room_px = room_px
        self._contrast, first, last = contrast, contrast.moments[0], contrast.moments[-1]
        pairs = list(zip(first.seen, last.seen, strict=True))
        self._nets = [Drifting(bundle, layout, clean.key, end.key) for clean, end in pairs]
        ends = [net.changes(end.key) for net, (_, end) in zip(self._nets, pairs, strict=True)]
        self._most_hidden = max((change for changes in ends for change in changes[:-1]), default=0.0)
        self._feet = [net.feet(offset) for net, offset in zip(self._nets, grid.offsets, strict=True)]

    def at(self, moment: int) -> tuple[Drift, ...]:
        """Both at a moment."""
        seen = self._contrast.moments[moment].seen
        return tuple(
            Drift(
                feet, net.changes(each.key), self._most_hidden, CHART_SHARE * self._room_px, self._room_px - CHART_UP_PX
            )
            for feet, net, each in zip(self._feet, self._nets, seen, strict=True)
        )


def _nets(
    layout: Layout, entry: int, contrast: Contrast, moment: int, grid: Grid, gains: tuple[float, ...]
) -> tuple[NetView, ...]:
    """Both nets, and before each what it gets beside the clean input: the same."""
    nets, changes = [], []
    clean, shown = contrast.moments[0], contrast.moments[moment]
    for place, (before, after) in enumerate(zip(clean.seen, shown.seen, strict=True)):
        nets.append(
            NetView(
                after.key,
                offset=grid.offsets[place],
                edge_width=EDGE_WIDTH,
                edge_alpha=EDGE_ALPHA,
                names=not place,
                shapes=False,
                scales=False,
            )
        )
        heading = "same change" if place else "change"
        changes.append(change_view(layout, entry, (before.key, after.key), grid.before(place), gains, heading))
    return (*nets, *changes)


def _gains(bundle: Bundle, layout: Layout, contrast: Contrast, entry: int) -> tuple[float, ...]:
    """The gain of the perturbation, by its last step."""
    clean, last = (contrast.moments[place].seen[contrast.attacked].key for place in (0, -1))
    found = difference_gains(bundle, layout, layer_scales(bundle, layout, clean), clean, last)
    return tuple(gain if index == entry else 1.0 for index, gain in enumerate(found))
