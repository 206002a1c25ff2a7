"""Colours of the two themes, and the colour maps: one family per kind of quantity, zero always in its middle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

import numpy as np
from cmap import Colormap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.state import ColourRole, ColourSet, MapName, Theme, Tint

MAP_NAMES: tuple[MapName, ...] = ("activation", "weight", "difference", "heat", "evidence")
SEQUENTIAL: frozenset[MapName] = frozenset({"heat"})
"""Maps of sizes: dark up to 0, in the middle of the table, and from there to +1; the others are of signed values."""
MAP_ENTRIES = 256

# A dark end, so that nothing is nothing in either theme, as on a photograph; through magenta, which photographs and the
# colours of activations have little of, to yellow.
_HEAT = "#05030C", "#261952", "#771071", "#CD0061", "#FC5848", "#FFA940", "#FCEF52"
# Purple against, lime for: of all pairs that every eye tells apart the one that is farthest from the other maps.
_EVIDENCE: dict[Theme, tuple[str, ...]] = {
    "dark": (
        *("#DC6BFE", "#B112E1", "#690387", "#360B44", "#05070C"),
        *("#292F00", "#667400", "#A5BB02", "#D7F305"),
    ),
    "light": (
        *("#77009A", "#A42BCA", "#C875E1", "#E8C2F1", "#F4F4F2"),
        *("#E9EDB1", "#C7D553", "#A0B600", "#809100"),
    ),
}

# Of the standard set the two maps of weights look alike at both ends to tritanopes (delta E 10 and 16); all others stay
# over 40 for every eye, and so does the safe set.
_CMAPS: dict[ColourSet, dict[Theme, dict[str, str]]] = {
    "standard": {
        "dark": {"activation": "cmasher:iceburn", "weight": "crameri:tofino", "difference": "crameri:vanimo"},
        "light": {"activation": "crameri:vik", "weight": "crameri:cork", "difference": "crameri:bam"},
    },
    "safe": {
        "dark": {"activation": "cmasher:iceburn", "weight": "crameri:berlin", "difference": "crameri:vanimo"},
        "light": {"activation": "crameri:vik", "weight": "colorbrewer:puor", "difference": "crameri:bam"},
    },
}

Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme, each red, green, blue in 0..1, and how its strands are mixed."""

    inner: Rgb
    outer: Rgb
    panel: Rgb
    panel_alpha: float
    border: Rgb
    border_alpha: float
    light: Rgb
    light_strength: float
    ahead: float
    is_additive: bool
    roles: dict[ColourRole, Rgb]


def rgb(code: str) -> Rgb:
    """Red, green, blue in 0..1 of a code like `#F2A93B`.

    >>> rgb("#FF0080")
    (1.0, 0.0, 0.5019607843137255)
    """
    return int(code[1:3], 16) / 255, int(code[3:5], 16) / 255, int(code[5:7], 16) / 255


def code_of(colour: Sequence[float] | NDArray[np.float32]) -> str:
    """The code of a colour, red, green, blue in 0..1, as `rgb` reads it.

    >>> code_of((1.0, 0.0, 0.5)), code_of(rgb("#f2a93b"))
    ('#ff0080', '#f2a93b')
    """
    return "#" + "".join(f"{round(float(part) * 255):02x}" for part in colour)


PALETTES: dict[Theme, Palette] = {
    "dark": Palette(
        inner=rgb("#15233F"),
        outer=rgb("#04070F"),
        panel=rgb("#0B1426"),
        panel_alpha=0.92,
        border=rgb("#6F8FC4"),
        border_alpha=1.0,
        light=rgb("#FFF1CC"),
        light_strength=0.13,
        ahead=0.42,
        is_additive=True,
        roles={
            "text": rgb("#EAF1FF"),
            "dim": rgb("#A9BAD8"),
            "accent": rgb("#FFC857"),
            "alarm": rgb("#FF6B6B"),
            "difference": rgb("#F59BEA"),
            "gain": rgb("#A6E88A"),
            "loss": rgb("#F59BEA"),
            "track": rgb("#1D2B49"),
            "bar": rgb("#5E7DB5"),
            "adds": rgb("#F2A93B"),
            "subtracts": rgb("#3F8CFF"),
            "copies": rgb("#8397BF"),
            "ground": rgb("#0A1426"),
            "panel": rgb("#0B1426"),
            "border": rgb("#6F8FC4"),
            "ink": rgb("#0A0F1A"),
            "chalk": rgb("#F5F9FF"),
        },
    ),
    "light": Palette(
        inner=rgb("#FFFFFF"),
        outer=rgb("#EEF1F6"),
        panel=rgb("#FFFFFF"),
        panel_alpha=0.96,
        border=rgb("#8A97AE"),
        border_alpha=1.0,
        light=rgb("#E08A00"),
        light_strength=0.30,
        ahead=0.55,
        is_additive=False,
        roles={
            "text": rgb("#10192B"),
            "dim": rgb("#46536B"),
            "accent": rgb("#B86200"),
            "alarm": rgb("#C02B2B"),
            "difference": rgb("#A2388F"),
            "gain": rgb("#3B7D23"),
            "loss": rgb("#A2388F"),
            "track": rgb("#DCE3EF"),
            "bar": rgb("#7E97C4"),
            "adds": rgb("#B4472E"),
            "subtracts": rgb("#2C6AA6"),
            "copies": rgb("#7A879E"),
            "ground": rgb("#FFFFFF"),
            "panel": rgb("#FFFFFF"),
            "border": rgb("#8A97AE"),
            "ink": rgb("#0A0F1A"),
            "chalk": rgb("#F5F9FF"),
        },
    ),
}


