"""The lesson file that a teacher begins with: the tour of a bundle as it is, and what each field is for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from scenes.choose import shown_name
from scenes.encode.atomic import check_place
from scenes.encode.shot import cannot_write
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.speech.speech import speech_of
from scenes.tour.choosing import options_at
from scenes.tour.lesson import Lesson, Stop
from scenes.tour.offered import offered_stops
from scenes.tour.sayings import fact_at
from viewer.cues import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.bundle import Bundle
    from scenes.options import Language

DELETE = chr(127)


def write_lesson(bundle: Bundle, out: Path, language: Language = "en", *, overwrite: bool = False) -> Path:
    """The path of a lesson that was written: the tour of the bundle as it is without one, with a comment on each field.

    Raises
    ------
    KerascopeError
        The bundle has nothing to show, `out` cannot be written, or something is there that may not be replaced.
    """
    check_place(out, folder=False, overwrite=overwrite)
    text = lesson_text(default_lesson(bundle, SceneOptions(language=language)), language)
    try:
        write_whole(out, text.encode())
    except OSError as error:
        raise cannot_write(error, out) from error
    return out


def default_lesson(bundle: Bundle, options: SceneOptions) -> Lesson:
    """The tour of a bundle without a lesson, as a lesson with its captions, whose places are filled when it is shown:
    so they are true of whatever input, channel and cell it is shown with.
    """
    layout = scene("tour").lay_out(bundle, options)
    stops = offered_stops(bundle, layout, options)
    speech = speech_of(options.language, "tour")
    facts = (fact_at(bundle, stop.scene, options_at(bundle, options, stop)) for stop in stops)
    told = tuple(replace(stop, caption=(speech.texts[fact.key],)) for stop, fact in zip(stops, facts, strict=True))
    title = speech("title", model=shown_name(bundle))
    return Lesson(told, title, options.language)


def lesson_text(lesson: Lesson, language: Language) -> str:
    """A lesson as its file has it, with comments in a language; `parsed_lesson` reads it back."""
    speech = speech_of(language, "tour")
    helps = [speech("help"), *(speech(f"help_{name}") for name in HELPED)]
    head = [f"# {line}".rstrip() for text in helps for line in text.splitlines()]
    head += ["", f"title = {_quoted(lesson.title)}"]
    head += [f"language = {_quoted(lesson.language)}"] if lesson.language else []
    return "\n".join([*head, *(line for stop in lesson.stops for line in _lines(stop)), ""])


HELPED = "scene", "layer", "channel", "at", "caption", "pause_secs", "speed"


def _lines(stop: Stop) -> list[str]:
    """A stop as its lines of the file, what was not chosen left out."""
    values = {name: getattr(stop, name) for name in HELPED}
    given = {name: value for name, value in values.items() if value is not None and value != ()}
    return ["", "[[stop]]", *(f"{name} = {_value(name, value)}" for name, value in given.items())]


def _value(name: str, value: object) -> str:
    if name == "caption" and isinstance(value, tuple):
        return _quoted(value[0]) if len(value) == 1 else "[" + ", ".join(map(_quoted, value)) + "]"
    if isinstance(value, tuple):
        return str(list(value))
    return _quoted(value) if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    """A text as TOML has it, which is as JSON has it but for one sign."""
    return json.dumps(text, ensure_ascii=False).replace(DELETE, "\\u007f")
