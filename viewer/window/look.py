"""The colours of the window's own parts, from the same palette as the pictures, and the font that the package ships."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QFontDatabase

from viewer.colour import PALETTES, Rgb
from viewer.letters import font_file
from viewer.typeset import FONTS

if TYPE_CHECKING:
    from viewer.state import Theme


@dataclass(frozen=True, slots=True)
class Look:
    """Colours as `#RRGGBB`: ground of panels and of raised parts, lines between, words in three strengths, accents."""

    panel: str
    raised: str
    line: str
    chosen: str
    text: str
    dim: str
    faint: str
    accent: str
    alarm: str


def look_of(theme: Theme) -> Look:
    """The look that goes with a theme of the pictures."""
    palette = PALETTES[theme]
    roles, panel = palette.roles, palette.panel
    return Look(
        panel=_code(panel),
        raised=_code(_mixed(panel, roles["track"], 0.7)),
        line=_code(_mixed(panel, palette.border, 0.35)),
        chosen=_code(_mixed(panel, roles["bar"], 0.45)),
        text=_code(roles["text"]),
        dim=_code(roles["dim"]),
        faint=_code(_mixed(panel, roles["dim"], 0.5)),
        accent=_code(roles["adds"] if palette.is_additive else roles["accent"]),
        alarm=_code(roles["alarm"]),
    )


def style_sheet(theme: Theme) -> str:
    """The style sheet of the whole window."""
    look = look_of(theme)
    sheet = (files("viewer.window") / "style.qss").read_text("utf-8")
    return Template(sheet).substitute({name: getattr(look, name) for name in Look.__slots__})


def load_fonts() -> None:
    """Make the fonts of the pictures that can be read known to Qt, so that a bare system shows the same words."""
    for content in filter(None, map(font_file, FONTS)):
        QFontDatabase.addApplicationFontFromData(content)


def colour(code: str) -> QColor:
    """The colour of a `#RRGGBB` code."""
    return QColor(code)


def _mixed(one: Rgb, two: Rgb, part: float) -> Rgb:
    """`one` at part 0, `two` at 1."""
    red, green, blue = (a + (b - a) * part for a, b in zip(one, two, strict=True))
    return red, green, blue


def _code(colour: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02X}" for part in colour)
