"""What a step scene is about: a layer, one of its channels, one cell of it, and what the layer got. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from scenes.choose import key_of, shown_capture
from viewer.forward.audits import Case, case_of
from viewer.forward.node import CannotError
from viewer.kept import finite
from viewer.study import Place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from scenes.options import SceneOptions
    from viewer.state import CaptureKey

    Array = NDArray[np.float32]

Fits = Callable[["Layer"], bool]


@dataclass(frozen=True, eq=False)
class Subject:
    """A layer at work on one input.

    Attributes
    ----------
    case : the layer as a node with its weights, what it got (`case.inputs`) and what it put out (`case.values`), as
        they were stored.
    source : name and output number of the layer that it gets its (first) input from.
    channel : the channel of the output that is shown, from 0; 0 of an output that is one number.
    at : the cell of that channel that is shown most closely: as many places as the output has axes beside channels.
    """

    bundle: Bundle
    key: CaptureKey
    case: Case
    source: tuple[str, int]
    channel: int
    at: tuple[int, ...]

    @property
    def layer(self) -> Layer:
        """The layer."""
        return self.case.node.layer

    @property
    def cells(self) -> tuple[int, ...]:
        """The sizes of the output without its channels: (rows, columns), (places,), or () of a vector."""
        return tuple(self.case.values.shape[:-1])

    @property
    def count(self) -> int:
        """How many cells a channel has."""
        return prod(self.cells)

    @property
    def map(self) -> Array:
        """The stored values of the channel that is shown, of the shape `cells`; what is no number is 0."""
        return finite(self.case.values[..., self.channel])

    def cell(self, index: int) -> tuple[int, ...]:
        """Where cell number `index`, in reading order, lies."""
        return tuple(int(each) for each in np.unravel_index(index, self.cells)) if self.cells else ()

    def index(self, cell: tuple[int, ...]) -> int:
        """The number of a cell in reading order."""
        return int(np.ravel_multi_index(cell, self.cells)) if self.cells else 0

    def value(self, cell: tuple[int, ...]) -> float:
        """The stored value of a cell of the channel that is shown."""
        return float(self.case.values[(*cell, self.channel)])


def subject_of(bundle: Bundle, options: SceneOptions, fits: Fits, what: str) -> Subject:
    """The layer, channel and cell that the options ask for.

    Without a choice: the first layer that fits and can be told, its channel of the largest mean size, and of that the
    cell of the largest size.

    Parameters
    ----------
    fits : whether a scene can show a layer.
    what : what such a layer is called in a message, `convolution`.

    Raises
    ------
    KerascopeError
        There is no such layer, channel or cell, none that fits, or what it got was not kept; says which there are.
    """
    key = replace(key_of(shown_capture(bundle, options)), mutes=options.muted)
    case = _case(bundle, key, options.layer, fits, what)
    shape = case.values.shape
    channel = _channel(case.values, options.channel, case.node.layer.name)
    at = _cell(case.values[..., channel], options.at, case.node.layer.name)
    if not shape or not case.values.size:
        raise KerascopeError(f"{case.node.layer.name} has put out nothing", remedy="choose another --layer")
    return Subject(bundle, key, case, case.network.sources[case.node.layer.name][0], channel, at)


def fitting(bundle: Bundle, fits: Fits) -> tuple[str, ...]:
    """The names of the layers that fit, in the order of the network; inputs never do."""
    return tuple(layer.name for layer in bundle.manifest.layers if layer.kind != "input" and fits(layer))


def last_fitting(bundle: Bundle, options: SceneOptions, fits: Fits) -> str | None:
    """The layer that was asked for, else the last that fits and can be told; `None` where there is none."""
    if options.layer is not None:
        return options.layer
    key = replace(key_of(shown_capture(bundle, options)), mutes=options.muted)
    for name in reversed(fitting(bundle, fits)):
        try:
            case_of(bundle, key, Place(name))
        except CannotError:
            continue
        return name
    return None


def _case(bundle: Bundle, key: CaptureKey, name: str | None, fits: Fits, what: str) -> Case:
    names = fitting(bundle, fits)
    if name is not None:
        layer = bundle.layer(name)
        if layer.name not in names:
            got = f"{name}, a layer of kind {layer.kind}"
            remedy = "choose another --layer, or another scene"
            raise KerascopeError(f"no {what} to show there", expected=_among(names), got=got, remedy=remedy)
        return case_of(bundle, key, Place(name))
    if not names:
        raise KerascopeError(f"this network has no {what} to show", remedy="see `kerascope inspect`", path=bundle.path)
    problem = None
    for each in names:
        try:
            return case_of(bundle, key, Place(each))
        except CannotError as error:
            problem = problem or error
    raise KerascopeError(f"no {what} can be shown", got=problem, path=bundle.path)


def _channel(values: Array, asked: int | None, name: str) -> int:
    channels = values.shape[-1] if values.ndim else 1
    if asked is not None:
        if not 0 <= asked < channels:
            raise KerascopeError(f"no such channel of {name}", expected=f"--channel 0 to {channels - 1}", got=asked)
        return asked
    sizes = np.abs(finite(values)).reshape(-1, channels).mean(axis=0)
    return int(sizes.argmax())


def _cell(values: Array, asked: tuple[int, ...] | None, name: str) -> tuple[int, ...]:
    if asked is None:
        best = np.unravel_index(int(np.abs(finite(values)).argmax()), values.shape) if values.ndim else ()
        return tuple(int(each) for each in best)
    if len(asked) != values.ndim or not all(0 <= at < size for at, size in zip(asked, values.shape, strict=False)):
        expected = " and ".join(f"0 to {size - 1}" for size in values.shape) or "no --at: it is a vector"
        raise KerascopeError(f"no such cell of {name}", expected=expected, got=",".join(map(str, asked)))
    return asked


def _among(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:8]) or "a network that has one"
    return f"one of {shown}{', ...' if len(names) > 8 else ''}" if names else shown
