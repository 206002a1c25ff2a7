"""What can be switched off at a place, what is switched off now, and what came of it, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.state import Mute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.study import EdgePlace, Place

Mutes = tuple[Mute, ...]


def mutes_at(place: Place | None, edge: EdgePlace | None = None) -> Mutes:
    """What can be muted there, the smallest first: a cell, its channel or unit, the layer; of an edge the edge first.

    Nothing where there is nothing. Only a layer's first output goes on to other layers, so of others it is nothing too.

    >>> from viewer.study import Place
    >>> [mute_words(mute) for mute in mutes_at(Place("conv_1", channel=3, position=(4, 5)))]
    ['conv_1 · channel 3 · cell (4, 5)', 'conv_1 · channel 3', 'conv_1']
    """
    if edge is not None:
        # Of a layer as a whole the channel is -1.
        source, target = (each if each >= 0 else None for each in (edge.source_channel, edge.target_channel))
        return Mute(edge.source, source, target=edge.target, into=target), Mute(edge.source, source)
    if place is None or place.output:
        return ()
    whole = (Mute(place.layer),)
    if place.channel is None:
        return whole
    part = Mute(place.layer, place.channel)
    cell = (Mute(place.layer, place.channel, place.position),) if place.position is not None else ()
    return *cell, part, *whole


def toggled(muted: Mutes, mute: Mute) -> Mutes:
    """`muted` with this one more, or without it where it was muted."""
    return tuple(one for one in muted if one != mute) if mute in muted else (*muted, mute)


def mute_words(mute: Mute) -> str:
    """What is muted, in a few words."""
    parts = [mute.layer]
    if mute.channel is not None:
        parts.append(f"channel {mute.channel}")
    if mute.position is not None:
        parts.append(f"cell ({', '.join(map(str, mute.position))})")
    if mute.target is not None:
        into = "" if mute.into is None else f" channel {mute.into}"
        parts.append(f"only into {mute.target}{into}")
    return " · ".join(parts)


def mute_action(mute: Mute, muted: Mutes) -> str:
    """What a button says that mutes, or lets work again."""
    what = "this edge" if mute.target is not None else _what(mute)
    return f"Unmute {what}" if mute in muted else f"Mute {what}"


def _what(mute: Mute) -> str:
    if mute.position is not None:
        return "this cell"
    return "the whole layer" if mute.channel is None else f"channel {mute.channel}"


def class_words(index: int | None, names: Sequence[str]) -> str:
    """What a class is called, `class 7` where it has no name.

    >>> class_words(1, ("cat", "dog")), class_words(7, ()), class_words(None, ())
    ('dog', 'class 7', 'no class')
    """
    if index is None:
        return "no class"
    return names[index] if index < len(names) else f"class {index}"


def percent_words(part: float) -> str:
    """A probability in per cent, never rounded to certainty.

    >>> percent_words(0.98), percent_words(0.99996), percent_words(0.0004), percent_words(0.4567), percent_words(1.0)
    ('98 %', '> 99.9 %', '< 0.1 %', '45.7 %', '100 %')
    """
    if part >= 1.0 or part <= 0.0:
        return f"{100 * part:.0f} %"
    if part > 0.9995:
        return "> 99.9 %"
    if part < 0.001:
        return "< 0.1 %"
    return f"{100 * part:.3g} %"
