"""What can be asked of surveys on the command line. Imports nothing heavy: every command builds this."""

from __future__ import annotations

import argparse
from pathlib import Path

from exporter.arguments import LABELS, MODEL, add_imports, add_preprocessing

IMAGES = "a folder, files, a .npy, a .npz, mnist:N, mnist-all:N or tfds:NAME"


def add_survey(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope survey`."""
    add = command.add_argument
    add("model", metavar="MODEL", help=MODEL)
    add("--inputs", nargs="+", required=True, metavar="IMAGES", help=IMAGES)
    add("--out", type=Path, metavar="BUNDLE", help="bundle to write, NAME.bundle")
    add("--into", type=Path, metavar="BUNDLE", help="a bundle of this model, to which the survey is added")
    add("--overwrite", action="store_true", help="replace what is there, and what another survey left half done")
    words = "with --into: at these checkpoints, or all (default: the final one)"
    add("--checkpoint", nargs="+", default=[], metavar="ID", help=words)
    _add_kept(command)
    words = "with --out: how many images become inputs of the bundle (default: the first of each class, up to 10)"
    add("--shown", type=int, metavar="N", help=words)
    add("--shard", type=int, metavar="N", help="images of a shard, of which a kill costs one (default: by their size)")
    add("--skip-bad", action="store_true", help="leave out images that cannot be read, and name them")
    add("--labels", type=Path, metavar="F", help=LABELS)
    add("--dask", metavar="ADDRESS|local:N", help="share the work among the workers of this cluster, or N processes")
    add_preprocessing(command)
    add_imports(command)


def _add_kept(command: argparse.ArgumentParser) -> None:
    """What is kept of a survey."""
    add = command.add_argument
    words = "look at layers whose names fit, such as 'conv*' (default: all that compute and have channels, but no maps "
    words += "before their activation and none put together of others)"
    add("--layers", nargs="+", default=[], metavar="PATTERN", help=words)
    words = "keep the features of every image of these layers, all or none (default: six, the last hidden one last)"
    add("--features", nargs="+", default=[], metavar="PATTERN", help=words)
    add("--top", type=int, default=9, metavar="K", help="images kept that excite a channel most (default: 9)")
    add("--thumbnails", type=int, default=32, metavar="PX", help="their longest side; 0: none (default: 32)")
    words = "kept in full: all, top (the strongest of some channel) or none (default: all up to 512 MB, else top)"
    add("--pictures", choices=("all", "top", "none"), help=words)
