"""What is said in the scene `transfer`: its heading, the three answers, the counts, the sentence of the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.choose import shown_name
from scenes.panels.facts import LINE_PX, SIZE_PX
from scenes.panels.heading import CAPTION_LINE_PX, TITLE_Y_PX, fitted, heading
from scenes.panels.legends import colour_legend, legend_row, note
from scenes.panels.verdicts import FOOLED, HOLDS, LABELS, WRONG, missing_row, verdict_row
from scenes.transfer.frame import Frame
from scenes.transfer.story import clean_line, rates_line, verdict, way_line
from scenes.transfer.transferred import Rates, rates_of, size_words
from viewer.state import ColourRole, Hud, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.attack.size import ChangeSize
    from scenes.panels.classes import Place
    from scenes.transfer.growth import Moment
    from scenes.transfer.transferred import Said, Transfer

NO_CONTROL = "no noise control"
MOVES_PX = 24.0
CHART_TITLE_ROOM_PX = 150.0


def frame_of(aspect: float, transfer: Transfer) -> Frame:
    """The frame with room for all that will be said in it."""
    rates = rates_of(transfer.run)
    captions = clean_line(transfer), way_line(transfer), verdict(transfer)
    return Frame(aspect, captions, "" if rates is None else rates_line(rates))


def usual_frame(aspect: float) -> Frame:
    """The frame as it is where all is told that can be told: what a layout is made for."""
    return Frame(aspect, (), rates_line(Rates(200, 0.5, 0.01, 0.01)))


def fixed_words(bundle: Bundle, transfer: Transfer, frame: Frame) -> Hud:
    """What does not change: the heading, the legends, what was counted over many pictures."""
    hud = _heading(shown_name(bundle), transfer.origin, frame)
    legends = (
        colour_legend("activation / \u00b1scale", "activation", 230.0),
        colour_legend("difference \u00d7 gain / \u00b1scale", "difference", 250.0),
        note(("\u00b1scale: {percentile} for", "the clean input, clipped;", "small cells: largest change")),
    )
    return hud + legend_row(legends, frame.left_px, frame.legends_right_px) + _rates(frame)


def moment_words(transfer: Transfer, frame: Frame, moment: Moment, moved: ChangeSize, chart: Place) -> Hud:
    """What is said at a moment; `moved` is how large the change is at its step. `chart` reaches from its first to its
    last point, its top is the baseline of its title.
    """
    says = {"clean": clean_line, "way": way_line, "verdict": verdict}[moment.phase](transfer)
    hud = _answers(transfer, frame, moment) + _moves(transfer, size_words(moved, moment.blend), chart)
    return hud + _sentence(says, frame)


def role_of(said: Said | None) -> ColourRole:
    """Gold for the answer to the clean input, red for another one."""
    return "alarm" if said is not None and said.is_fooled else "accent"


def _heading(title: str, origin: str, frame: Frame) -> Hud:
    """The name, and under it where the perturbation comes from: at the same place in both halves of a frame."""
    room_px = frame.right_px - frame.left_px
    told = Words(fitted(origin, room_px, 24.0), (frame.left_px, TITLE_Y_PX + 37.0), 24.0, role="dim", part="subtitle")
    titled = heading(title, "", frame.left_px, frame.right_px)
    return Hud(words=(titled.words[0], told))


def _sentence(says: str, frame: Frame) -> Hud:
    """The sentence of the moment, in as many lines as it needs."""
    column, lines = frame.column, frame.sentence_lines(says)
    top_px = frame.sentence_px
    at = ((column.left_px, top_px + i * CAPTION_LINE_PX) for i in range(len(lines)))
    return Hud(
        words=tuple(Words(t, at_px, frame.letters_px, part="caption") for t, at_px in zip(lines, at, strict=True))
    )


def _answers(transfer: Transfer, frame: Frame, moment: Moment) -> Hud:
    """The answers to the clean input, the attacked one, and to noise of the same size."""
    if transfer.clean is None:
        return Hud()
    shown = transfer.steps[moment.step]
    said = (transfer.clean, 1.0), (shown, moment.attacked), (transfer.noise, moment.noise)
    names = [each.name for each, _ in said if each is not None]
    hud = Hud()
    for place, label, (each, alpha) in zip(frame.places(), LABELS, said, strict=True):
        if alpha <= 0:
            continue
        if each is None:
            hud += missing_row(label, NO_CONTROL, place, alpha=alpha)
            continue
        state = (WRONG if transfer.was_wrong else "") if each is transfer.clean else FOOLED if each.is_fooled else HOLDS
        how = {"state": state, "role": role_of(each), "style": frame.row_style, "names": names, "alpha": alpha}
        hud += verdict_row(label, each.name, each.share, place, **how)  # type: ignore[arg-type]
    return hud


def _moves(transfer: Transfer, now: str, chart: Place) -> Hud:
    """How far pixels move by now, under the end of the chart; shorter where there is little room, or not at all."""
    widest = f"up to {size_words(transfer.size, 0.999)}"
    what = "pixels move by " if transfer.size.is_picture else "values move by "
    room_px = chart.width_px - CHART_TITLE_ROOM_PX
    said = [lead for lead in (what, "") if width_of(lead + widest, MOVES_PX, True) <= room_px]
    if not said:
        return Hud()
    return Hud(
        words=(Words(f"{said[0]}up to {now}", (chart.right_px, chart.top_px), MOVES_PX, True, "difference", "right"),)
    )


def _rates(frame: Frame) -> Hud:
    """All that was counted over many pictures, in one sentence."""
    left_px, y = frame.column.left_px, frame.rates_px
    lines = [(line, (left_px, y + i * LINE_PX)) for i, line in enumerate(frame.rates_lines)]
    return Hud(words=tuple(Words(line, at_px, SIZE_PX, role="dim", part="caption") for line, at_px in lines))
