"""What the demo shows of its bundle: a recording of each of its scenes, and a page to walk round in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from scenes.apart import run_side_by_side

SCENES = ("structure", "training", "flow", "adversarial", "sculpture")
SHAPE = ("--size", "800x450", "--fps", "20")
"""As the README shows them: half the work of the size and the rate that `record` has by default."""
LONGEST, LONG = "sculpture", ("--size", "640x360", "--fps", "10")
"""What is long and has every class in it, and starts first, so that no core waits for it at the end."""
PAGE = "flow"


def showcase_files(folder: Path) -> tuple[Path, ...]:
    """Where `make_showcase` writes, in its order."""
    return (*(folder / f"{scene}.gif" for scene in SCENES), folder / f"{PAGE}.html")


def make_showcase(bundle: Path, folder: Path, tell: Callable[[str, int, int], None]) -> Iterator[str]:
    """A line for each file, when it is there, the longest first. What was there is replaced.

    `tell` is told how far it is.

    Raises
    ------
    KerascopeError
        One could not be made.
    """
    *recordings, page = showcase_files(folder)
    commands: list[tuple[object, ...]] = [
        ("record", bundle, "--scene", out.stem, "--out", out, "--overwrite", *(LONG if out.stem == LONGEST else SHAPE))
        for out in sorted(recordings, key=lambda out: out.stem != LONGEST)
    ]
    commands.append(("convert", bundle, "--to", "html", "--scene", PAGE, "--out", page, "--overwrite"))
    yield from run_side_by_side(commands, lambda done: tell("recordings", done, len(commands)))
