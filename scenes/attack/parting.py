"""Where the paths of a clean and an attacked input part: the layer and the channel that a scene flies to. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from viewer.inspect.divergence import Drifted, growths, turn_of
from viewer.kept import output_of
from viewer.scales import USUAL, gain_of, percentile_of_size, usable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from scenes.attack.attacked import Attacked
    from scenes.options import SceneOptions
    from viewer.inspect.divergence import Turn
    from viewer.layout import Layout
    from viewer.state import CaptureKey

    Array = NDArray[np.float32]

MOST_NAMES = 12


@dataclass(frozen=True, slots=True, eq=False)
class Parting:
    """One channel of one layer (of what has no maps: one unit) under an attack.

    Attributes
    ----------
    plate : the plate (index) that shows the layer, or the folded group that it is in.
    layer, channel, channels : which it is, which channel or unit of it (from 0), of how many.
    part : where its cells are, as `viewer.state.Loupe` has it: the map of the channel, or all units.
    is_map, is_chosen : whether it has maps; whether a person has asked for the layer or the channel.
    spot : the cell (row, column) of the map that differs most, or the unit alone.
    clean, attacked : (rows, columns) or (units,) float32; what is shown.
    scale, gain : |value| of the whole layer that is full colour, and by how much its differences are enlarged.
    change, channel_change : relative L2 distance from clean to attacked, of the layer and of the channel.
    before, growth : the change of the layer before it on the main path, and by which factor it grows; `None` where it
        has none before it, or is not on it.
    """

    plate: int
    layer: str
    channel: int
    channels: int
    part: tuple[int | None, ...]
    is_map: bool
    is_chosen: bool
    spot: tuple[int, ...]
    clean: Array
    attacked: Array
    scale: float
    gain: float
    change: float
    channel_change: float
    before: float | None = None
    growth: float | None = None

    @property
    def difference(self) -> Array:
        """Attacked less clean, of what is shown."""
        return self.attacked - self.clean

    @property
    def at_spot(self) -> tuple[float, float, float]:
        """Clean value, difference and attacked value of the cell that differs most."""
        before, after = float(self.clean[self.spot]), float(self.attacked[self.spot])
        return before, after - before, after


def parting_of(bundle: Bundle, layout: Layout, attacked: Attacked, options: SceneOptions) -> Parting | None:
    """The layer and channel that were asked for, else those that differ most; `None` where nothing was kept to compare.

    The layer is the one on the main path, of those with maps (else of the other hidden ones, else the last), at which
    the relative change grows by the largest factor; the channel the one whose difference has the largest L2 norm.

    Raises
    ------
    KerascopeError
        There is no such layer or channel, or the layer was not kept.
    """
    keys = attacked.steps[0].key, attacked.last.key
    name = options.layer if options.layer is not None else _steepest(bundle, layout, attacked)
    if name is None:
        return None
    if name not in {layer.name for layer in bundle.manifest.layers}:
        raise _no_layer(bundle, name, keys[0])
    clean, after = (output_of(bundle, key, name) for key in keys)
    if clean is None or after is None or not clean.size:
        raise _not_kept(bundle, name, keys[0])
    return _parting(bundle, layout, attacked, options, name, clean, after)


def turn_in(bundle: Bundle, layout: Layout, attacked: Attacked) -> Turn | None:
    """Where the drift of the last step turns; `at` counts along `attacked.spine`."""
    changes = attacked.changes(attacked.last)
    plates = [layout.plates[index] for index in attacked.spine]
    drifted = [Drifted(plate.layer, plate.title, change) for plate, change in zip(plates, changes, strict=True)]
    return turn_of(drifted, bundle.manifest.model.outputs[0])


def _parting(
    bundle: Bundle,
    layout: Layout,
    attacked: Attacked,
    options: SceneOptions,
    name: str,
    clean: Array,
    after: Array,
) -> Parting:
    moved = np.subtract(after, clean, dtype=np.float64)
    is_map = has_maps(clean.shape)
    channels = clean.shape[-1] if is_map else clean.size
    if options.channel is not None and not 0 <= options.channel < channels:
        what = "channel" if is_map else "unit"
        expected = f"0 to {channels - 1}" if channels > 1 else "0, the only one"
        raise KerascopeError(f"no such {what} in {name}", expected=expected, got=str(options.channel), path=bundle.path)
    sizes = np.square(moved).reshape(-1, channels).sum(axis=0)
    channel = int(sizes.argmax()) if options.channel is None else options.channel
    part = _part(moved, channel) if is_map else ()
    taken = tuple(slice(None) if each is None else each for each in part)
    shown, shown_after = clean[taken] if part else clean.reshape(-1), after[taken] if part else after.reshape(-1)
    spot = np.unravel_index(int(np.abs(moved[taken]).argmax()), shown.shape) if is_map else (channel,)
    scale = usable(percentile_of_size(clean, USUAL))
    plate = _plate_of(bundle, layout, name)
    is_answer = layout.plates[plate].form.kind == "classes"
    before, growth = _growth(layout, attacked, name)
    of_channel = clean.reshape(-1, channels)[:, channel].astype(np.float64), np.sqrt(sizes[channel])
    return Parting(
        plate, name, channel, channels, part, is_map, options.layer is not None or options.channel is not None,
        tuple(map(int, spot)), shown, shown_after, 1.0 if is_answer else scale,
        1.0 if is_answer else gain_of(np.asarray(moved, np.float32), scale),
        _ratio(float(np.linalg.norm(moved)), float(np.linalg.norm(clean.astype(np.float64)))),
        _ratio(float(of_channel[1]), float(np.linalg.norm(of_channel[0]))), before, growth,
    )  # fmt: skip


def has_maps(shape: tuple[int, ...]) -> bool:
    """Whether an output of this shape (no batch axis) is a picture per channel.

    >>> has_maps((13, 13, 10)), has_maps((1, 1, 64)), has_maps((64,)), has_maps((20, 8))
    (True, False, False, False)
    """
    return len(shape) > 2 and prod(shape[:-1]) > 1


def _part(moved: NDArray[np.float64], channel: int) -> tuple[int | None, ...]:
    """The channel as rows and columns; of a volume the slice that differs most."""
    if moved.ndim == 3:
        return None, None, channel
    slices = np.square(moved[..., channel]).sum(axis=(-2, -1))
    at = np.unravel_index(int(slices.argmax()), slices.shape)
    return (*map(int, at), None, None, channel)


def _ratio(size: float, whole: float) -> float:
    if size == 0:
        return 0.0
    return size / whole if whole > 0 else float("inf")


def _steepest(bundle: Bundle, layout: Layout, attacked: Attacked) -> str | None:
    """The name of the layer on the main path at which the drift grows most."""
    plates = [layout.plates[index] for index in attacked.spine]
    factors = growths(attacked.changes(attacked.last))
    inner = [at for at, plate in enumerate(plates) if at and plate.output == 0 and plate.form.kind != "weights"]
    answer = bundle.manifest.model.outputs[0]
    maps = [at for at in inner if plates[at].form.kind in ("maps", "closed") and not plates[at].form.channels_first]
    hidden = [at for at in inner if plates[at].layer != answer]
    best = max(maps or hidden or inner, key=lambda at: factors[at], default=None)
    return None if best is None else plates[best].layer


def _growth(layout: Layout, attacked: Attacked, name: str) -> tuple[float | None, float | None]:
    """The relative change before a layer of the main path, and the factor to its own."""
    changes = attacked.changes(attacked.last)
    names = [layout.plates[index].layer for index in attacked.spine]
    at = names.index(name) if name in names else 0
    return (changes[at - 1], growths(changes)[at]) if at else (None, None)


def _plate_of(bundle: Bundle, layout: Layout, name: str) -> int:
    """The plate of a layer; of one in a folded group that of the group."""
    shown = [(plate.layer, plate.group) for plate in layout.plates]
    own = next((at for at, (layer, group) in enumerate(shown) if layer == name), None)
    if own is not None:
        return own
    groups = {group.name for group in bundle.manifest.groups if name in group.layers}
    return next((at for at, (_, group) in enumerate(shown) if group in groups), 0)


def _no_layer(bundle: Bundle, name: str, clean: CaptureKey) -> KerascopeError:
    kept = _kept(bundle, clean)
    nearest = difflib.get_close_matches(name, kept, n=1)
    remedy = f"did you mean {nearest[0]}?" if nearest else "kerascope inspect lists all layers"
    return KerascopeError("no such layer", expected=_few(kept), got=name, remedy=remedy, path=bundle.path)


def _not_kept(bundle: Bundle, name: str, clean: CaptureKey) -> KerascopeError:
    expected = f"one that was kept of both inputs: {_few(_kept(bundle, clean))}"
    return KerascopeError("nothing was kept of this layer", expected=expected, got=name, path=bundle.path)


def _kept(bundle: Bundle, clean: CaptureKey) -> list[str]:
    outputs = bundle.capture(clean.input_id, clean.checkpoint_id).outputs
    return [layer.name for layer in bundle.manifest.layers if layer.name in outputs]


def _few(names: list[str]) -> str:
    more = f" or one of {len(names) - MOST_NAMES} others" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more
