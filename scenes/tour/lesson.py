"""A lesson: where a tour stops and what is said there, a small TOML file that a teacher edits."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from exporter.bundle.errors import KerascopeError
from scenes.speech.speech import LANGUAGES

if TYPE_CHECKING:
    from scenes.options import Language

NETWORK = "network"
"""A stop at the whole net: no scene of one layer, the light stands at the layer."""
STEP_SCENES = (
    "convolution", "activation", "pooling", "normalisation", "flatten", "dense", "softmax", "attention",
)  # fmt: skip
SCENES = NETWORK, *STEP_SCENES
MOST_STOPS, LONGEST_CAPTION, LARGEST_BYTES = 50, 400, 2**18
LONGEST_PAUSE_SECS, SLOWEST, FASTEST = 600.0, 0.1, 10.0


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of a tour; `None` leaves the choice to the scene, or to the tour.

    `caption` are lines; without any, the tour says what there is to say. `pause_secs` is how long the picture stands
    at its last step, `speed` how fast the scene goes, 1 as by itself.
    """

    scene: str
    layer: str | None = None
    channel: int | None = None
    at: tuple[int, ...] | None = None
    caption: tuple[str, ...] = ()
    pause_secs: float | None = None
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """The stops of a tour in order, its title and its language; what is empty or `None` is chosen by the tour."""

    stops: tuple[Stop, ...]
    title: str = ""
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of the file: what it has to be, in words, and what it is then; `read` gives `None` for what it is not."""

    expected: str
    read: Callable[[Any], Any]


def read_lesson(path: Path) -> Lesson:
    """The lesson of a file.

    Raises
    ------
    KerascopeError
        It cannot be read or is no lesson: names the stop and the field that is wrong.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            expected, got = f"at most {LARGEST_BYTES:,} bytes", f"{path.stat().st_size:,}"
            raise KerascopeError("too large for a lesson", expected=expected, got=got, path=path)
        text = path.read_text("utf-8")
    except OSError as error:
        raise KerascopeError("the lesson cannot be read", got=error.strerror or error, path=path) from error
    except UnicodeDecodeError as error:
        remedy = "save it as UTF-8"
        raise KerascopeError("the lesson cannot be read", expected="UTF-8 text", remedy=remedy, path=path) from error
    return parsed_lesson(text, path)


def parsed_lesson(text: str, path: Path | None = None) -> Lesson:
    """The lesson that a text is; `path` is where it stands, for messages.

    Raises
    ------
    KerascopeError
        As `read_lesson`.
    """
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        expected = 'TOML: title = "..." and for each stop [[stop]], scene = "convolution"'
        raise KerascopeError("no lesson in this file", expected=expected, got=error, path=path) from error
    whole = _fields(table, _WHOLE, "the lesson", path)
    stops = whole.get("stop")
    if not stops:
        remedy = "write a default one with `kerascope lesson BUNDLE --out FILE`"
        raise KerascopeError("a lesson without stops", expected="[[stop]]", got="none", remedy=remedy, path=path)
    read = tuple(_stop(one, number, path) for number, one in enumerate(stops, 1))
    return Lesson(read, whole.get("title", ""), cast("Language | None", whole.get("language")))


def _stop(table: Mapping[str, Any], number: int, path: Path | None) -> Stop:
    where = f"stop {number}"
    if "scene" not in table:
        expected = f'scene = "convolution" (or {", ".join(SCENES)})'
        raise KerascopeError(f"{where} of the lesson has no scene", expected=expected, path=path)
    return Stop(**_fields(table, _STOP, where, path))


def _fields(table: Mapping[str, Any], known: Mapping[str, _Field], where: str, path: Path | None) -> dict[str, Any]:
    """What a table holds, each as its field has it."""
    found = {}
    for name, value in table.items():
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=1)
            remedy = f"did you mean {nearest[0]}?" if nearest else "leave it out"
            expected = " or ".join(known)
            raise KerascopeError(f"{where}: no such field", expected=expected, got=name, remedy=remedy, path=path)
        found[name] = known[name].read(value)
        if found[name] is None:
            got = f"{value!r:.60}"
            raise KerascopeError(f"{where}: {name} is wrong", expected=known[name].expected, got=got, path=path)
    return found


def _text(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) and len(value) <= LONGEST_CAPTION else None


def _scene(value: Any) -> str | None:
    return value if value in SCENES else None


def _layer(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole_number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


def _places(value: Any) -> tuple[int, ...] | None:
    numbers = [_whole_number(each) for each in value] if isinstance(value, list) and len(value) <= 4 else [None]
    return None if None in numbers else tuple(cast("list[int]", numbers))


def _caption(value: Any) -> tuple[str, ...] | None:
    lines = value.splitlines() if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        return None
    if sum(map(len, lines)) > LONGEST_CAPTION:
        return None
    return tuple(line for each in lines if (line := " ".join(each.split())))


def _number(least: float, most: float) -> Callable[[Any], float | None]:
    def read(value: Any) -> float | None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if is_number and math.isfinite(value) and least <= value <= most else None

    return read


def _tables(value: Any) -> list[dict[str, Any]] | None:
    is_list = isinstance(value, list) and len(value) <= MOST_STOPS and all(isinstance(each, dict) for each in value)
    return value if is_list else None


_WHOLE = {
    "title": _Field(f"a text of at most {LONGEST_CAPTION} characters", _text),
    "language": _Field(" or ".join(f'"{each}"' for each in LANGUAGES), lambda v: v if v in LANGUAGES else None),
    "stop": _Field(f"[[stop]], at most {MOST_STOPS} of them", _tables),
}
_STOP = {
    "scene": _Field(" or ".join(SCENES), _scene),
    "layer": _Field("the name of a layer (see `kerascope inspect`)", _layer),
    "channel": _Field("a whole number from 0", _whole_number),
    "at": _Field("[row, column], whole numbers from 0", _places),
    "caption": _Field(f"a text, or lines, of at most {LONGEST_CAPTION} characters", _caption),
    "pause_secs": _Field(f"0 to {LONGEST_PAUSE_SECS:g}", _number(0.0, LONGEST_PAUSE_SECS)),
    "speed": _Field(f"{SLOWEST:g} to {FASTEST:g}", _number(SLOWEST, FASTEST)),
}
