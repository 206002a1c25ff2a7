"""What the what-if panel says of a layer, as it is and as it would be. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from viewer.inspect.reach import reaches
from viewer.inspect.whatif import arithmetic, by, padding_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.bundle import Bundle
    from viewer.inspect.reach import Reaches
    from viewer.inspect.whatif import Toy

AXES = {1: ("",), 2: ("rows", "columns"), 3: ("depth", "rows", "columns")}


@dataclass(frozen=True, slots=True)
class Fact:
    """A number of a layer: `now` with the settings that were chosen, `before` as the layer is (empty: nobody knows)."""

    name: str
    before: str
    now: str
    tip: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether the settings change it."""
        return bool(self.before) and self.before != self.now


def lines_of(toy: Toy) -> tuple[str, ...]:
    """The arithmetic of the output's size, axis by axis; axes that are alike are told once."""
    told: dict[tuple[str, str], list[str]] = {}
    for name, axis in zip(AXES[toy.rank], toy.axes, strict=True):
        told.setdefault((arithmetic(axis), padding_words(axis, toy.padding)), []).append(name)
    lines = []
    for (line, padding), names in told.items():
        heads = " and ".join(name for name in names if name)
        lines += [*([heads] if heads else []), line, padding]
    return tuple(lines)


def own_facts(own: Toy | None, toy: Toy) -> tuple[Fact, ...]:
    """Of the layer by itself; `own` is the layer as it is, `None` where there is none."""
    return (
        _fact("Output", own, toy, lambda each: by(each.shape), "rows, columns and channels that it hands on"),
        _fact("Sees of its input", own, toy, _window, "one cell, from the first place of its window to the last"),
        _fact("Weights", own, toy, lambda each: f"{each.parameters:,}", "biases among them"),
        _fact("Products for one input", own, toy, lambda each: f"{each.products:,}", "each is added to a sum"),
    )


def _fact(name: str, own: Toy | None, toy: Toy, words: Callable[[Toy], str], tip: str) -> Fact:
    return Fact(name, "" if own is None else words(own), words(toy), tip)


def _window(toy: Toy) -> str:
    return by(tuple((axis.taps - 1) * axis.dilation + 1 for axis in toy.axes))


def path_facts(bundle: Bundle, layer: str, toy: Toy) -> tuple[tuple[Fact, ...], str]:
    """Of the whole path through the network with the layer set so, on the input that it gets there, and why the path
    would end; nothing where what its cells see is not known.
    """
    before, now = reaches(bundle), reaches(bundle, layer, toy)
    if layer not in before.by_layer:
        return (), ""
    names = list(dict.fromkeys((layer, before.last)))
    facts = []
    for name in names:
        facts += [
            Fact(f"{name} sees", _seen(before, name), _seen(now, name), _SEEN),
            Fact(f"{name} steps", _jump(before, name), _jump(now, name), _JUMP),
        ]
    return tuple(facts), now.problem


_SEEN = "one cell of it, from the first place to the last, padding counted"
_JUMP = "from one cell of it to the next: the product of all strides up to there"


def _seen(found: Reaches, name: str) -> str:
    reach = found.by_layer.get(name)
    if reach is None:
        return "nothing: not reached"
    is_whole = all(seen >= size for seen, size in zip(reach.seen, found.whole, strict=False))
    return f"{by(reach.seen)}{', more than all' if is_whole else ''}"


def _jump(found: Reaches, name: str) -> str:
    reach = found.by_layer.get(name)
    if reach is None:
        return "nothing: not reached"
    is_even = len(set(reach.jump)) == 1
    words = f"{reach.jump[0]:,}" if is_even else by(reach.jump)
    return f"{words} place{'' if reach.jump == (1,) * len(reach.jump) else 's'}"
