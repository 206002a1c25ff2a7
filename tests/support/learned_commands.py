"""The commands of the page on surveys of data sets, read from it; as a script, makes its pictures anew:
`learned_commands.py DEMO_FOLDER PICTURES_FOLDER`. It takes about ten minutes.
"""

from __future__ import annotations

import contextlib
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from looking_commands import WIDEST_PX, commands_in, save
from photographs import weights_file, write_windows
from PIL import Image

import kerascope

PAGE = Path(__file__).parents[2] / "scenes" / "LEARNED.md"
WINDOWS = 80
PATCHES = ("early", "middle", "late")


def lay_desk(demo: Path, folder: Path) -> None:
    """Put into a folder what the page takes for granted: the demo's bundle and model, weights, photographs."""
    shutil.copytree(demo / "mnist.bundle", folder / "mnist.bundle")
    shutil.copy(demo / "demo.keras", folder)
    shutil.copy(weights_file(), folder)
    write_windows(folder / "photographs", WINDOWS)


def make_pictures(demo: Path, pictures: Path) -> None:
    """Do what the page says, and keep the pictures that it shows."""
    demo, pictures = demo.resolve(), pictures.resolve()
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        folder = Path(name)
        lay_desk(demo, folder)
        for command in commands_in(PAGE):
            if code := kerascope.main(shlex.split(command)[1:]):
                sys.exit(code)
        for gif in folder.glob("*.gif"):
            shutil.copy(gif, pictures)
        save(Image.open(folder / "confusion.png"), pictures / "learned_confusion.png")
        save(stacked([Image.open(folder / f"{each}.png") for each in PATCHES]), pictures / "learned_patches.png")


def stacked(sheets: list[Image.Image]) -> Image.Image:
    """Sheets one below the other, each as wide as the page."""
    parts = [sheet.convert("RGB") for sheet in sheets]
    parts = [part.resize((WIDEST_PX, part.height * WIDEST_PX // part.width)) for part in parts]
    page = Image.new("RGB", (WIDEST_PX, sum(part.height for part in parts)))
    for place, part in enumerate(parts):
        page.paste(part, (0, sum(each.height for each in parts[:place])))
    return page


if __name__ == "__main__":
    make_pictures(Path(sys.argv[1]), Path(sys.argv[2]))
