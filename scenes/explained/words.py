"""What the scene of explanations says: under pictures, in the caption, in the legends. All in the bundle's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.explained.methods import method_of
from scenes.explained.places import LINE_PITCH_PX, NAME_PITCH_PX, UNDER_PX, Sign
from scenes.explained.strength import strength_words
from scenes.explained.subject import question_words, score_words
from scenes.panels.classes import class_name
from scenes.panels.heading import fitted
from scenes.panels.legends import SIZE_PX
from scenes.panels.numbers import percent
from viewer.state import Hud, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Overlay
    from scenes.explained.places import Box, Spread
    from scenes.explained.strength import Strengths
    from scenes.explained.subject import Look, Row, Subject
    from scenes.panels.answer import Answer
    from viewer.state import MapName

RAMP_PX = 230.0
KINDS: dict[str, tuple[str, MapName]] = {"heat": ("counts", "heat"), "signed": ("against | for", "evidence")}
SWATCH_PX = 30.0


def says(bundle: Bundle, answer: Answer, row: Row) -> str:
    """What the network says of the input of a row: the class and its share; empty where it has no classes."""
    scores = answer.read(bundle.capture(row.key.input_id, row.key.checkpoint_id))
    if not answer.has_classes or not scores:
        return ""
    first = max(range(len(scores)), key=scores.__getitem__)
    return f"{class_name(answer.names, first)}, {percent(scores[first])}"


def asked(bundle: Bundle, row: Row) -> str:
    """What all explanations of a row were asked about, and its score; empty where that is not the same."""
    if len({look.question for look in row.looks}) > 1:
        return ""
    told = question_words(bundle, row.looks[0]), score_words(row.looks[0])
    return ", ".join(part for part in told if part)


def signs_of(bundle: Bundle, answer: Answer, subject: Subject, strengths: Strengths) -> tuple[Sign, ...]:
    """What stands under each picture, row after row: first the picture itself, then each map."""
    signs: list[Sign] = []
    for number, row in enumerate(subject.rows):
        name = bundle.input(row.key.input_id).label
        said, about = says(bundle, answer, row), asked(bundle, row)
        is_told = bool(about) and subject.is_pair
        kind = bundle.input(row.key.input_id).kind if subject.is_pair else ""
        told = (f"says {said}" if said else "", f"asked: {about}" if is_told else "")
        signs.append(Sign(kind or name, "", tuple(line for line in told if line)))
        signs += [_sign(bundle, look, strengths, is_one=bool(about), is_first=not number) for look in row.looks]
    return tuple(signs)


def _sign(bundle: Bundle, look: Look, strengths: Strengths, *, is_one: bool, is_first: bool) -> Sign:
    method = method_of(look.run.method)
    number = strength_words(bundle, look.over, strengths.of(look.over, look.run.method))
    about = "" if is_one else ", ".join(part for part in (question_words(bundle, look), score_words(look)) if part)
    return Sign(
        method.name,
        method.asks if is_first else "",
        tuple(line for line in (about, number) if line),
        number.replace("full colour", "full"),
    )


def signs_hud(spread: Spread, signs: Sequence[Sign], number: int | None) -> Hud:
    """The words under all pictures; the name of picture `number` is lit."""
    words: list[Words] = []
    for at, ((left, top, wide, high), sign) in enumerate(zip(spread.boxes, signs, strict=True)):
        x, y = left + wide / 2, top + high + UNDER_PX
        for text, size, is_name in spread.lines(sign):
            role = "text" if is_name else "dim"
            role = "accent" if is_name and at == number else role
            words.append(Words(text, (x, y), size, is_name, role, "centre"))  # type: ignore[arg-type]
            y += NAME_PITCH_PX if is_name else LINE_PITCH_PX
    return Hud(words=tuple(words))


def opening(said: str) -> tuple[str, ...]:
    """Before anything is explained."""
    if not said:
        return ("Which pixels is the answer made of?",)
    return f"The network says {said.rpartition(', ')[0]}.", "Which pixels made it say that?"


def together(subject: Subject) -> tuple[str, ...]:
    """All maps side by side."""
    if subject.is_pair:
        return "The same picture to the eye, and another answer:", "below is where it looks when it is fooled."
    count = len(subject.shown.looks)
    if count == 1:
        return alone(subject.shown.looks[0])
    return "One picture, one answer,", f"and {count} ways to ask which pixels count."


def alone(look: Look) -> tuple[str, ...]:
    """One method: what it asks, and its caution."""
    method = method_of(look.run.method)
    told = f"{method.name}: {method.tells}" if method.tells else f"{method.name}."
    return (told, method.caution) if method.caution else (told,)


def by_layer(look: Look, stages: Sequence[Overlay]) -> tuple[str, ...]:
    """The map on the net."""
    name = method_of(look.run.method).name
    if len(stages) == 1:
        return f"{name} on the picture that the net is fed:", "from here everything else is computed."
    return f"{name} in one layer after the other:", "the last ones see coarse regions, the first ones fine details."


def panel_hud(box: Box, lines: Sequence[str], room_px: float) -> Hud:
    """The name and the numbers of the layer whose map is beside the net, under its picture."""
    left, top, _, high = box
    words, y = [], top + high + 40.0
    for at, text in enumerate(line for line in lines if line):
        size = 26.0 if at == 0 else SIZE_PX
        words.append(Words(fitted(text, room_px, size, at == 0), (left, y), size, at == 0, "text" if not at else "dim"))
        y += 32.0 if at == 0 else 28.0
    return Hud(words=tuple(words))
