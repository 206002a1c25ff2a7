"""The commands that explain, and that make images by optimisation. What they need is imported when they are asked."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from exporter.image_arguments import EXPLAIN_OPTIONS, SYNTHESIS_OPTIONS


def explain(args: argparse.Namespace) -> None:
    """`kerascope explain`: the ids of the runs that were added."""
    from exporter.explaining import explain_bundle
    from exporter.progress import progress_bars

    names = ("class_", "layer", "channel", "at", "seed", "png", "overwrite", "imports", "unsafe")
    options = _given(args, tuple(EXPLAIN_OPTIONS)) | {name: getattr(args, name) for name in names}
    chosen: dict[str, Any] = {"input_id": tuple(args.input), "progress": progress_bars(), "tell": _say}
    for run_id in explain_bundle(args.bundle, args.model, args.method, **options, **chosen):
        print(run_id)


def synthesise(args: argparse.Namespace) -> None:
    """`kerascope synthesise`: the ids of the runs that were added."""
    from exporter.progress import progress_bars
    from exporter.synthesising import synthesise as made

    what = ("layer", "channels", "classes", "at", "init", "content", "style", "size", "keep", "seed")
    how = ("out", "into", "png", "labels", "scale", "mean", "std", "imports", "unsafe", "overwrite")
    options = _given(args, tuple(SYNTHESIS_OPTIONS)) | {name: getattr(args, name) for name in (*what, *how)}
    chosen: dict[str, Any] = {"colour_order": args.color_order, "progress": progress_bars(), "tell": _say}
    for run_id in made(args.model, args.method, **options, **chosen):
        print(run_id)


def _given(args: argparse.Namespace, names: tuple[str, ...]) -> dict[str, Any]:
    """What was asked for; the rest is left to whoever is asked."""
    return {name: getattr(args, name) for name in names if getattr(args, name) is not None}


def _say(words: str) -> None:
    print(words, file=sys.stderr)
