"""The commands of surveys. What they need is imported when they are asked."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exporter.surveying.plan import Runner


def survey(args: argparse.Namespace) -> None:
    """`kerascope survey`: the path of the bundle."""
    with _runner(args.dask) as runner:  # a cluster that is not there is told before TensorFlow is loaded
        print(_surveyed(args, runner))


def _surveyed(args: argparse.Namespace, runner: Runner | None) -> Path:
    from exporter.progress import progress_bars
    from exporter.surveying.survey import survey_asked

    what = ("layers", "features", "top", "thumbnails", "pictures", "shown", "shard", "skip_bad", "labels")
    how = ("out", "into", "scale", "mean", "std", "imports", "unsafe", "overwrite")
    options: dict[str, Any] = {name: getattr(args, name) for name in (*what, *how)}
    options |= {"checkpoint_ids": tuple(args.checkpoint), "colour_order": args.color_order}
    options |= {"runner": runner} if runner else {}
    return survey_asked(args.model, args.inputs, **options, progress=progress_bars(), warn=_say, tell=_say)


@contextlib.contextmanager
def _runner(dask: str | None) -> Iterator[Runner | None]:
    """What does the shards on a cluster; `None`: this process does."""
    if dask is None:
        yield None
        return
    from exporter.cluster import opened_cluster

    with opened_cluster(dask, tell=_say) as client:
        from exporter.surveying.on_cluster import runner_on

        yield runner_on(client)


def _say(words: str) -> None:
    print(words, file=sys.stderr)
