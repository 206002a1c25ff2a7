"""The cues of a talk: a file that a teacher can write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exporter.bundle.errors import KerascopeError
from viewer.cues import Cue, read_cues, write_cues
from viewer.study import CameraOffset, Place, Study, Vantage

CUES = (
    Cue("The input", Vantage("flow", at_secs=1.5), "28 x 28 pixels"),
    Cue("Turned", Vantage("flow", offset=CameraOffset(zoom=2.0), study=Study(pinned=Place("conv"))), plays=True),
)


def test_cues_come_back_and_only_what_was_set_is_written(tmp_path: Path) -> None:
    write_cues(tmp_path / "a.cues.json", CUES)
    assert read_cues(tmp_path / "a.cues.json") == CUES
    text = (tmp_path / "a.cues.json").read_text("utf-8")
    assert text.count("\n") > 8, "a person reads it"
    assert json.loads(text)["cues"][0] == {
        "title": "The input",
        "caption": "28 x 28 pixels",
        "view": {"scene": "flow", "at_secs": 1.5},
    }
    assert [path.name for path in tmp_path.iterdir()] == ["a.cues.json"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "no cues in this file"),
        ('{"cues": [{"title": "a"}]}', "view"),
        ('{"cues": [{"title": 3, "view": {"scene": "flow"}}]}', "title"),
        ('{"steps": []}', "steps"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "a.cues.json").write_text(text, "utf-8")
    with pytest.raises(KerascopeError, match=words) as told:
        read_cues(tmp_path / "a.cues.json")
    assert "\n" not in str(told.value)


def test_a_file_that_cannot_be_read_or_written_says_why(tmp_path: Path) -> None:
    with pytest.raises(KerascopeError, match="cannot be read"):
        read_cues(tmp_path / "none.cues.json")
    with pytest.raises(KerascopeError, match="cannot be saved"):
        write_cues(tmp_path / "no-folder" / "a.cues.json", CUES)
    (tmp_path / "taken.cues.json").mkdir()
    with pytest.raises(KerascopeError, match="cannot be saved"):
        write_cues(tmp_path / "taken.cues.json", CUES)
    assert [path.name for path in tmp_path.iterdir()] == ["taken.cues.json"]
