"""What images are to please: a class, a channel of a layer, or a whole layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exporter.probing import Probe, Target
from exporter.synthesis.contract import Synthesis, SynthesisError
from exporter.synthesising.numbers import numbers_of


@dataclass(frozen=True)
class Goal:
    """What one image is made for.

    Attributes
    ----------
    name : what a person calls it, `espresso` or `conv_1 channel 5`; empty where the method alone says it.
    layer : whose output is asked for; `None`: the logits, or what the method chooses.
    unit : the class, or the channel; `None`: whole layers.
    at : the place of one unit.
    """

    name: str
    layer: str | None = None
    unit: int | None = None
    at: tuple[int, ...] | None = None

    @property
    def channel(self) -> int | None:
        """The channel, where it is one."""
        return None if self.layer is None else self.unit

    @property
    def class_(self) -> int | None:
        """The class, where it is one."""
        return self.unit if self.layer is None else None


@dataclass(frozen=True)
class Aim:
    """What is asked for, in the words of the user: channels and classes as `numbers_of` takes them, or by name."""

    layer: str | None = None
    channels: tuple[int | str, ...] = ()
    classes: tuple[int | str, ...] = ()
    at: tuple[int, ...] | None = None


def goals_of(method: Synthesis, probe: Probe, class_names: Sequence[str], aim: Aim) -> tuple[Goal, ...]:
    """What is to be made, one image each.

    Raises
    ------
    KerascopeError
        too little is said for this method, or too much; a layer, channel, class or place that is not there.
    """
    _check_said(method, aim)
    if method.asks == "class":
        numbers = class_numbers(aim.classes, class_names, probe.classes)
        return tuple(_class_goal(number, class_names) for number in numbers)
    if aim.layer is None:
        return (Goal(""),)
    units: tuple[int | None, ...] = (None,)
    if aim.channels:
        units = numbers_of(aim.channels, _channels(probe, aim.layer))
    return tuple(_layer_goal(aim.layer, unit, aim.at, probe) for unit in units)


def _check_said(method: Synthesis, aim: Aim) -> None:
    """Raise `SynthesisError` unless what is said is what the method asks for."""
    what = f"{method.name} cannot begin"
    if method.asks == "class":
        if aim.layer is not None or aim.channels:
            raise SynthesisError(what, expected="classes", got="a layer or channels", remedy="see the method `filter`")
        if not aim.classes:
            raise SynthesisError(what, expected="classes", got="none", remedy="pass --classes with numbers or names")
        return
    if aim.classes:
        raise SynthesisError(what, expected="no classes", got="some", remedy="see the method `class_image`")
    if method.asks == "channel" and not (aim.layer and aim.channels):
        got = f"{aim.layer} alone" if aim.layer else "no layer" if aim.channels else "neither"
        remedy = "pass --layer NAME --channels 0-15"
        raise SynthesisError(what, expected="a layer and channels of it", got=got, remedy=remedy)
    if method.asks == "layer" and aim.layer is None:
        raise SynthesisError(what, expected="a layer", got="none", remedy="pass --layer NAME")
    if aim.channels and method.asks != "channel":
        raise SynthesisError(what, expected="a layer alone", got="channels of it", remedy="see the method `filter`")
    if aim.at is not None and not aim.channels:
        raise SynthesisError(what, expected="a channel with the place", got=",".join(map(str, aim.at)))


def _channels(probe: Probe, layer: str) -> int:
    """How many channels there are. Raises `KerascopeError` where the layer is not there, or its channels are not."""
    shape = probe.shape_of(layer)
    if not shape or not shape[-1]:
        raise SynthesisError(f"{layer!r} has no channels", expected="a layer with channels", got=f"an output {shape}")
    return shape[-1]


def _class_goal(number: int, names: Sequence[str]) -> Goal:
    return Goal(names[number] if number < len(names) else f"class {number}", None, number)


def _layer_goal(layer: str, unit: int | None, at: tuple[int, ...] | None, probe: Probe) -> Goal:
    target = Target(layer, unit, at)
    probe.check(target)
    return Goal(str(target), layer, unit, at)


def class_numbers(asked: Sequence[int | str], names: Sequence[str], count: int) -> tuple[int, ...]:
    """The numbers of classes, by name or as `numbers_of` takes them. Raises `SynthesisError` for one that is not there.

    >>> class_numbers(["cat", "0"], ["dog", "cat"], 2)
    (1, 0)
    """
    numbers: dict[int, None] = {}
    for each in asked:
        named = (names.index(each),) if isinstance(each, str) and each in names else _numbered(each, names, count)
        numbers |= dict.fromkeys(named)
    return tuple(numbers)


def _numbered(asked: int | str, names: Sequence[str], count: int) -> tuple[int, ...]:
    try:
        return numbers_of((asked,), count)
    except SynthesisError as error:
        known = f"0 to {count - 1}" + (f", or one of {', '.join(names[:5])}, ..." if names else "")
        raise SynthesisError("no such class", expected=known, got=str(asked)) from error
