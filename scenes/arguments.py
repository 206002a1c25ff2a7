"""What can be asked of scenes on the command line. Imports nothing heavy: every command builds this."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path

PLACE = ("layer", "channel", "at", "language", "lesson")
SHEETS = (
    *("activations", "kernels", "explanations", "images"),
    *("patches", "confusion", "neighbours", "classes", "embedding"),
)
TABLES = (
    *("predictions", "confusion", "classes", "channels", "apart"),
    *("patches", "neighbours", "statistics", "landed"),
)
FOLDS = ("auto", "all", "none")
Number = Callable[[str], float]


def size(text: str) -> tuple[int, int]:
    """Width and height in pixels.

    >>> size("960x540")
    (960, 540)
    """
    match = re.fullmatch(r"([1-9]\d{1,4})x([1-9]\d{1,4})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"expected width x height in pixels, such as 960x540, got {text!r}")
    return int(match[1]), int(match[2])


def fold(text: str) -> str | tuple[str, ...]:
    """Which groups of layers are one plate: a word of its own, or the names of groups between commas.

    >>> fold("auto"), fold("encoder,decoder")
    ('auto', ('encoder', 'decoder'))
    """
    return text if text in FOLDS else tuple(text.split(","))


def cell(text: str) -> tuple[int, ...]:
    """A row and a column, or one place, counted from 0.

    >>> cell("39,24"), cell("7")
    ((39, 24), (7,))
    """
    if not re.fullmatch(r"\d{1,9}(,\d{1,9}){0,2}", text):
        raise argparse.ArgumentTypeError(f"expected a row and a column such as 39,24, or one place, got {text!r}")
    return tuple(int(part) for part in text.split(","))


def channels(text: str) -> tuple[int, ...]:
    """Channels by number, between commas: single ones, and ranges with both ends.

    >>> channels("3"), channels("0-2,7")
    ((3,), (0, 1, 2, 7))
    """
    found: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", part.strip())
        if not match or int(match[2] or match[1]) < int(match[1]):
            raise argparse.ArgumentTypeError(f"expected channels such as 3 or 0-15, got {text!r}")
        found += range(int(match[1]), int(match[2] or match[1]) + 1)
    return tuple(found)


def at_least_one(text: str) -> int:
    """A number from 1 on.

    >>> at_least_one("9")
    9
    """
    if not re.fullmatch(r"0*[1-9]\d{0,5}", text):
        raise argparse.ArgumentTypeError(f"expected a number from 1 on, got {text!r}")
    return int(text)


def add_view(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope view`."""
    _add_bundle(command)
    _add_beside(command)
    words = "the one to begin with (default: as the bundle was last seen, at first flow)"
    command.add_argument("--scene", metavar="NAME", help=words)
    command.add_argument("--cues", type=Path, metavar="FILE", help="cues of a talk; F5 presents them")
    command.add_argument("--fresh", action="store_true", help="ignore what is remembered of the last time")
    words = "the model of the bundle, kept ready to answer to what is drawn (default: numpy, from the bundle)"
    command.add_argument("--model", metavar="MODEL", help=words)
    _add_place(command)
    _add_look(command)


def add_moment(command: argparse.ArgumentParser, number: Number) -> None:
    """The arguments of `kerascope frame`, but for where to write. `number` reads one."""
    _add_scene(command)
    words = "moment of the scene (default: 0, or the view's)"
    command.add_argument("--at-secs", type=number, metavar="T", help=words)


def add_film(command: argparse.ArgumentParser, number: Number) -> None:
    """The arguments of `kerascope record`, but for where to write. `number` reads one."""
    _add_scene(command)
    command.add_argument("--fps", type=int, default=25, metavar="N", help="frames a second (default: 25)")
    command.add_argument("--progress", action="store_true", help="show how far it is, also where nobody looks")
    command.add_argument("--max-mb", type=number, metavar="N", help="largest size of the file")
    words = "draw the frames on the workers of this cluster, or in N processes"
    command.add_argument("--dask", metavar="ADDRESS|local:N", help=words)


