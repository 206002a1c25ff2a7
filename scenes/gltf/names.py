"""What the nodes of a GLB are called: nets, plates and states, each name once among its like. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.bundle.checks import output_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporter.bundle import Bundle
    from scenes.gltf.reel import NetReel, Reel, Still
    from viewer.layout import Layout, Plate


def net_names(reel: Reel) -> tuple[str, ...]:
    """The headings of the nets, then those of the sculptures; without one `net`, and the id of a sculpture."""
    nets = [net.stills[0].net.heading or "net" if net.stills else "net" for net in reel.nets]
    return unique([*nets, *(cast.first.heading or cast.first.sculpture_id for cast in reel.casts)])


def plate_names(layout: Layout, net: str, n_nets: int) -> tuple[str, ...]:
    """The layers' names as in the model; of several nets with that of the net before them."""
    before = f"{net}/" if n_nets > 1 else ""
    return unique(before + _plate_name(plate) for plate in layout.plates)


def _plate_name(plate: Plate) -> str:
    if plate.form.kind == "weights":
        return f"{plate.layer} kernel"
    return output_name(plate.layer, plate.output)


def state_names(bundle: Bundle, net: NetReel) -> tuple[str, ...]:
    """The label of each state's input, or of its checkpoint, or of both: what tells them apart."""
    keys = [_key(still) for still in net.stills]
    inputs = [bundle.input(one).label or one for one, _ in keys]
    checkpoints = [bundle.checkpoint(two).label or two for _, two in keys]
    if len({two for _, two in keys}) == 1:
        return unique(inputs)
    if len({one for one, _ in keys}) == 1:
        return unique(checkpoints)
    return unique(f"{one}, {two}" for one, two in zip(inputs, checkpoints, strict=True))


def _key(still: Still) -> tuple[str, str]:
    key = still.net.capture
    if still.net.quantity == "difference" and still.net.toward is not None:
        key = still.net.toward
    return key.input_id, key.checkpoint_id


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """The names, those that came before with a number behind them.

    >>> unique(["a", "b", "a"])
    ('a', 'b', 'a (2)')
    """
    found: dict[str, None] = {}
    for name in names:
        free, number = name, 1
        while free in found:
            number += 1
            free = f"{name} ({number})"
        found[free] = None
    return tuple(found)
