"""What is seen, as code: the numpy line that loads a value, and the commands that restore the view. Pure."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exporter.bundle.checks import output_name
from exporter.bundle.errors import KerascopeError
from viewer.inspect.words import is_heads
from viewer.kept import kernel_ref
from viewer.study import EdgePlace

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import TensorRef
    from viewer.state import CaptureKey
    from viewer.study import Place, Vantage


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a value lies: a tensor of the bundle, and the index in it as Python writes it (empty: all of it)."""

    ref: TensorRef
    index: str


def stored_at(bundle: Bundle, key: CaptureKey, what: Place | EdgePlace) -> Stored:
    """Where the value of a place is stored, as it was captured; of an edge between two units its weight.

    Raises
    ------
    KerascopeError
        The bundle does not keep it.
    """
    if isinstance(what, EdgePlace):
        ref = kernel_ref(bundle, key.checkpoint_id, bundle.layer(what.target))
        if ref is None or min(what.source_channel, what.target_channel) < 0:
            raise KerascopeError("no single weight is kept for this edge", got=f"{what.source} to {what.target}")
        return Stored(ref, f"[..., {what.source_channel}, {what.target_channel}]")
    outputs = bundle.capture(key.input_id, key.checkpoint_id).outputs
    name = output_name(what.layer, what.output)
    if name not in outputs:
        raise KerascopeError("the bundle has not kept this output", got=repr(name), path=bundle.path)
    ref = outputs[name]
    heads = is_heads(bundle.layer(what.layer), what.output, len(ref.shape))
    return Stored(ref, _index(ref.shape, what.channel, what.position, heads=heads))


def numpy_line(bundle: Bundle, stored: Stored) -> str:
    """A line of Python that loads it, whatever folder one is in."""
    path = str((bundle.path / stored.ref.file).resolve())
    return f"import numpy; value = numpy.load({path!r})[{stored.ref.key!r}]{stored.index}"


def values_of(bundle: Bundle, stored: Stored) -> NDArray[Any]:
    """What the line loads."""
    values = bundle.load(stored.ref)
    if not stored.index:
        return values
    words = [word.strip() for word in stored.index.strip("[]").split(",")]
    return np.asarray(values[tuple(... if word == "..." else int(word) for word in words)])


def view_command(path: Path, vantage: Vantage) -> str:
    """The command that opens a window with exactly this view."""
    return shlex.join(("kerascope", "view", str(path.resolve()), "--view", vantage.to_json()))


def frame_command(path: Path, vantage: Vantage, size_px: tuple[int, int]) -> str:
    """The command that draws this view into a file, in the size that it has."""
    size = f"{size_px[0]}x{size_px[1]}"
    words = ("frame", str(path.resolve()), "--view", vantage.to_json(), "--size", size, "--out", "frame.png")
    return shlex.join(("kerascope", *words))


def _index(shape: tuple[int, ...], channel: int | None, position: tuple[int, ...] | None, *, heads: bool) -> str:
    parts: tuple[int | str, ...]
    if channel is None:
        parts = position or ()
    elif position is None:
        parts = (channel,) if heads or len(shape) == 1 else ("...", channel)
    else:
        parts = (channel, *position) if heads else (*position, channel)
    return f"[{', '.join(map(str, parts))}]" if parts else ""
