"""What the network answers to one thing that a net of the scene shows, as a list for a board. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.answer import answer_of, answer_panel
from scenes.panels.classes import Place, change_list, flat_list
from scenes.panels.heading import fitted
from viewer.state import Hud, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from scenes.panels.answer import Answer
    from viewer.state import CaptureKey, ColourRole, NetView

COMPARED_CLASSES = 5
"""Lines of each list where several nets are compared."""
HEAD_PX = 21.0
HEAD_Y_PX, FIRST_Y_PX, LARGE_Y_PX = 18.0, 60.0, 68.0

Scores = tuple[float, ...]


def answer_hud(bundle: Bundle, net: NetView, width_px: float, among: Sequence[CaptureKey] = ()) -> Hud:
    """The answer to what `net` shows under the name of its input, `width_px` wide, from the top left corner down.

    It is empty where the model gives no vector or nothing is known of this capture, and of a difference where the
    model has no classes. Where there is a difference, or several captures are compared (`among`), all lists show the
    classes that are likeliest in any of these, in the order of the first; of a difference the changes in points.
    """
    answer = answer_of(bundle)
    is_difference = net.quantity == "difference"
    before, after = (_read(bundle, answer, key) for key in (net.capture, net.toward or net.capture))
    scores = tuple(one * (1 - net.blend) + two * net.blend for one, two in zip(before, after, strict=False))
    if not scores or (is_difference and not answer.has_classes):
        return Hud()
    compared = tuple(among) or ((net.capture, net.toward) if is_difference and net.toward else ())
    shown = _shared_classes([_read(bundle, answer, key) for key in compared]) if answer.has_classes else ()
    if is_difference:
        return change_list(before, scores, answer.names, shown, Place(0.0, width_px, HEAD_Y_PX))
    head = Words(_head(bundle, net, width_px), (0.0, HEAD_Y_PX), HEAD_PX, role="dim")
    if not shown:
        return Hud(words=(head,)) + answer_panel(answer, scores, Place(0.0, width_px, FIRST_Y_PX))
    role: ColourRole = "alarm" if net.heading_role == "alarm" else "accent"
    return Hud(words=(head,)) + flat_list(scores, answer.names, shown, Place(0.0, width_px, LARGE_Y_PX), role)


def _read(bundle: Bundle, answer: Answer, key: CaptureKey) -> Scores:
    return answer.read(bundle.capture(key.input_id, key.checkpoint_id))


def _shared_classes(answers: Sequence[Scores]) -> tuple[int, ...]:
    """The classes that are likeliest in any of these answers, in the order of the first; none of no answers."""
    known = [scores for scores in answers if scores]
    if not known:
        return ()
    most = [max(column) for column in zip(*known, strict=True)]
    ranked = sorted(range(len(most)), key=lambda index: (-most[index], index))[:COMPARED_CLASSES]
    return tuple(sorted(ranked, key=lambda index: (-known[0][index], index)))


def _head(bundle: Bundle, net: NetView, width_px: float) -> str:
    """The input, and the moment of training where there are several; the end of a long name makes room for it."""
    key = net.toward if net.toward is not None and net.blend >= 0.5 else net.capture
    several = len(bundle.manifest.checkpoints) > 1
    moment = f", {bundle.checkpoint(key.checkpoint_id).label}" if several else ""
    name = fitted(bundle.input(key.input_id).label, width_px - width_of(moment, HEAD_PX), HEAD_PX)
    return fitted(name + moment, width_px, HEAD_PX)
