"""The commands of the lesson, read from its page; as a script, records its pictures anew:
`lesson_commands.py TINY_VGG_FOLDER PICTURES_FOLDER`.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import kerascope

LESSON = Path(__file__).parents[2] / "scenes" / "LESSON.md"
LABELS = (
    "lifeboat", "ladybug", "pizza", "bell pepper", "school bus",
    "koala", "espresso", "red panda", "orange", "sport car",
)  # fmt: skip


def lesson_commands() -> tuple[str, ...]:
    """Every command of the page, in order."""
    blocks = re.findall(r"^```console\n(.*?)^```", LESSON.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return tuple(line.removeprefix("$ ") for block in blocks for line in block.splitlines())


def lay_desk(tiny_vgg: Path, folder: Path) -> None:
    """Put into a folder what the page takes for granted."""
    for name in ("model.json", "group1-shard1of1.bin"):
        shutil.copy(tiny_vgg / name, folder)
    shutil.copy(tiny_vgg / "images" / "panda_1.jpeg", folder / "panda.jpeg")
    (folder / "labels.txt").write_text("".join(f"{name}\n" for name in LABELS), encoding="utf-8")


@contextlib.contextmanager
def desk(tiny_vgg: Path) -> Iterator[Path]:
    """A folder, for a while the present one, with what the page takes for granted."""
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        lay_desk(tiny_vgg, Path(name))
        yield Path(name)


def record_pictures(tiny_vgg: Path, pictures: Path) -> None:
    """Do what the page says, and keep the recordings that it shows."""
    pictures = pictures.resolve()
    with desk(tiny_vgg) as folder:
        for command in lesson_commands():
            if command.endswith((".gif", ".bundle")) and (code := kerascope.main(shlex.split(command)[1:])):
                sys.exit(code)
        for gif in folder.glob("*.gif"):
            shutil.copy(gif, pictures / f"lesson_{gif.name}")


if __name__ == "__main__":
    record_pictures(Path(sys.argv[1]), Path(sys.argv[2]))
