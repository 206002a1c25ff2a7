"""The words that frame a picture: title, subtitle and caption."""

from __future__ import annotations

from viewer.state import REFERENCE_HEIGHT_PX, ColourRole, Hud, Words
from viewer.typeset import width_of

MARGIN_PX = 96.0
TITLE_Y_PX = 70.0


def heading(title: str, subtitle: str = "") -> Hud:
    """Title top left in bold, the subtitle behind it on the same line."""
    words = [Words(title, (MARGIN_PX, TITLE_Y_PX), 40.0, bold=True)]
    if subtitle:
        x = MARGIN_PX + width_of(title, 40.0, True) + 22.0
        words.append(Words(subtitle, (x, TITLE_Y_PX), 26.0, role="dim"))
    return Hud(words=tuple(words))


def caption(lines: tuple[str, ...], right_px: float, *, alpha: float = 1.0, role: ColourRole = "text") -> Hud:
    """A sentence of one or two lines at the bottom right."""
    bottom = REFERENCE_HEIGHT_PX - 32.0
    return Hud(
        words=tuple(
            Words(line, (right_px, bottom - 36.0 * (len(lines) - 1 - i)), 27.0, role=role, anchor="right", alpha=alpha)
            for i, line in enumerate(lines)
        )
    )
