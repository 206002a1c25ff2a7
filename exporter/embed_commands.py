"""The commands that find out which images lie near which. What they need is imported when they are asked."""

from __future__ import annotations

import argparse
import sys


def embed(args: argparse.Namespace) -> None:
    """`kerascope embed`: the ids of the embeddings that were added, a line each."""
    from exporter.embedding import embed_bundle
    from exporter.embedding.methods import Task
    from exporter.progress import progress_bars

    made = embed_bundle(
        args.bundle,
        survey_id=args.survey,
        method=args.method,
        layers=tuple(args.layer),
        checkpoint_ids=tuple(args.checkpoint),
        task=Task(args.dimensions, args.seed, args.perplexity, args.neighbours),
        inputs=tuple(args.inputs),
        most=args.most,
        progress=progress_bars(),
        tell=_say,
    )
    print(*made, sep="\n")


def neighbours(args: argparse.Namespace) -> None:
    """`kerascope neighbours`: the ids of the neighbours that were added, a line each."""
    from exporter.nearness import neighbours_bundle
    from exporter.progress import progress_bars

    made = neighbours_bundle(
        args.bundle,
        survey_id=args.survey,
        k=args.k,
        layers=tuple(args.layer),
        checkpoint_ids=tuple(args.checkpoint),
        progress=progress_bars(),
        tell=_say,
    )
    print(*made, sep="\n")


def _say(words: str) -> None:
    print(words, file=sys.stderr)
