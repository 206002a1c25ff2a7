"""The commands of the page on explanations and images by optimisation, read from it; as a script, makes its pictures
anew: `looking_commands.py PICTURES_FOLDER`. It takes about a quarter of an hour.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from photographs import photographs, weights_file
from PIL import Image

import kerascope

PAGE = Path(__file__).parents[2] / "scenes" / "LOOKING.md"
KEPT = {"cat.png": "looking_cat", "channels.png": "looking_channels", "classes.png": "looking_classes"}
MADE = {"dream": "looking_dream", "style": "looking_style"}
INVERTED = ("early", "middle", "late")
WIDEST_PX = 1000


def looking_commands() -> tuple[str, ...]:
    """Every command of the page, in order."""
    return commands_in(PAGE)


def commands_in(page: Path) -> tuple[str, ...]:
    """Every command of a page, in order."""
    blocks = re.findall(r"^```console\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return tuple(line.removeprefix("$ ") for block in blocks for line in block.splitlines())


def lay_desk(folder: Path) -> None:
    """Put into a folder what the page takes for granted."""
    for path in (weights_file(), *photographs()):
        shutil.copy(path, folder)


def make_pictures(pictures: Path) -> None:
    """Do what the page says, and keep the pictures that it shows."""
    pictures = pictures.resolve()
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        folder = Path(name)
        lay_desk(folder)
        for command in looking_commands():
            if code := kerascope.main(shlex.split(command)[1:]):
                sys.exit(code)
        for gif in folder.glob("*.gif"):
            shutil.copy(gif, pictures)
        for source, kept in KEPT.items():
            save(Image.open(folder / source), pictures / f"{kept}.png")
        for source, kept in MADE.items():
            save(made_in(folder / source), pictures / f"{kept}.png")
        save(side_by_side([made_in(folder / each) for each in INVERTED]), pictures / "looking_inversions.png")


def made_in(folder: Path) -> Image.Image:
    """The one image in a folder."""
    (path,) = folder.glob("*.png")
    return Image.open(path)


def side_by_side(images: list[Image.Image]) -> Image.Image:
    """Images of one size in a row, a little apart."""
    width, height = images[0].size
    row = Image.new("RGB", (len(images) * (width + 8) - 8, height), "white")
    for place, each in enumerate(images):
        row.paste(each, (place * (width + 8), 0))
    return row


def save(image: Image.Image, path: Path) -> None:
    """Save a picture for a page, no wider than a page is."""
    image = image.convert("RGB")
    image.thumbnail((WIDEST_PX, 2 * WIDEST_PX))
    image.save(path, optimize=True)


if __name__ == "__main__":
    make_pictures(Path(sys.argv[1]))
