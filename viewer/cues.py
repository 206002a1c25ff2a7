"""The cues of a talk: named views with a caption, in a JSON file that a person can write. Pure but for the file.

    {"cues": [
      {"title": "The input", "caption": "28 x 28 pixels", "view": {"scene": "flow", "at_secs": 1.5}},
      {"title": "The verdict", "view": {"scene": "flow", "input_id": "clean-3"}, "plays": true}
    ]}

`view` is what the window copies with Ctrl+Shift+C; all of it but the scene may be left out. With `plays` time goes on
while the cue is shown.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from exporter.bundle.errors import KerascopeError
from viewer.study import Vantage

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".cues.json"


class Cue(Struct, frozen=True):
    """One step of a talk."""

    title: str
    view: Vantage
    caption: str = ""
    plays: bool = False


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    cues: tuple[Cue, ...]


def read_cues(path: Path) -> tuple[Cue, ...]:
    """The cues of a file.

    Raises
    ------
    KerascopeError
        It cannot be read or is no such file; says which field is wrong.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=_File).cues
    except OSError as error:
        raise KerascopeError("the cues cannot be read", got=error.strerror or error, path=path) from error
    except msgspec.DecodeError as error:
        expected = '{"cues": [{"title": "...", "caption": "...", "view": {"scene": "flow"}}]}'
        raise KerascopeError("no cues in this file", expected=expected, got=error, path=path) from error


def write_cues(path: Path, cues: tuple[Cue, ...]) -> None:
    """Write the cues; where that fails, what was there is still there.

    Raises
    ------
    KerascopeError
        They cannot be written.
    """
    text = msgspec.json.format(msgspec.json.encode({"cues": [_plain(cue) for cue in cues]}), indent=2)
    try:
        write_whole(path, text + b"\n")
    except OSError as error:
        raise KerascopeError("the cues cannot be saved", got=error.strerror or error, path=path) from error


def write_whole(path: Path, content: bytes) -> None:
    """A file that appears whole or not at all. Raises OSError, and leaves nothing, where it cannot be written."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _plain(cue: Cue) -> dict[str, Any]:
    plain: dict[str, Any] = {"title": cue.title}
    if cue.caption:
        plain["caption"] = cue.caption
    plain["view"] = msgspec.json.decode(cue.view.to_json())
    return plain | ({"plays": True} if cue.plays else {})
