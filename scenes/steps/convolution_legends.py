"""The legends under the board of a convolution: what its colours mean, in numbers. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from scenes.panels.arrange import in_a_row
from scenes.panels.legends import SIZE_PX, TOP_PX, colour_legend
from viewer.grids import decimals_for
from viewer.state import Grid, Hud, Words

if TYPE_CHECKING:
    from scenes.steps.convolution_fixed import Bench
    from scenes.steps.scenery import StepFrame
    from viewer.state import Tint

STRIP_CELLS, STRIP_PX = 48, 16.0
WIDTHS_PX = 250.0, 190.0, 110.0
"""Of each legend in wide, square and tall frames."""
LAST_PX = 400.0
TINTED = ("red", "green", "blue", "grey")


def legends_of(bench: Bench, frame: StepFrame) -> tuple[tuple[Hud, ...], tuple[Grid, ...]]:
    """All legends as one display, and the strips of those colours that are no map: of a picture's channels."""
    speech, looks, tall = bench.telling.speech, bench.looks, bench.places.is_tall
    wide = WIDTHS_PX[2] if tall else WIDTHS_PX[0 if frame.is_wide else 1]
    tints = tuple(cast("Tint", each) for each in dict.fromkeys(looks.colours) if each in TINTED)
    first = colour_legend(speech("legend_input"), "activation", wide, _unit(looks.input))
    rest = [
        colour_legend(speech("legend_weight"), "weight", wide, _unit(looks.weight)),
        colour_legend(speech("legend_product"), "activation", wide, _unit(looks.product)),
        colour_legend(speech("legend_short" if tall else "legend_output"), "activation", wide, _unit(looks.output)),
    ]
    pieces = [_pixel_legend(bench, wide) if tints else first, *rest]
    right = frame.width_px * 0.62 - 24.0 if frame.is_wide else frame.width_px - frame.margin_px
    row = sum(in_a_row(pieces, frame.margin_px, right, 20.0 if tall else 40.0), Hud())
    strips = _strips(tints, frame.margin_px, wide) if tints else ()
    return (row,), strips


def _unit(scale: float) -> str:
    return f"{scale:.{decimals_for(scale)}f}"


def _pixel_legend(bench: Bench, width_px: float) -> Hud:
    """The words round the strips; they stand where the row begins."""
    top = TOP_PX + STRIP_PX + 44.0
    title = Words(bench.telling.speech("legend_pixel"), (0.0, TOP_PX), SIZE_PX)
    ends = Words("0", (0.0, top), SIZE_PX), Words(_unit(bench.looks.input), (width_px, top), SIZE_PX, anchor="right")
    return Hud(words=(title, *ends))


def _strips(tints: tuple[Tint, ...], left_px: float, width_px: float) -> tuple[Grid, ...]:
    """From dark to bright in each colour, under each other."""
    high = STRIP_PX / len(tints)
    values = (tuple(cell / (STRIP_CELLS - 1) for cell in range(STRIP_CELLS)),)
    boxes = [(left_px, TOP_PX + STRIP_PX + number * high, width_px, high) for number in range(len(tints))]
    return tuple(
        Grid(f"legend {tint}", values, box, 1.0, tint, number_px=0.0) for tint, box in zip(tints, boxes, strict=True)
    )
