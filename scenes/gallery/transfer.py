"""One perturbation through the network: what it does here, whether it was made here or on another model."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from scenes.attack.attacked import Attacked
from scenes.attack.size import change_size
from scenes.framing import camera_for
from scenes.options import SceneOptions
from scenes.panels.answer import answer_of
from scenes.panels.classes import Place
from scenes.timeline import Timeline
from scenes.transfer.frame import (
    AZIMUTH_DEG,
    CHART_BELOW_PX,
    CHART_HEIGHT_PX,
    CHART_TITLE_PX,
    ELEVATION_DEG,
    FOV_DEG,
)
from scenes.transfer.growth import END_AT, MARKERS, Growth
from scenes.transfer.transferred import transfer_of
from scenes.transfer.words import fixed_words, frame_of, moment_words, role_of, usual_frame
from viewer.camera import project
from viewer.layout import LayoutOptions
from viewer.scales import difference_gains, layer_scales
from viewer.state import ColourRole, Drift, NetView, ViewState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from scenes.attack.attacked import Step
    from scenes.framing import Offset
    from scenes.transfer.growth import Moment
    from viewer.layout import Layout

CHECK = "frames"

SHOWN = "input"
"""What the upper net is shown, clean or attacked: one word, as a file to walk round in has only one for all states."""


def layout_options(options: SceneOptions) -> LayoutOptions:
    """Two nets over each other: each has a low, wide part of the frame."""
    return LayoutOptions(
        aspect=usual_frame(options.aspect).row_aspect,
        azimuth_deg=AZIMUTH_DEG,
        elevation_deg=ELEVATION_DEG,
        fov_deg=FOV_DEG,
        max_rows=1,
        label_room=0.0,
    )


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: the clean input, the perturbation growing in, what noise of the same size does, the verdict,
    and back. It lasts the same for every bundle.

    Raises
    ------
    KerascopeError
        The bundle has no attack, or not the chosen one.
    """
    answer = answer_of(bundle)
    transfer = transfer_of(bundle, options, answer)
    attacked = Attacked(bundle, layout, transfer.run, answer)
    steps, growth = attacked.steps, Growth(len(attacked.steps) - 1)
    frame = frame_of(options.aspect, transfer)
    offsets = frame.offsets(layout)
    view = {"azimuth_deg": AZIMUTH_DEG, "elevation_deg": ELEVATION_DEG, "fov_deg": FOV_DEG}
    camera = camera_for(layout, frame.aspect, frame.nets, offsets=offsets, **view)
    clean, last = steps[0].key, steps[-1].key
    gains = difference_gains(bundle, layout, layer_scales(bundle, layout, clean), clean, last)
    feet = _feet(layout, attacked.spine, offsets[1])
    seen = project(camera, feet, frame.aspect)
    title_px = float(seen[:, 1].max()) + CHART_BELOW_PX + CHART_TITLE_PX
    chart = Place(float(seen[:, 0].min()), float(seen[:, 0].max()), title_px)
    fixed = fixed_words(bundle, transfer, frame)
    moved = cache(lambda step: change_size(bundle, clean, steps[step].key))
    hidden = max(attacked.changes(steps[-1])[:-1], default=0.0)

    def state_at(t_secs: float) -> ViewState:
        moment = growth.at(t_secs)
        nets = _nets(steps, moment, offsets, gains, role_of(transfer.steps[moment.answered]))
        changes = tuple(change * moment.blend for change in attacked.changes(steps[moment.step]))
        drift = Drift(feet, changes, hidden, CHART_HEIGHT_PX, CHART_BELOW_PX)
        hud = fixed + moment_words(transfer, frame, moment, moved(moment.step), chart)
        return ViewState(camera, nets, options.theme, hud, bloom=0.5, drifts=(drift,), scale_of=clean)

    return Timeline(END_AT, state_at, loops=True, markers=MARKERS)


def _nets(
    steps: Sequence[Step], moment: Moment, offsets: Sequence[Offset], gains: tuple[float, ...], role: ColourRole
) -> tuple[NetView, ...]:
    """What the network makes of what it is shown, and under it what the perturbation changes."""
    clean, there = steps[0].key, steps[moment.step].key
    above, below = offsets
    here = clean if moment.blend < 1 else there
    shown = NetView(
        here, there, moment.blend, offset=above, edge_width=0.65, edge_alpha=0.75, shapes=False, heading=SHOWN,
        heading_role=role,
    )  # fmt: skip
    change = NetView(
        clean, there, moment.blend, "difference", below, edge_alpha=0.0, shapes=False, scales=False, names=False,
        heading="perturbation", heading_role="difference", gains=gains,
    )  # fmt: skip
    return shown, change


def _feet(layout: Layout, spine: tuple[int, ...], below: Offset) -> tuple[Offset, ...]:
    """The middle of the lower border of each plate of the spine, in the lower net."""
    feet = []
    for index in spine:
        x, y, z = layout.plates[index].centre
        feet.append((x + below[0], y - layout.plates[index].size[1] / 2 + below[1], z + below[2]))
    return tuple(feet)