def add_draw(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope draw`."""
    _add_bundle(command)
    words = "JSON: a list of strokes, each with its points in 0 to 1, as a saved drawing has them"
    command.add_argument("--strokes", type=Path, required=True, metavar="FILE", help=words)
    words = "the model of the bundle, which answers (default: numpy, from the bundle)"
    command.add_argument("--model", metavar="MODEL", help=words)


def add_sheet(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope sheet`, but for where to write."""
    _add_bundle(command)
    add = command.add_argument
    words = "activations of a layer, its kernels, explanations of an input, images made by optimisation; of a survey: "
    words += "patches, the pictures that excite channels; the confusion of classes; nearest images; channels of"
    words += " classes; an embedding"
    add("--of", required=True, choices=SHEETS, help=words)
    add("--layer", metavar="NAME", help="which layer (default: the first that has some)")
    add("--input", metavar="ID", help="which input (default: the first that fits)")
    add("--checkpoint", metavar="ID", help="which checkpoint (default: the last)")
    add("--run", nargs="+", default=[], dest="run_ids", metavar="ID", help="only these runs")
    add("--survey", metavar="ID", help="which survey (default: the last)")
    words = "patches: which channels, such as 3 or 0-15 (default: those of the greatest range)"
    add("--channels", nargs="+", type=channels, default=[], metavar="N", help=words)
    add("--top", type=at_least_one, metavar="K", help="how many pictures of each (default: of patches 9)")
    add("--theme", choices=("dark", "light"), default="dark", help="of the picture (default: dark)")


def add_tables(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope tables`."""
    _add_bundle(command)
    add = command.add_argument
    words = (
        "what the network said of each image; which classes it takes for which; each class; channels that stand out for"
        " a class; channels that tell two apart; the strongest patches; nearest images; statistics of channels; where"
        " attacked inputs land"
    )
    add("--of", required=True, choices=TABLES, help=words)
    words = "file to write, NAME.csv or NAME.parquet (default: CSV on stdout)"
    add("--out", type=Path, default=Path("-"), metavar="F", help=words)
    add("--overwrite", action="store_true", help="replace what is there")
    add("--survey", metavar="ID", help="which survey (default: the last)")
    add("--checkpoint", metavar="ID", help="which checkpoint (default: the last that the survey looked at)")
    add("--layer", metavar="NAME", help="only this layer (default: all)")
    add("--classes", nargs="+", default=[], metavar="NAME", help="only these classes, by name or number")
    add("--top", type=int, metavar="K", help="only the K first of each (default: all, of channels of a class 10)")


def add_lesson(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope lesson`, but for where to write."""
    _add_bundle(command)
    _add_language(command, default="en")


def add_taken(command: argparse.ArgumentParser, number: Number) -> None:
    """What of a scene goes into a file that is walked round in elsewhere (`kerascope convert`). `number` reads one."""
    _add_bundle(command)
    add = command.add_argument
    add("--scene", metavar="NAME", help="glb, html: what is shown and plays (default: flow)")
    add("--run", dest="run_id", metavar="ID", help="glb, html: which attack (default: the scene's choice)")
    _add_classes(command)
    add("--max-mb", type=number, metavar="N", help="glb, html: largest size of the model (default: 25)")
    _add_look(command)
    nothing = dict.fromkeys(("input", "checkpoint", "channels", *PLACE))
    command.set_defaults(**nothing, size=(1280, 720))


def _add_bundle(command: argparse.ArgumentParser) -> None:
    command.add_argument("bundle", type=Path, metavar="BUNDLE")


def _add_beside(command: argparse.ArgumentParser) -> None:
    command.add_argument("beside", type=Path, nargs="?", metavar="BUNDLE", help="a second one, shown beside the first")


def _add_scene(command: argparse.ArgumentParser) -> None:
    """Which scene is drawn, of what, and how large."""
    _add_bundle(command)
    _add_beside(command)
    add = command.add_argument
    add("--scene", metavar="NAME", help="one that `kerascope scenes` lists; needed without --view")
    add("--size", type=size, default=(960, 540), metavar="WxH", help="in pixels (default: 960x540)")
    add("--input", metavar="ID", help="which input (default: the scene's choice)")
    add("--checkpoint", metavar="ID", help="which checkpoint (default: the scene's choice)")
    add("--run", dest="run_id", metavar="ID", help="which attack (default: the scene's choice)")
    words = "patches: which channels of --layer, such as 3,5-7 (default: those of the greatest range)"
    add("--channels", type=channels, metavar="N,...", help=words)
    _add_place(command)
    _add_classes(command)
    words = "how embeddings were made (default: the one that most were made by)"
    add("--method", choices=("tsne", "umap", "pca"), help=words)
    add("--dimensions", type=int, choices=(2, 3), help="of embeddings (default: 2 where there are some)")
    _add_look(command)


def _add_place(command: argparse.ArgumentParser) -> None:
    """Which part of the network a scene is about, and in which words."""
    add = command.add_argument
    add("--layer", metavar="NAME", help="the layer that a scene flies to (default: the scene's choice)")
    add("--channel", type=int, metavar="N", help="its channel, counted from 0 (default: the scene's choice)")
    words = "the cell that a step scene works at, or the number of an image of a survey (default: the scene's choice)"
    add("--at", type=cell, metavar="ROW,COL", help=words)
    _add_language(command)
    add("--lesson", type=Path, metavar="FILE", help="the stops of a tour, as `kerascope lesson` writes them")


def _add_language(command: argparse.ArgumentParser, default: str | None = None) -> None:
    words = "of step scenes and the tour (default: en)"
    command.add_argument("--language", choices=("en", "zh"), default=default, help=words)


def _add_classes(command: argparse.ArgumentParser) -> None:
    words = "classes that a sculpture lights one after the other, by name or number (default: all, up to ten)"
    command.add_argument("--classes", nargs="+", default=[], metavar="NAME", help=words)


def _add_look(command: argparse.ArgumentParser) -> None:
    """How it is seen."""
    add = command.add_argument
    add("--theme", choices=("dark", "light"), help="of the picture (default: dark)")
    words = "draw as one plate: auto, all, none, or groups by NAME,... (default: auto)"
    add("--fold", type=fold, metavar="WHICH", help=words)
    words = "exactly what was copied from the window (Ctrl+Shift+C), or a file with it; other arguments win over it"
    add("--view", metavar="JSON", help=words)
