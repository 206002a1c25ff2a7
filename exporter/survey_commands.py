"""The commands of surveys. What they need is imported when they are asked."""

from __future__ import annotations

import argparse
import sys


def survey(args: argparse.Namespace) -> None:
    """`kerascope survey`: the path of the bundle."""
    from exporter.inputs import PreprocessingOptions
    from exporter.progress import progress_bars
    from exporter.surveying.asked import Asked
    from exporter.surveying.survey import survey_bundle

    prepared = PreprocessingOptions(args.scale, args.mean or (), args.color_order, args.std or ())
    asked = Asked(
        layers=tuple(args.layers),
        features=tuple(args.features),
        top=args.top,
        thumbnails=args.thumbnails,
        pictures=args.pictures,
        shown=args.shown,
        shard=args.shard,
        skip_bad=args.skip_bad,
        labels=args.labels,
        preprocessing=prepared,
    )
    chosen = {name: getattr(args, name) for name in ("out", "into", "imports", "unsafe", "overwrite")}
    told = {"progress": progress_bars(), "warn": _say, "tell": _say}
    path = survey_bundle(args.model, args.inputs, checkpoint_ids=tuple(args.checkpoint), asked=asked, **chosen, **told)
    print(path)


def _say(words: str) -> None:
    print(words, file=sys.stderr)
