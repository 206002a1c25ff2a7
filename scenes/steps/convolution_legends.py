"""The legends under the board of a convolution: what its colours mean, in numbers. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from scenes.panels.arrange import in_a_row
from scenes.panels.legends import SIZE_PX, TOP_PX, colour_legend
from scenes.steps.convolution_words import told
from viewer.grids import decimals_for
from viewer.state import Grid, Hud, Ramp, Words

if TYPE_CHECKING:
    from scenes.steps.convolution_fixed import Bench
    from scenes.steps.scenery import StepFrame
    from viewer.state import MapName, Tint

STRIP_CELLS, STRIP_PX = 48, 16.0
WIDTHS_PX = 200.0, 190.0, 116.0, 150.0
"""Of each legend in wide, square and tall frames, and in those that are wide, but not by much."""
GAPS_PX = 40.0, 40.0, 20.0, 28.0
TINTED = ("red", "green", "blue", "grey")


def legends_of(bench: Bench, frame: StepFrame) -> tuple[tuple[Hud, ...], tuple[Grid, ...]]:
    """All legends as one display, and the strips of those colours that are no map: of a picture's channels."""
    speech, looks, tall = bench.telling.speech, bench.looks, bench.places.is_tall
    room = 2 if tall else 1 if not frame.is_wide else 0 if bench.places.is_wide else 3
    wide, legend = WIDTHS_PX[room], _narrow if room > 1 else _plain
    tints = tuple(cast("Tint", each) for each in dict.fromkeys(looks.colours) if each in TINTED)
    pieces = [
        _pixels(bench, wide) if tints else legend(speech("legend_input"), "activation", wide, looks.input),
        legend(speech("legend_weight"), "weight", wide, looks.weight),
        legend(speech("legend_product"), "activation", wide, looks.product),
        legend(speech("legend_short" if tall else "legend_output"), "activation", wide, looks.output),
    ]
    right = frame.width_px * 0.62 - 24.0 if frame.is_wide else frame.width_px - frame.margin_px
    row = sum(in_a_row(pieces, frame.margin_px, right, GAPS_PX[room]), Hud())
    return (row,), _strips(tints, frame, wide) if tints else ()


def _plain(title: str, map_name: MapName, width_px: float, scale: float) -> Hud:
    return colour_legend(title, map_name, width_px, _unit(scale))


def _narrow(title: str, map_name: MapName, width_px: float, scale: float) -> Hud:
    """A strip with a single number under it: that of both ends."""
    ramp = Ramp((0.0, TOP_PX + STRIP_PX, width_px, STRIP_PX), map_name)
    both = Words(f"\u00b1{_unit(scale)}", (width_px / 2, TOP_PX + STRIP_PX + 44.0), SIZE_PX, anchor="centre")
    return Hud(ramps=(ramp,), words=(Words(title, (0.0, TOP_PX), SIZE_PX), both))


def _unit(scale: float) -> str:
    return told(scale, decimals_for(scale), is_signed=False)


def _pixels(bench: Bench, width_px: float) -> Hud:
    """The words round the strips; they stand where the row begins."""
    top = TOP_PX + STRIP_PX + 44.0
    title = Words(bench.telling.speech("legend_pixel"), (0.0, TOP_PX), SIZE_PX)
    ends = Words("0", (0.0, top), SIZE_PX), Words(_unit(bench.looks.input), (width_px, top), SIZE_PX, anchor="right")
    return Hud(words=(title, *ends))


def _strips(tints: tuple[Tint, ...], frame: StepFrame, width_px: float) -> tuple[Grid, ...]:
    """From dark to bright in each colour, under each other."""
    high = STRIP_PX / len(tints)
    values = (tuple(cell / (STRIP_CELLS - 1) for cell in range(STRIP_CELLS)),)
    top = TOP_PX + STRIP_PX - frame.foot_px
    boxes = [(frame.margin_px, top + number * high, width_px, high) for number in range(len(tints))]
    return tuple(
        Grid(f"legend {tint}", values, box, 1.0, tint, number_px=0.0) for tint, box in zip(tints, boxes, strict=True)
    )
