"""What a drawing is drawn on: the colour that the pictures of the bundle have at their border. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle import KerascopeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle

MOST_PICTURES = 24
PLAIN_PART = 0.25
"""Where fewer of the border's pixels share a colour, the pictures have no ground: photographs."""
WHITE = 255
MIDDLE = 128


def ground_of(bundle: Bundle, channels: int) -> tuple[int, ...]:
    """The commonest colour at the border of the first clean inputs: `channels` numbers of 0..255.

    White where there is no such colour (photographs), and where the bundle keeps no pictures.

    >>> from types import SimpleNamespace as Of
    >>> digits = {"a": np.zeros((4, 4, 1), np.uint8)}
    >>> manifest = Of(inputs=[Of(id="a", kind="clean")])
    >>> ground_of(Of(manifest=manifest, image=digits.get), 1)
    (0,)
    """
    borders = [_border(picture) for picture in _pictures(bundle) if picture.shape[2] == channels]
    if not borders:
        return (WHITE,) * channels
    colours, counts = np.unique(np.concatenate(borders), axis=0, return_counts=True)
    if counts.max() < PLAIN_PART * counts.sum():
        return (WHITE,) * channels
    return tuple(int(part) for part in colours[counts.argmax()])


def inverted(colour: tuple[int, ...]) -> tuple[int, ...]:
    """The opposite of a colour.

    >>> inverted((0, 255, 30))
    (255, 0, 225)
    """
    return tuple(WHITE - part for part in colour)


def ink_on(ground: tuple[int, ...]) -> tuple[int, ...]:
    """What is seen best on a ground: black or white.

    >>> ink_on((0,)), ink_on((250, 250, 250))
    ((255,), (0, 0, 0))
    """
    return (WHITE if sum(ground) < MIDDLE * len(ground) else 0,) * len(ground)


def _pictures(bundle: Bundle) -> list[NDArray[np.uint8]]:
    clean = [each.id for each in bundle.manifest.inputs if each.kind == "clean"][:MOST_PICTURES]
    found = []
    for input_id in clean:
        try:
            picture = bundle.image(input_id)
        except KerascopeError:
            continue  # a damaged picture is told where it is looked at
        if picture is not None:
            found.append(picture)
    return found


def _border(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The pixels (n, channels) of the four edges."""
    sides = picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]
    return np.concatenate(sides)
