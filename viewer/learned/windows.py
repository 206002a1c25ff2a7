"""What part of the picture one place of a channel sees, and what a tile of it shows around that. Pure.

Places at a border see less: the tile stays as large as that of any other place, and says what of it is not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from viewer.inspect.field import receptive_field
from viewer.inspect.reach import reaches

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.bundle import Bundle
    from viewer.inspect.field import Field
    from viewer.inspect.reach import Reach

    Index = tuple[int, ...]
    Pair = tuple[int, int]

Key = TypeVar("Key")
Value = TypeVar("Value")

MOST_KEPT = 2**16
"""Windows of one bundle that are kept; then it begins anew."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a picture, rows and columns.

    Attributes
    ----------
    start, stop : the box of pixels that is seen, from `start` to before `stop`; outside of it nothing is.
    low, high : the same with the padding of the first layers, as `viewer.inspect.field` has it.
    frame_low, frame_high : what a tile shows: as much as a place sees whose windows lie in the picture, about this
        place; of one that would see more than the picture along an axis, all of that; of a unit of a vector just what
        it sees. It holds the box.
    is_known : whether a rule says what is seen; else it is taken to be the whole picture.
    """

    start: Pair
    stop: Pair
    low: Pair
    high: Pair
    frame_low: Pair
    frame_high: Pair
    is_known: bool = True

    @property
    def size(self) -> Pair:
        """Rows and columns of the tile."""
        return self.frame_high[0] - self.frame_low[0], self.frame_high[1] - self.frame_low[1]

    @property
    def is_cut(self) -> bool:
        """Whether a part of the tile is not seen."""
        return (self.start, self.stop) != (self.frame_low, self.frame_high)


@dataclass(frozen=True, slots=True)
class _Way:
    """What channels of a layer share: the outputs through which they see the picture, and how far."""

    key: tuple[str, ...]
    reach: Reach | None


@dataclass(frozen=True, slots=True)
class _Kept:
    windows: dict[tuple[str, tuple[str, ...], Index, Pair], Window]
    ways: dict[tuple[str, int], _Way]
    reaches: dict[tuple[str, ...], dict[str, Reach]]


_KEPT: WeakKeyDictionary[Bundle, _Kept] = WeakKeyDictionary()


def window_of(bundle: Bundle, layer: str, place: Index, channel: int, sides: Pair) -> Window:
    """The window of a place and channel in the first output of `layer`, on a picture of these sides.

    Windows are computed once for all channels that
    see the picture through the same layers.

    Raises
    ------
    KerascopeError
        There is no such layer or no such place in it.
    """
    kept = _KEPT.setdefault(bundle, _Kept({}, {}, {}))
    way = _held(kept.ways, (layer, channel), partial(_way, bundle, kept, layer, channel))
    make = partial(_window, bundle, layer, place, channel, sides, way.reach)
    return _held(kept.windows, (layer, way.key, place, sides), make)


def _held(held: dict[Key, Value], key: Key, make: Callable[[], Value]) -> Value:
    if key not in held:
        if len(held) >= MOST_KEPT:
            held.clear()
        held[key] = make()
    return held[key]


def _way(bundle: Bundle, kept: _Kept, layer: str, channel: int) -> _Way:
    """Which other channels see the same: those that come through the same layers, as rows and columns are followed for
    themselves; where values change their order (reshaped) none.
    """
    here = bundle.layer(layer)
    mixes = (here.kind == "conv" and (here.groups or 1) == 1) or here.kind == "dense"
    field = receptive_field(bundle, layer, None, None if mixes else channel)
    kinds = {name: bundle.layer(name).kind for name in (each.partition("#")[0] for each in field.seen)}
    is_own = any(
        kinds[name.partition("#")[0]] in ("reshape", "flatten") and seen.channels is not None
        for name, seen in field.seen.items()
    )
    through = tuple(field.seen)
    found = _held(kept.reaches, through, lambda: reaches(bundle, within=frozenset(kinds)).by_layer)
    return _Way((*through, f"channel {channel}") if is_own else through, found.get(layer))


def _window(bundle: Bundle, layer: str, place: Index, channel: int, sides: Pair, reach: Reach | None) -> Window:
    field = receptive_field(bundle, layer, place, channel)
    box = _box(field, bundle.manifest.model.inputs[0], sides)
    if box is None:
        return Window((0, 0), sides, (0, 0), sides, (0, 0), sides, is_known=_is_known(field))
    start, stop, low, high = box
    if len(place) != 2:
        return Window(start, stop, low, high, start, stop, is_known=not field.unknown)
    axes = [_frame(reach, axis, place[axis], sides[axis], (low[axis], high[axis])) for axis in (0, 1)]
    frame_low = min(axes[0][0], start[0]), min(axes[1][0], start[1])
    frame_high = max(axes[0][1], stop[0]), max(axes[1][1], stop[1])
    return Window(start, stop, low, high, frame_low, frame_high, is_known=not field.unknown)


def _box(field: Field, picture: str, sides: Pair) -> tuple[Pair, Pair, Pair, Pair] | None:
    """Start, stop, low and high in the picture; `None` where the network is not fed it as rows and columns."""
    seen = field.of(picture)
    if seen is None or len(seen.start) != 2 or seen.shape[:2] != sides:
        return None
    (top, left), (bottom, right), (up, west), (down, east) = seen.start, seen.stop, seen.low, seen.high
    return (top, left), (bottom, right), (up, west), (down, east)


def _is_known(field: Field) -> bool:
    """Whether it is no guess that all of the picture is seen where it is not fed as one: of a unit it is none."""
    return not field.unknown and not field.seen[field.layer].start


def _frame(reach: Reach | None, axis: int, at: int, side: int, padded: Pair) -> Pair:
    """From where to where a tile goes along an axis."""
    if reach is None or len(reach.jump) != 2:
        return padded
    low = at * reach.jump[axis] + reach.low[axis]
    high = low + reach.seen[axis]
    return (low, high) if high - low <= side else (0, side)
