"""What a place sees of the network's inputs, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.inspect.field import receptive_field
from viewer.window.docks.words import joined, span_words

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.inspect.field import Seen
    from viewer.study import Place


def sight_words(bundle: Bundle, place: Place) -> str:
    """Which pixels change the value of a place, for each input of the network; empty for an input and a whole layer.

    Raises
    ------
    KerascopeError
        There is no such place.
    """
    layer = bundle.layer(place.layer)
    if layer.kind == "input" or (place.channel is None and place.position is None):
        return ""
    # Of a map as a whole every place counts; that of a mean over channels is seen through all of them.
    field = receptive_field(bundle, place.layer, place.position, place.channel, place.output)
    seen = {name: field.of(name) for name in bundle.manifest.model.inputs}
    lines = [seen_words(name, one) for name, one in seen.items() if one is not None]
    guessed = f"taking {', '.join(field.unknown)} to see everything" if field.unknown else ""
    return joined([*lines, guessed], "\n")


def seen_words(name: str, seen: Seen) -> str:
    """What is seen of one input.

    Pictures by rows and columns, sequences by steps, vectors by how many of their numbers.
    """
    if not seen.start:
        count = len(seen.channels) if seen.channels is not None else seen.shape[-1] if seen.shape else 1
        return f"{'all ' if seen.channels is None else ''}{count:,} numbers of {name}"
    names = {1: ("step",), 2: ("row", "column")}.get(len(seen.start))
    is_all = seen.size == seen.shape[:-1]
    if is_all or names is None:
        return f"all of {name}" if is_all else f"{' × '.join(map(str, seen.size))} of {name}"
    spans = [span_words(start, stop, what) for start, stop, what in zip(seen.start, seen.stop, names, strict=True)]
    return f"{', '.join(spans)} of {name}{', and beyond its border' if seen.padding else ''}"
