"""A flight from three nets to one channel in all of them: the states on the way, and what is said. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenes.attack.approach import Approach, approach, frames, loupes
from scenes.attack.closeup import channel_text, detail_line, gone, heads, layer_text, legends, name_line, numbers, shown
from scenes.panels.heading import margin_of
from scenes.timeline import mixed
from viewer.drift import faded
from viewer.state import Hud

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.attack.frame import AttackFrame
    from scenes.attack.journey import Moment
    from scenes.attack.parting import Parting
    from viewer.layout import Layout
    from viewer.state import Camera, NetView, Ramp, ViewState


@dataclass(frozen=True, slots=True)
class PlateLook:
    """How a plate is coloured: |value| that is full colour, and by how much its differences are enlarged."""

    scale: float
    gain: float


@dataclass(frozen=True, slots=True)
class Flight:
    """A way to a parting. `layer_hud` is said at its plates, `channel_hud` at its tiles, `name_hud` at both; the
    `legends` are those of the plates and of the tiles, at the `ramps`.
    """

    parting: Parting
    way: Approach
    name_hud: Hud
    layer_hud: Hud
    channel_hud: Hud
    legends: tuple[Hud, Hud]
    ramps: tuple[Ramp, ...]

    def state(self, state: ViewState, moment: Moment) -> ViewState:
        """What has become of the `state` of whole nets at a moment of the flight; the same before it."""
        if moment.fade <= 0:
            return state
        way, out = self.way, moment.out
        arrived, alpha = max(4.0 * moment.away - 3.0, 0.0), min(4.0 * out, 1.0)
        nets = tuple(self._net(net, at, moment) for at, net in enumerate(state.nets))
        boxes = way.boxes(out)
        own = replace(state.hud, ramps=state.hud.ramps if moment.fade < 0.5 else self.ramps)
        hud = own + frames(self.parting, boxes, alpha) + self._legend(moment)
        hud += faded(self.name_hud, arrived) + shown(self.channel_hud, out)
        hud += gone(faded(self.layer_hud, arrived), out)
        clean, last = state.nets[0].capture, state.nets[-1].capture
        return replace(
            state,
            camera=way.camera(moment.away),
            nets=nets,
            hud=hud,
            drifts=tuple(replace(drift, alpha=max(1.0 - 2.0 * moment.fade, 0.0)) for drift in state.drifts),
            wires=way.wires([net.offset for net in nets], arrived * (1.0 - alpha)),
            loupes=loupes(self.parting, clean, last, boxes, alpha) if out > 0 else (),
        )

    def _legend(self, moment: Moment) -> Hud:
        here, there = self.legends
        if here == there:
            return shown(here, moment.fade)
        return gone(shown(here, moment.fade), moment.out) + shown(there, moment.out)

    def _net(self, net: NetView, at: int, moment: Moment) -> NetView:
        """A net on its way: all plates but one fade, then it moves; the words at its plates are gone while it does."""
        kept = max(1.0 - 2.0 * moment.out, 0.0)
        emphasis = tuple(kept if plate == self.way.plate else 1.0 - moment.fade for plate in range(self.way.plates))
        fading = replace(net, emphasis=emphasis, edge_alpha=net.edge_alpha * (1.0 - moment.fade))
        if moment.away <= 0:
            return fading
        offset = mixed(net.offset, self.way.offsets[at], moment.away)
        return replace(fading, offset=offset, heading="", names=False, scales=False, says_gains=False)


def flight_of(
    parting: Parting,
    bundle: Bundle,
    layout: Layout,
    far: Camera,
    frame: AttackFrame,
    look: PlateLook,
    ramps: tuple[Ramp, ...],
) -> Flight:
    """The flight from the camera `far` to `parting`. `ramps` are the colours that are explained there."""
    way = approach(layout, parting, far, frame.aspect, frame.tiles)
    place = margin_of(frame.width_px), frame.names_right_px, frame.names_top_px
    shows, room_px = layout.plates[parting.plate], (frame.tiles.right - frame.tiles.left) * frame.width_px / 3 - 8.0
    inside = "" if shows.layer == parting.layer else f", in {shows.title}"
    class_names = bundle.manifest.model.class_names
    which = channel_text(parting, class_names, is_answer=shows.form.kind == "classes") + inside
    what = layer_text(parting, is_mean=shows.form.kind == "closed" and not inside) + inside
    return Flight(
        parting,
        way,
        name_line(parting, *place),
        detail_line(what, *place) + heads(look.gain, way.plates_px),
        detail_line(which, *place) + heads(parting.gain, way.boxes_px) + numbers(parting, way.boxes_px, room_px),
        (legends(look.scale, look.gain, ramps), legends(parting.scale, parting.gain, ramps)),
        ramps,
    )
