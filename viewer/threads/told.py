"""What is said of the edges on a picture: how many of how many, and what they carry. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from viewer.threads.carried import share_of_kind

if TYPE_CHECKING:
    from viewer.state import EdgeMode, Edges
    from viewer.strands.trace import Strands
    from viewer.threads.carried import Carried
    from viewer.threads.gather import Threads

QUANTITY: dict[EdgeMode, str] = {"contribution": "flow", "weight": "weight", "importance": "mean flow"}
TITLE: dict[EdgeMode, str] = {
    "contribution": "value \u00d7 weight",
    "weight": "weight",
    "importance": "mean |value \u00d7 weight|",
}


@dataclass(frozen=True, slots=True)
class EdgesDrawn:
    """`drawn` of `pairs` edges are on the picture. Of the flow (or weight) into a layer they carry `share`, in 0..1 and
    on the average of the layers; into convolutions and dense layers together `conv_share` and `dense_share`. A share is
    `None` where it was not measured. `note` says all this in a line.
    """

    drawn: int
    pairs: int
    share: float | None
    note: str
    conv_share: float | None = None
    dense_share: float | None = None


def told_of_strands(strands: Strands, edges: Edges) -> EdgesDrawn:
    """Of the strongest few, drawn as ribbons."""
    shares = strands.conv_share, strands.dense_share
    known = [share for share in shares if share is not None]
    share = sum(known) / len(known) if known else None
    return _told(strands.drawn, strands.possible, share, edges, *shares)


def told_of_threads(threads: Threads, measured: Carried, edges: Edges) -> EdgesDrawn:
    """Of a mass of threads."""
    conv, dense = share_of_kind(measured, threads, "conv"), share_of_kind(measured, threads, "dense")
    return _told(measured.drawn, threads.pairs, measured.share(), edges, conv, dense)


def _told(
    drawn: int, pairs: int, share: float | None, edges: Edges, conv: float | None, dense: float | None
) -> EdgesDrawn:
    first = f"all {pairs:,} drawn" if drawn == pairs else f"strongest {drawn:,} of {pairs:,} drawn"
    return EdgesDrawn(drawn, pairs, share, "; they carry ".join([first, *_carried(edges, conv, dense)]), conv, dense)


def _carried(edges: Edges, conv: float | None, dense: float | None) -> list[str]:
    parts = [
        f"{_percent(share)} of the {kind} {QUANTITY[edges.mode]}"
        for kind, share in (("conv", conv), ("dense", dense))
        if share is not None
    ]
    return [" and ".join(parts)] if parts else []


def _percent(share: float) -> str:
    return f"{'under 1' if 0 < share < 0.005 else f'{share * 100:.0f}'} %"
