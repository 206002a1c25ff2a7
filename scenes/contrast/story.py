"""What two networks that see one perturbation show, in sentences made of the picture's own numbers. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.attack.names import words_of
from scenes.panels.classes import class_name

if TYPE_CHECKING:
    from scenes.contrast.pairs import Contrast
    from scenes.panels.answer import Answer

LEVELS = 255


def size_text(epsilon: float, *, is_picture: bool) -> str:
    """An epsilon: of a picture in its 255 levels, else as a share of the valid range.

    >>> size_text(0.0527, is_picture=True), size_text(0.0527, is_picture=False)
    ('13.4/255', '0.0527')
    """
    return f"{epsilon * LEVELS:.1f}/{LEVELS}" if is_picture else f"{epsilon:.4g}"


def place_text(contrast: Contrast, moment: int, *, is_picture: bool) -> str:
    """Where on the way a moment is: its epsilon, or where that does not grow its step."""
    shown = contrast.moments[moment]
    if contrast.is_to_scale:
        return f"\u03b5 = {size_text(shown.epsilon, is_picture=is_picture)}"
    return f"step {shown.number}"


def fate_text(contrast: Contrast, net: int, moment: int, *, is_picture: bool) -> str:
    """What has become of a network until a moment: its answer, or where it was first another one."""
    flip = contrast.flip(net)
    if flip is not None and flip <= moment:
        return f"another answer from {place_text(contrast, flip, is_picture=is_picture)}"
    return "" if moment == 0 else "same answer"


def start_lines(contrast: Contrast, names: tuple[str, str], answer: Answer) -> tuple[str, ...]:
    """At the clean input."""
    one, two = (class_name(answer.names, seen.winner) for seen in contrast.moments[0].seen)
    if one == two:
        return "One picture, two networks of one architecture:", f"both say {one}."
    return "One picture, two networks of one architecture:", f"{names[0]} says {one}, {names[1]} says {two}."


def way_lines(contrast: Contrast, names: tuple[str, str]) -> tuple[str, ...]:
    """On the way."""
    attacked, other = names[contrast.attacked], names[1 - contrast.attacked]
    return "The same change grows for both. It was made", f"against {attacked}; {other} gets it from there."


def end_lines(contrast: Contrast, names: tuple[str, str], *, is_picture: bool) -> tuple[str, ...]:
    """The verdict, from the steps at which each changed its answer; then what is known of the other one attacked
    itself.
    """
    flips = contrast.flip(0), contrast.flip(1)
    last = place_text(contrast, len(contrast.moments) - 1, is_picture=is_picture)
    if flips == (None, None):
        lines: tuple[str, ...] = (f"Neither changes its answer up to {last}.",)
    elif None in flips:
        stays = flips.index(None)
        moved = flips[1 - stays]
        where = place_text(contrast, moved or 0, is_picture=is_picture)
        lines = f"{names[1 - stays]} changes its answer at {where},", f"{names[stays]} not up to {last}."
    else:
        lines = _both(contrast, names, (flips[0] or 0, flips[1] or 0), is_picture)
    return lines + _own_line(contrast, names, is_picture)


def _both(contrast: Contrast, names: tuple[str, str], flips: tuple[int, int], is_picture: bool) -> tuple[str, ...]:
    one, two = (place_text(contrast, flip, is_picture=is_picture) for flip in flips)
    if flips[0] == flips[1]:
        return (f"Both change their answer at {one}.",)
    first = 0 if flips[0] < flips[1] else 1
    where, later = (one, two) if first == 0 else (two, one)
    times = ""
    sizes = [contrast.moments[flip].epsilon for flip in sorted(flips)]
    if contrast.is_to_scale and sizes[0] > 0:
        times = f": {sizes[1] / sizes[0]:.1f} times as far"
    return f"{names[first]} changes its answer at {where},", f"{names[1 - first]} at {later}{times}."


def _own_line(contrast: Contrast, names: tuple[str, str], is_picture: bool) -> tuple[str, ...]:
    if contrast.own is None:
        return (f"{names[1 - contrast.attacked]} was not attacked itself.",)
    run, epsilon = contrast.own
    size = size_text(epsilon, is_picture=is_picture)
    return (f"Attacked itself ({words_of(run.method)}), {names[1 - contrast.attacked]} changes at \u03b5 = {size}.",)
