"""The commands of surveys. What they need is imported when they are asked."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporter.surveying.plan import Runner
from typing import Any


def survey(args: argparse.Namespace) -> None:
    """`kerascope survey`: the path of the bundle."""
    from exporter.progress import progress_bars
    from exporter.surveying.survey import survey_asked

    what = ("layers", "features", "top", "thumbnails", "pictures", "shown", "shard", "skip_bad", "labels")
    how = ("out", "into", "scale", "mean", "std", "imports", "unsafe", "overwrite")
    options = {name: getattr(args, name) for name in (*what, *how)}
    chosen: dict[str, Any] = {"checkpoint_ids": tuple(args.checkpoint), "colour_order": args.color_order}
    told: dict[str, Any] = {"progress": progress_bars(), "warn": _say, "tell": _say}
    print(survey_asked(args.model, args.inputs, **options, **chosen, **told))


def _surveyed(args: argparse.Namespace, runner: Runner | None) -> Path:
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
    chosen: dict[str, Any] = {name: getattr(args, name) for name in ("out", "into", "imports", "unsafe", "overwrite")}
    told: dict[str, Any] = {"progress": progress_bars(), "warn": _say, "tell": _say}
    chosen |= {"runner": runner} if runner else {}
    return survey_bundle(args.model, args.inputs, checkpoint_ids=tuple(args.checkpoint), asked=asked, **chosen, **told)


@contextlib.contextmanager
def _runner(dask: str | None) -> Iterator[Runner | None]:
    """What does the shards on a cluster; `None`: this process does."""
    if dask is None:
        yield None
        return
    from exporter.cluster import opened_cluster

    with opened_cluster(dask) as client:
        from exporter.surveying.on_cluster import runner_on

        yield runner_on(client)


def _say(words: str) -> None:
    print(words, file=sys.stderr)
