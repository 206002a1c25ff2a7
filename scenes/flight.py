"""A flight from three nets to one channel in all of them: the states on the way, and what is said. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenes.approach import Approach, approach, frames, loupes
from scenes.closeup import channel_text, detail_line, gone, heads, layer_text, legends, name_line, numbers, shown
from scenes.panels.heading import margin_of
from scenes.parting import Parting, parting_of
from scenes.timeline import mixed
from viewer.state import Hud

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.attack_frame import AttackFrame
    from scenes.attack_journey import Moment
    from scenes.attacked import Attacked
    from scenes.options import SceneOptions
    from viewer.layout import Layout
    from viewer.state import Camera, NetView, ViewState


@dataclass(frozen=True, slots=True)
class Flight:
    """A way to a parting. `layer_hud` is said at its plates, `channel_hud` at its tiles, `name_hud` at both, and
    `legend_hud` all the while.
    """

    parting: Parting
    way: Approach
    name_hud: Hud
    layer_hud: Hud
    channel_hud: Hud
    legend_hud: Hud

    def state(self, state: ViewState, moment: Moment) -> ViewState:
        """What has become of the `state` of whole nets at a moment of the flight; the same before it."""
        if moment.fade <= 0:
            return state
        way, out = self.way, moment.out
        arrived, alpha = max(2.0 * moment.away - 1.0, 0.0), min(4.0 * out, 1.0)
        boxes = way.boxes(out)
        hud = state.hud + shown(self.legend_hud, moment.fade) + frames(self.parting, boxes, alpha if out > 0 else 0.0)
        hud += shown(self.name_hud, moment.away) + shown(self.channel_hud, out)
        hud += gone(shown(self.layer_hud, moment.away), out)
        clean, last = state.nets[0].capture, state.nets[-1].capture
        return replace(
            state,
            camera=way.camera(moment.away),
            nets=tuple(self._net(net, at, moment) for at, net in enumerate(state.nets)),
            hud=hud,
            drifts=tuple(replace(drift, alpha=max(1.0 - 2.0 * moment.fade, 0.0)) for drift in state.drifts),
            wires=tuple(replace(wire, alpha=arrived * (1.0 - alpha)) for wire in way.wires) if arrived > 0 else (),
            loupes=loupes(self.parting, clean, last, boxes, alpha) if out > 0 else (),
        )

    def _net(self, net: NetView, at: int, moment: Moment) -> NetView:
        """A net on its way: all plates but one fade, then it moves; the words at its plates are gone while it does."""
        kept = max(1.0 - 2.0 * moment.out, 0.0)
        emphasis = tuple(kept if plate == self.way.plate else 1.0 - moment.fade for plate in range(self.way.plates))
        faded = replace(net, emphasis=emphasis, edge_alpha=net.edge_alpha * (1.0 - moment.fade))
        if moment.away <= 0:
            return faded
        offset = mixed(net.offset, self.way.offsets[at], moment.away)
        return replace(faded, offset=offset, heading="", names=False, scales=False, says_gains=False)


def flight_of(
    bundle: Bundle,
    layout: Layout,
    attacked: Attacked,
    options: SceneOptions,
    far: Camera,
    frame: AttackFrame,
    ramps: Hud,
) -> Flight | None:
    """The flight to what was asked for, else to what differs most; `None` where nothing was kept to compare. `ramps`
    are the legends of the whole picture.

    Raises
    ------
    KerascopeError
        There is no such layer or channel, or the layer was not kept.
    """
    parting = parting_of(bundle, layout, attacked, options)
    if parting is None:
        return None
    way = approach(layout, parting, far, frame.aspect, frame.tiles)
    place = margin_of(frame.width_px), frame.names_right_px, frame.names_top_px
    plate, room_px = layout.plates[parting.plate], (frame.tiles.right - frame.tiles.left) * frame.width_px / 3 - 8.0
    inside = "" if plate.layer == parting.layer else f", in {plate.title}"
    class_names = bundle.manifest.model.class_names
    which = channel_text(parting, class_names, is_answer=plate.form.kind == "classes") + inside
    return Flight(
        parting,
        way,
        name_line(parting, *place),
        detail_line(layer_text(parting), *place) + heads(parting, way.plates_px),
        detail_line(which, *place) + heads(parting, way.boxes_px) + numbers(parting, way.boxes_px, room_px),
        legends(parting, ramps),
    )
