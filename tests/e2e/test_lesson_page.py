"""The lesson does what it says: every command of its page is run, in order, and its pictures are of these scenes."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
from lesson_commands import LESSON, desk, lesson_commands

import kerascope

# Said after what the page itself says: the same commands do the same, with fewer and smaller frames.
LESS = ("--size", "320x180", "--fps", "1")


@pytest.fixture(scope="module")
def tiny_vgg(root: Path) -> Path:
    folder = Path(os.environ.get("KERASCOPE_DATA", root.parent / "shared" / "data")) / "tiny_vgg"
    if not folder.is_dir():
        pytest.skip("tiny_vgg is not here: set KERASCOPE_DATA to the folder that has it")
    return folder


def test_five_scenes_are_shown_and_each_has_its_picture() -> None:
    text = LESSON.read_text("utf-8")
    scenes = re.findall(r"--scene (\w+) .*--out \w+\.gif", text)
    assert len(scenes) == 5
    pictures = re.findall(r"\((pictures/lesson_(\w+)\.gif)\)", text)
    assert [scene for _, scene in pictures] == scenes
    for path, _ in pictures:
        assert (LESSON.parent / path).is_file()


@pytest.mark.gl
@pytest.mark.tf
@pytest.mark.slow
def test_every_command_of_the_page(tiny_vgg: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with desk(tiny_vgg) as folder:
        for command in lesson_commands():
            words = shlex.split(command)[1:]
            if words[0] == "view":
                continue
            assert kerascope.main(_less(words)) == 0, capsys.readouterr().err
            if match := re.search(r"--out (\S+)", " ".join(_less(words))):
                assert (folder / match[1]).exists()


def _less(words: list[str]) -> list[str]:
    """The same with fewer and smaller frames; of a tour, which takes minutes, one."""
    if words[0] != "record":
        return words
    if "tour" not in words:
        return [*words, *LESS]
    kept = [word for at, word in enumerate(words) if "--fps" not in (word, words[at - 1])]
    return ["frame", *kept[1:-1], "tour.png", "--at-secs", "20", "--overwrite"]
