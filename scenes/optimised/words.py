"""What the scene of an image that emerges says, in the bundle's own words and numbers. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.optimised.chart import curve_at, number_text
from scenes.optimised.methods import method_of
from scenes.panels.classes import class_name
from scenes.panels.heading import broken, fitted
from scenes.panels.legends import colour_legend, legend_row, note
from scenes.panels.numbers import percent
from viewer.state import Hud, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from scenes.optimised.places import Box, OptimiseFrame
    from scenes.optimised.subject import Curve, Subject
    from scenes.panels.answer import Answer

STEP_PX, LINE_PX, NAME_PX = 36.0, 23.0, 21.0
FIRST_PITCH_PX, PITCH_PX = 40.0, 30.0
MOST_LINES = 3
NARROW_PX = 700.0


def asked(bundle: Bundle, subject: Subject) -> str:
    """What is asked for, as a question."""
    likes = {role: bundle.input(like).label for role, like in subject.likes}
    named = {"content": likes.get("content", "a picture"), "style": likes.get("style", "a picture")}
    return method_of(subject.run.method).asks.format(target=subject.target, **named)


def lines_of(
    subject: Subject, answer: Answer, step: int, scores: tuple[Sequence[float], Sequence[float]]
) -> tuple[str, ...]:  # fmt: skip
    """The lines under the image: the step, then what has become of what is asked for, from the first image on."""
    steps = f"step {step} of {subject.steps_made}"
    first, here = scores
    number = subject.class_number
    lines = [steps]
    if number is not None and number < len(here) and answer.has_classes:
        name = class_name(answer.names, number)
        before = "" if len(subject.keys) == 1 else f"{percent(first[number])} \u2192 "
        lines.append(f"{name}: {before}{percent(here[number])}")
    if subject.logit is not None:
        first_logit, logit = subject.logit.values[0], curve_at(subject.logit, step)
        lines.append(f"logit: {number_text(first_logit)} \u2192 {number_text(logit)}")
    lines += _both_losses(subject)
    if not subject.is_lit:
        lines.append("only its answer was kept")
    return tuple(lines)


def _both_losses(subject: Subject) -> list[str]:
    first, last = subject.run.result.get("first_loss"), subject.run.result.get("last_loss")
    if len(subject.curves) > 1 and isinstance(first, int | float) and isinstance(last, int | float):
        return [f"weighted sum: {number_text(first)} \u2192 {number_text(last)}"]
    return []


def under_image(frame: OptimiseFrame, lines: Sequence[str]) -> Hud:
    """The first line large under the image, the others small; they are broken where they are too long."""
    place, (first, *others) = frame.under, lines
    y, words = place.top_px, [Words(first, (place.left_px, place.top_px), STEP_PX, True, "accent")]
    y += FIRST_PITCH_PX
    for line in [part for text in others for part in broken(text, place.width_px, LINE_PX)][:MOST_LINES]:
        words.append(Words(fitted(line, place.width_px, LINE_PX), (place.left_px, y), LINE_PX))
        y += PITCH_PX
    return Hud(words=tuple(words))


def names_of(bundle: Bundle, subject: Subject, boxes: tuple[Box, ...]) -> Hud:
    """What the small pictures are, under them."""
    words = []
    for (role, like), (left, top, wide, high) in zip(subject.likes, boxes, strict=True):
        room = max(wide, 120.0)
        for row, text in enumerate((role, bundle.input(like).label)):
            at = left, top + high + 28.0 + row * 26.0
            words.append(Words(fitted(text, room, NAME_PX, not row), at, NAME_PX, not row, "dim" if row else "text"))
    return Hud(words=tuple(words))


def loss_title(subject: Subject, curve: Curve) -> str:
    """What a curve is of, and whether it is made larger."""
    method = method_of(subject.run.method)
    way = "" if method.rises is None else ", made larger" if method.rises else ", made smaller"
    return curve.name or f"{method.loss}{way}"


def on_way(subject: Subject, begins: str) -> tuple[str, ...]:
    """While the image comes."""
    if subject.is_dead:
        return ("Nothing moves it:", "the gradient is 0 everywhere.")
    rises = method_of(subject.run.method).rises
    way = "better" if rises is None else "larger" if rises else "smaller"
    what = "loss" if rises is False else "curve"
    return f"It begins with {begins}; each step changes", f"all pixels a little, so that the {what} gets {way}."


def at_end(subject: Subject, answer: Answer, scores: Sequence[float]) -> tuple[str, ...]:
    """What came of it."""
    if subject.is_dead:
        return ("A dead one: nothing in any picture near", "this one would move it.")
    if subject.stopped:
        return ("It ended early, with the last good image:", f"{subject.stopped.rstrip('.')}.")
    if not answer.has_classes or not scores:
        return (f"This is what {subject.steps_made} steps make of it.",)
    first = max(range(len(scores)), key=scores.__getitem__)
    says = f"{class_name(answer.names, first)}, {percent(scores[first])}"
    if subject.class_number == first:
        return f"The network says {says}:", "no photograph, but what it looks for."
    return f"This is what {subject.steps_made} steps make of it;", f"the network now says {says}."


def legends(frame: OptimiseFrame, *, is_lit: bool) -> Hud:
    """The colours of the net."""
    if not is_lit:
        told = note(("outputs of layers were not kept", "of this image: the net is dim"))
        return legend_row((told,), frame.left_px, frame.legends_right_px)
    ramp = colour_legend("activation / \u00b1scale {own}", "activation", 360.0 if frame.is_wide else 240.0)
    scale = note(("scale: {percentile} of |value|,", "of the last image; {printed}, clipped"))
    if frame.width_px < NARROW_PX:
        scale = note(("scale: {percentile}", "of the last image\u2019s", "|values|, clipped"))
    return legend_row((ramp, scale), frame.left_px, frame.legends_right_px)
