"""How far the layers of a network see, as arithmetic along its paths: also where one of them were set otherwise. Pure.

`viewer.inspect.field` follows one place exactly, borders and holes too; this is what is said of a layer as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from viewer.inspect.backwards import ELEMENT_WISE, SAME_AXES
from viewer.inspect.field import Shapes
from viewer.inspect.toys import toy_of
from viewer.inspect.whatif import by, problem_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from viewer.inspect.whatif import Sizes, Toy

KEEPS = ("activation", "dropout")
ADDS = ("add", "subtract", "multiply", "average", "maximum", "minimum")


@dataclass(frozen=True, slots=True)
class Reach:
    """What a layer's cells see of the input, along each axis.

    Attributes
    ----------
    sizes : of its output, beside the channels.
    jump : how many places of the input one step in its output is.
    low, high : the first and the last place of the input that its cell 0 sees, padding counted as places below 0 and
        beyond the end: cell p sees from `low + p * jump` to `high + p * jump`.
    """

    sizes: Sizes
    jump: Sizes
    low: Sizes
    high: Sizes

    @property
    def seen(self) -> Sizes:
        """How many places of the input a cell sees, from the first to the last."""
        return tuple(high - low + 1 for low, high in zip(self.low, self.high, strict=True))


@dataclass(frozen=True, slots=True)
class Reaches:
    """Of every layer whose cells lie on the input as on a map, in the order of the network; `problem` is why it ends
    early: a layer that could not work on what comes to it. `whole` are the sizes of the input.
    """

    by_layer: dict[str, Reach]
    whole: Sizes
    problem: str = ""

    @property
    def last(self) -> str:
        """The last such layer."""
        return next(reversed(self.by_layer), "")


def reaches(bundle: Bundle, changed: str = "", toy: Toy | None = None, within: frozenset[str] | None = None) -> Reaches:
    """How far the cells of each layer see, with the layer `changed` set like `toy`; or `within` some layers alone.

    A window of k taps, d apart, that moves by s adds d (k - 1) times the jump before it, and multiplies the jump by s
    [1]_. Where paths meet a cell sees what either shows it. Layers that see everything (dense, global pools) and those
    of which no such rule is known have none.

    References
    ----------
    .. [1] A. Araujo, W. Norris, J. Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019,
       "Single-path networks", with the dilated size of the kernel.
    """
    manifest, shapes = bundle.manifest, Shapes(bundle)
    sources: dict[str, list[str]] = defaultdict(list)
    for edge in sorted(manifest.edges, key=lambda edge: edge.target_input):
        if within is None or {edge.source, edge.target} <= within:
            sources[edge.target].append(edge.source if not edge.source_output else "")
    found: dict[str, Reach] = {}
    whole: Sizes = ()
    for layer in manifest.layers:
        if layer.kind == "input":
            sizes = tuple(shapes.of((layer.name, 0))[:-1])
            if sizes:
                zeros = (0,) * len(sizes)
                found[layer.name] = Reach(sizes, (1,) * len(sizes), zeros, zeros)
                whole = whole or sizes
            continue
        before = [found[name] for name in sources[layer.name] if name in found]
        if not before or len(before) != len(sources[layer.name]):
            continue
        own = _toy(layer, shapes, sources[layer.name], before[0].sizes)
        if layer.name == changed and toy is not None:
            own = replace(toy, sizes=before[0].sizes)
        reach, problem = _through(layer, own, before)
        if problem:
            return Reaches(found, whole, f"{layer.name} could not follow: {problem}")
        if reach is not None:
            found[layer.name] = reach
    return Reaches(found, whole)


def _toy(layer: Layer, shapes: Shapes, sources: Sequence[str], sizes: Sizes) -> Toy | None:
    """The layer as it is, on an input of these sizes."""
    own = toy_of(layer, shapes.of((sources[0], 0)), shapes.of((layer.name, 0)))
    return None if own is None or own.rank != len(sizes) else replace(own, sizes=sizes)


def _through(layer: Layer, own: Toy | None, before: list[Reach]) -> tuple[Reach | None, str]:
    """What a layer sees through those before it, or why it cannot work on them."""
    first = before[0]
    if own is not None:
        problem = problem_of(own)
        return (None, problem[:1].lower() + problem[1:]) if problem else (_windowed(own, first), "")
    if layer.kind == "merge":
        return _merged(layer, before)
    if layer.kind == "padding":
        return _padded(layer, first), ""
    code = str(layer.settings.get("computed_by") or layer.class_name)
    keeps = layer.kind in KEEPS or code in ELEMENT_WISE or code in SAME_AXES
    return (first if keeps and len(before) == 1 else None), ""


def _windowed(toy: Toy, before: Reach) -> Reach:
    axes = toy.axes
    each = tuple(zip(axes, before.jump, before.low, before.high, strict=True))
    return Reach(
        tuple(axis.count for axis in axes),
        tuple(axis.stride * jump for axis, jump, _, _ in each),
        tuple(low - axis.before * jump for axis, jump, low, _ in each),
        tuple(high + ((axis.taps - 1) * axis.dilation - axis.before) * jump for axis, jump, _, high in each),
    )


def _merged(layer: Layer, before: list[Reach]) -> tuple[Reach | None, str]:
    """Everything that either sees, where all lie on the input alike."""
    if layer.mode not in (*ADDS, "concatenate"):
        return None, ""
    sizes = {reach.sizes for reach in before}
    if len(sizes) > 1:
        return None, f"it joins maps of {' and '.join(sorted(map(by, sizes)))} cells, which do not fit on each other."
    if len({reach.jump for reach in before}) > 1:
        return None, ""
    low = tuple(map(min, zip(*(reach.low for reach in before), strict=True)))
    high = tuple(map(max, zip(*(reach.high for reach in before), strict=True)))
    return replace(before[0], low=low, high=high), ""


def _padded(layer: Layer, before: Reach) -> Reach | None:
    """Further from the start of the input, or nearer to it where something is cut off."""
    parts = [part.split(",") for part in (layer.padding or "").split(";")]
    if len(parts) != len(before.sizes) or any(len(part) != 2 for part in parts):
        return None
    sign = -1 if layer.mode == "cropping" else 1
    ends = [(sign * int(front), sign * int(back)) for front, back in parts]
    sizes = tuple(size + front + back for size, (front, back) in zip(before.sizes, ends, strict=True))
    if min(sizes) < 1:
        return None
    shift = [front * jump for (front, _), jump in zip(ends, before.jump, strict=True)]
    return Reach(
        sizes,
        before.jump,
        tuple(low - by_places for low, by_places in zip(before.low, shift, strict=True)),
        tuple(high - by_places for high, by_places in zip(before.high, shift, strict=True)),
    )
