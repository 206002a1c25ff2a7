"""The commands of surveys. What they need is imported when they are asked."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporter.surveying.plan import Runner
from typing import Any


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
    chosen: dict[str, Any] = {name: getattr(args, name) for name in ("out", "into", "imports", "unsafe", "overwrite")}
    told: dict[str, Any] = {"progress": progress_bars(), "warn": _say, "tell": _say}
    with _runner(args.dask) as runner:
        chosen |= {"runner": runner, "checkpoint_ids": tuple(args.checkpoint)}
        path = survey_bundle(args.model, args.inputs, asked=asked, **chosen, **told)
    print(path)


@contextlib.contextmanager
def _runner(dask: str | None) -> Iterator[Runner]:
    """Who does the shards: this process, or the workers of a cluster."""
    from exporter.surveying.local import run_here

    if dask is None:
        yield run_here
        return
    from exporter.cluster import opened_cluster
    from exporter.surveying.on_cluster import runner_on

    with opened_cluster(dask) as client:
        yield runner_on(client)


def _say(words: str) -> None:
    print(words, file=sys.stderr)
