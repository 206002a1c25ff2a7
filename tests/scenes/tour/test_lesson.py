"""The lesson file: what is right is read as it stands, whatever is wrong is told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.bundle.errors import KerascopeError
from scenes.tour.lesson import Lesson, Stop, parsed_lesson, read_lesson

WHOLE = """
title = "Two stops"
language = "zh"

[[stop]]
scene = "convolution"
layer = "conv_1"
channel = 4
at = [39, 24]
caption = ["one line", "  another   line "]
pause_secs = 2
speed = 1.5

[[stop]]
scene = "softmax"
"""


def test_a_lesson_is_read_as_it_stands() -> None:
    first = Stop("convolution", "conv_1", 4, (39, 24), ("one line", "another line"), 2.0, 1.5)
    assert parsed_lesson(WHOLE) == Lesson((first, Stop("softmax")), "Two stops", "zh")


def test_every_field_but_the_scene_may_be_left_out() -> None:
    assert parsed_lesson('[[stop]]\nscene = "network"') == Lesson((Stop("network"),))


def test_a_caption_may_be_a_text_with_lines() -> None:
    lesson = parsed_lesson('[[stop]]\nscene = "dense"\ncaption = """\none\n\ntwo\n"""')
    assert lesson.stops[0].caption == ("one", "two")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[stop", "no lesson in this file: expected TOML"),
        ("", "a lesson without stops: expected [[stop]], got none; write a default one with `kerascope lesson"),
        ("stop = []", "a lesson without stops"),
        ("stop = 3", "the lesson: stop is wrong: expected [[stop]], at most 50 of them, got 3"),
        (
            'titel = "x"',
            "the lesson: no such field: expected title or language or stop, got titel; did you mean title?",
        ),
        ('language = "fr"', """the lesson: language is wrong: expected "en" or "zh", got 'fr'"""),
        ("[[stop]]", "stop 1 of the lesson has no scene: expected scene = "),
        (
            '[[stop]]\nscene = "dense"\n[[stop]]\nscene = "pool"',
            "stop 2: scene is wrong: expected network or convolution",
        ),
        ('[[stop]]\nscene = "dense"\nchanel = 2', "stop 1: no such field: "),
        (
            '[[stop]]\nscene = "dense"\nchannel = "two"',
            "stop 1: channel is wrong: expected a whole number from 0, got 'two'",
        ),
        ('[[stop]]\nscene = "dense"\nchannel = true', "stop 1: channel is wrong"),
        ('[[stop]]\nscene = "dense"\nchannel = -1', "stop 1: channel is wrong"),
        ('[[stop]]\nscene = "dense"\nat = [1, 2.5]', "stop 1: at is wrong: expected [row, column]"),
        ('[[stop]]\nscene = "dense"\nat = 3', "stop 1: at is wrong"),
        ('[[stop]]\nscene = "dense"\nspeed = 0', "stop 1: speed is wrong: expected 0.1 to 10, got 0"),
        ('[[stop]]\nscene = "dense"\nspeed = nan', "stop 1: speed is wrong"),
        ('[[stop]]\nscene = "dense"\npause_secs = -1', "stop 1: pause_secs is wrong: expected 0 to 600, got -1"),
        ('[[stop]]\nscene = "dense"\ncaption = [1]', "stop 1: caption is wrong"),
        (
            f'[[stop]]\nscene = "dense"\ncaption = "{"x" * 401}"',
            "stop 1: caption is wrong: expected a text, or lines, of at",
        ),
        ('[[stop]]\nscene = ["dense"]', "stop 1: scene is wrong"),
    ],
)
def test_what_is_wrong_is_named(text: str, told: str) -> None:
    with pytest.raises(KerascopeError) as caught:
        parsed_lesson(text, Path("lesson.toml"))
    assert told in str(caught.value)
    assert str(caught.value).endswith("(lesson.toml)")


VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.sampled_from(["dense", "zh"])
    ),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
NAMES = st.sampled_from(
    ["scene", "layer", "channel", "at", "caption", "pause_secs", "speed", "stop", "title", "language", "x"]
)


def toml_of(value: object) -> str:
    """A value as TOML has it, or as somebody who does not know TOML may write it."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "").replace('"', "") + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_of, value)) + "]"
    return str(value).lower()


@given(st.lists(st.dictionaries(NAMES, VALUES, max_size=4), max_size=3), st.text(max_size=12))
def test_any_file_is_a_lesson_or_one_line(tables: list[dict[str, object]], tail: str) -> None:
    rows = ["[[stop]]\n" + "\n".join(f"{name} = {toml_of(value)}" for name, value in table.items()) for table in tables]
    try:
        lesson = parsed_lesson("\n".join(rows) + "\n" + tail)
    except KerascopeError as error:
        told = str(error)
        assert "\n" not in told
    else:
        assert len(lesson.stops) == len(tables) > 0


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes('title = "Gewölbe"'.encode("latin-1"))
    with pytest.raises(KerascopeError, match="the lesson cannot be read: expected UTF-8 text; save it as UTF-8"):
        read_lesson(tmp_path / "latin.toml")


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(KerascopeError, match="the lesson cannot be read"):
            read_lesson(path)


def test_a_file_that_is_far_too_large(tmp_path: Path) -> None:
    (tmp_path / "large.toml").write_bytes(b"#" * 300_000)
    with pytest.raises(KerascopeError, match="too large for a lesson"):
        read_lesson(tmp_path / "large.toml")