@cache
def map_table(theme: Theme, name: MapName, colours: ColourSet = "standard") -> NDArray[np.float32]:
    """Table (256, 3) float32 in 0..1 of a colour map; entry 0 is -1, entry 255 is +1, zero lies in the middle.

    Of a sequential one all that is below zero has the colour of zero.
    """
    if name in SEQUENTIAL:
        return _table(Colormap(_HEAT), np.clip(np.linspace(-1, 1, MAP_ENTRIES), 0, 1))
    chosen = Colormap(_EVIDENCE[theme] if name == "evidence" else _CMAPS[colours][theme][name])
    return _table(chosen, np.linspace(0, 1, MAP_ENTRIES))


def strip_table(theme: Theme, name: MapName, colours: ColourSet = "standard") -> NDArray[np.float32]:
    """Table (256, 3) float32 in 0..1 of a strip of a colour map: from -1 to +1, of a sequential one from 0 to +1."""
    if name in SEQUENTIAL:
        return _table(Colormap(_HEAT), np.linspace(0, 1, MAP_ENTRIES))
    return map_table(theme, name, colours)


def _table(chosen: Colormap, at: NDArray[np.float64]) -> NDArray[np.float32]:
    table: NDArray[np.float32] = np.asarray(chosen(at))[:, :3].astype(np.float32)
    return table


TINTS: dict[Tint, Rgb] = {
    "red": rgb("#FF5A52"),
    "green": rgb("#5FE06C"),
    "blue": rgb("#6A9CFF"),
    "grey": rgb("#F4F6FA"),
}


@cache
def tint_table(tint: Tint) -> NDArray[np.float32]:
    """Table (256, 3) float32 in 0..1 as `map_table` has them: dark up to the middle, which is 0, and bright at +1."""
    dark, bright = np.array(rgb("#070B14")), np.array(TINTS[tint])
    part = np.clip(np.linspace(-1, 1, MAP_ENTRIES), 0, 1)[:, None]
    table: NDArray[np.float32] = (dark + (bright - dark) * part).astype(np.float32)
    return table


def colour_table(theme: Theme, name: MapName | Tint, colours: ColourSet = "standard") -> NDArray[np.float32]:
    """The table of a colour map, or of one colour from dark to bright."""
    return tint_table(name) if name in TINTS else map_table(theme, cast("MapName", name), colours)


def apply_map(
    values: NDArray[np.float32], theme: Theme, name: MapName | Tint, colours: ColourSet = "standard"
) -> NDArray[np.float32]:
    """Colours (..., 3) in 0..1 of `values`, clipped to -1..1, as the shaders compute them."""
    table = colour_table(theme, name, colours)
    at = (np.clip(values, -1, 1) * 0.5 + 0.5) * (MAP_ENTRIES - 1)
    low = np.clip(np.floor(at).astype(int), 0, MAP_ENTRIES - 2)
    part = (at - low)[..., None]
    mixed: NDArray[np.float32] = table[low] * (1 - part) + table[low + 1] * part
    return mixed


CLASS_COLOURS: dict[Theme, tuple[str, ...]] = {
    "dark": (
        *("#7BB4F5", "#FFAA2A", "#26A17B", "#FF552C", "#BC7AFF"),
        *("#FEF64A", "#6BF2FF", "#FF80BF", "#C1714C", "#96DC69"),
    ),
    "light": (
        *("#085DB0", "#D96705", "#00805C", "#AF2B38", "#7133C5"),
        *("#819820", "#118DB8", "#C33781", "#8B5116", "#2FA446"),
    ),
}
"""The first ten classes, of like hue in both themes: searched for so that any two stay apart for every eye."""
ROUNDS = 3


@cache
def class_colours(count: int, theme: Theme) -> NDArray[np.float32]:
    """Colours (count, 3) float32 in 0..1 of classes, read-only.

    The first ten are chosen to stay apart for colour-blind eyes. The next twenty are theirs again, nearer to the ground
    of the theme; after thirty they begin anew, so that any class, the thousandth too, can be seen.
    """
    ten = np.array([rgb(code) for code in CLASS_COLOURS[theme]], np.float32)
    rounds = np.arange(count) // len(ten) % ROUNDS
    share = (0.25 * rounds)[:, None]
    ground = np.float32(0.12 if theme == "dark" else 0.85)
    colours: NDArray[np.float32] = (ten[np.arange(count) % len(ten)] * (1 - share) + ground * share).astype(np.float32)
    colours.flags.writeable = False
    return colours
