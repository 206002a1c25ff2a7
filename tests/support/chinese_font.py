"""`python tests/support/chinese_font.py`: cut the Chinese letters that Kerascope ships out of Noto Sans SC.

Kept are the 3,755 characters of level 1 of GB 2312 (those of everyday texts), its punctuation and signs, numbers in
circles, and whatever the scenes say in Chinese beyond that. The fonts and their licence come from a package of the
npm registry, and the name stays: only 'Source' is reserved by that licence. The same package makes the same bytes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parents[2]
FONTS = ROOT / "viewer/fonts"
SPEECH = ROOT / "scenes/speech/zh"
PACKAGE = "@expo-google-fonts/noto-sans-sc@0.4.3"
CUTS = {
    "400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
    "700Bold/NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
}
LICENCE = "NotoSansSC-LICENSE.txt"
SIGNS, CIRCLED, WIDE, LEVEL_1 = range(1, 2), range(2, 3), range(3, 4), range(16, 56)
"""Rows of GB 2312."""
LAYOUT = ["BASE", "GDEF", "GPOS", "GSUB", "STAT", "vhea", "vmtx"]
"""Tables that a line from left to right, letter by letter, does not need."""


def letters_of(rows: range) -> str:
    """The characters in rows of GB 2312."""
    pairs = (bytes([row + 0xA0, cell + 0xA0]) for row in rows for cell in range(1, 95))
    return "".join(pair.decode("gb2312", errors="ignore") for pair in pairs)


def shipped_letters() -> str:
    """Every character that the fonts keep."""
    said = "".join(path.read_text("utf-8") for path in SPEECH.glob("*.toml"))
    own = {sign for sign in said if ord(sign) > 126}
    rows = (SIGNS, CIRCLED, WIDE, LEVEL_1)
    return "".join(sorted(own.union(*map(letters_of, rows))))


def unpacked(folder: Path) -> Path:
    """The package's files, brought by npm into a folder."""
    beside = Path(sys.executable).parent  # npm lies beside the Python of the development environment
    search = os.environ | {"PATH": f"{beside}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, env=search, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tgz"))) as packed:
        packed.extractall(folder, filter="data")
    return folder / "package"


def cut(source: Path, target: Path, letters: str) -> None:
    """Write a font that has these letters only."""
    options = subset.Options(hinting=False, layout_features=[], name_IDs=list(range(15)), notdef_outline=True)
    options.drop_tables += LAYOUT
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(font)
    font.save(target)


def main() -> None:
    """Cut both weights and put them with their licence beside the other fonts."""
    with tempfile.TemporaryDirectory() as folder:
        package, letters = unpacked(Path(folder)), shipped_letters()
        for source, target in CUTS.items():
            cut(package / source, FONTS / target, letters)
            size_bytes = (FONTS / target).stat().st_size
            sys.stdout.write(f"{target}: {len(letters)} characters, {size_bytes:,} bytes\n")
        (FONTS / LICENCE).write_bytes((package / "LICENSE_FONT").read_bytes())


if __name__ == "__main__":
    main()
