"""What can be asked of embeddings and neighbours on the command line. Imports nothing heavy."""

from __future__ import annotations

import argparse
from pathlib import Path

from exporter.arguments import number

METHODS = ("tsne", "umap", "pca")


def add_embed(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope embed`."""
    add = command.add_argument
    _add_place(command)
    words = (
        "tsne: neighbours stay neighbours; umap: the same, with clusters closer; pca: a view along what differs most"
    )
    add("--method", choices=METHODS, default="tsne", help=f"{words} (default: tsne)")
    add("--dimensions", type=int, choices=(2, 3), default=2, help="2: a plane; 3: space (default: 2)")
    add("--seed", type=int, default=0, metavar="N", help="the same gives the same points (default: 0)")
    words = "tsne: about how many neighbours count, less than a third of the images (default: 30)"
    add("--perplexity", type=number, metavar="P", help=words)
    add("--neighbours", type=int, metavar="K", help="umap: how many neighbours count (default: 15)")
    words = (
        "inputs of the bundle placed among the images: ids, runs with all they made, none, or all (default: all that "
    )
    words += "attacks made, and the clean one before them)"
    add("--inputs", nargs="+", default=["all"], metavar="ID", help=words)
    words = "place at most N images, evenly spread where there are more (default: 10000)"
    add("--most", type=int, default=10_000, metavar="N", help=words)


def add_neighbours(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope neighbours`."""
    _add_place(command)
    command.add_argument("--k", type=int, default=5, metavar="K", help="how many of each image (default: 5)")


def _add_place(command: argparse.ArgumentParser) -> None:
    """Which survey, which layers and which checkpoints."""
    add = command.add_argument
    add("bundle", type=Path, metavar="BUNDLE")
    add("--survey", metavar="ID", help="of which data set (default: the last survey)")
    words = "layers of which features were kept, NAME@CHECKPOINT, pixels, or all (default: pixels and the last hidden "
    add("--layer", nargs="+", default=[], metavar="NAME", help=words + "layer)")
    add("--checkpoint", nargs="+", default=[], metavar="ID", help="which, or all (default: the last one surveyed)")
