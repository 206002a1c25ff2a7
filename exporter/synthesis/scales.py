"""Which layers to compare, where nobody says: one for each size that a net brings its maps to."""

from __future__ import annotations

from math import prod

from exporter.probing import Probe, ProbeError
from exporter.synthesis.contract import SynthesisError

_SHRUNK = 0.5
_ENOUGH = 2
_NO_FEATURES = ("input", "pool", "padding", "dropout")


def scale_layers(probe: Probe) -> tuple[str, ...]:
    """The last layer of each scale but the coarsest, from fine to coarse, of a net with feature maps.

    A scale begins where maps have at most half as many places as the first ones of the scale before. What makes maps
    larger again is passed over, and so are pooling, maps of one place, maps with as many channels as the picture, and
    those with a channel for each class. The coarsest scale counts where there are no more than two: what it says is
    about things, not stuff, and where a texture hardly moves it, any other picture is out of all proportion to that.
    So these are, of VGG16, `block1_conv2`, `block2_conv2`, `block3_conv3` and `block4_conv3` (those of Johnson, Alahi
    and Fei-Fei 2016, arXiv 1603.08155); of SqueezeNet, `conv1`, `fire3_concat` and `fire5_concat`.

    Raises
    ------
    SynthesisError
        there are no feature maps.
    """
    found: list[str] = []
    first = least = float("inf")
    for name, places in _maps(probe):
        if places > least:
            continue
        if places <= _SHRUNK * first:
            first = places
            found.append(name)
        found[-1], least = name, places
    if not found:
        expected, got = "a net with feature maps", "none with more than one place"
        raise SynthesisError("there are no layers to compare", expected=expected, got=got, remedy="name layers")
    return tuple(found[: max(_ENOUGH, len(found) - 1)])


def _maps(probe: Probe) -> list[tuple[str, int]]:
    """The names of layers with feature maps, and how many places these have."""
    output = probe.model.output_shape
    classes = output[-1] if isinstance(output, tuple) and len(output) == 2 else None
    layers = [name for name in probe.layers if probe.kind_of(name) not in _NO_FEATURES]
    shapes = {name: shape for name in layers if (shape := _shape(probe, name)) is not None}
    maps = {name: prod(size or 1 for size in shape[:-1]) for name, shape in shapes.items() if len(shape) == 3}
    kept = [
        (name, places)
        for name, places in maps.items()
        if places > 1 and shapes[name][-1] not in (probe.shape[-1], classes)
    ]
    return kept or [(name, places) for name, places in maps.items() if places > 1]


def _shape(probe: Probe, name: str) -> tuple[int | None, ...] | None:
    try:
        return probe.shape_of(name)
    except ProbeError:
        return None


def named_layers(probe: Probe, text: str) -> tuple[str, ...]:
    """The layers between the commas.

    Raises
    ------
    ProbeError
        one that is not there.
    SynthesisError
        one that has no places: a vector says nothing about what goes with what.
    """
    names = tuple(filter(None, map(str.strip, text.split(","))))
    for name in names:
        shape = probe.shape_of(name)
        if len(shape) < 2:
            remedy = f"name others, such as {', '.join(scale_layers(probe)[-2:])}"
            got = "a vector" if shape else "one number"
            raise SynthesisError(f"{name!r} cannot be compared", expected="feature maps", got=got, remedy=remedy)
    return names
