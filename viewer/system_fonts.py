"""Fonts of the system that may have a letter which the package's own fonts lack. Without fontconfig: common places."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_SECS = 5.0
PLACES = {
    "linux": (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
        "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    ),
    "darwin": (
        "/System/Library/Fonts/PingFang.ttc",
        "/System/Library/Fonts/Hiragino Sans GB.ttc",
        "/System/Library/Fonts/STHeiti Light.ttc",
        "/System/Library/Fonts/AppleSDGothicNeo.ttc",
        "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
        "/System/Library/Fonts/Apple Symbols.ttf",
    ),
    "win32": tuple(f"{os.environ.get('WINDIR', 'C:/Windows')}/Fonts/{name}" for name in (
        "msyh.ttc", "simsun.ttc", "simsunb.ttf", "meiryo.ttc", "malgun.ttf", "seguisym.ttf", "arial.ttf",
    )),
}  # fmt: skip
REMEDIES = {
    "linux": "install a font that has them (Debian: apt-get install fonts-noto-cjk)",
    "darwin": "install a font that has them (Noto Sans CJK has most)",
    "win32": "install a font that has them (Settings, Optional features: supplemental fonts)",
}


def fonts_with(letter: str) -> Iterator[tuple[Path, int]]:
    """Files that may have a letter, and which of the fonts in the file: first what fontconfig names, then the common
    places of this system. Whoever asks looks whether they do.
    """
    named = _named_by_fontconfig(letter)
    if named is not None and named[0].is_file():
        yield named
    for place in PLACES.get(sys.platform, ()):
        if Path(place).is_file():
            yield Path(place), 0


def remedy() -> str:
    """What to do where no font has a letter."""
    return REMEDIES.get(sys.platform, "install a font that has them")


def _named_by_fontconfig(letter: str) -> tuple[Path, int] | None:
    """What fontconfig holds the best font for a letter; it always names one. `None` where it is not there."""
    program = shutil.which("fc-match")
    if program is None:
        return None
    asked = (program, "--format", "%{index}\n%{file}", f"sans-serif:charset={ord(letter):x}:scalable=true")
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=LONGEST_SECS, check=True)
        index, _, path = done.stdout.partition("\n")
        return Path(path), int(index) & 0xFFFF  # the upper half is the number of a variation
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
