"""What is said of the edges on a picture: how many of how many, and what they carry. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from viewer.threads.carried import share_of_kind
from viewer.threads.gather import MOST_EDGES

if TYPE_CHECKING:
    from viewer.state import EdgeLine, EdgeMode, Edges, Hud, Words
    from viewer.strands.trace import Strands
    from viewer.threads.carried import Carried
    from viewer.threads.gather import Threads

QUANTITY: dict[EdgeMode, str] = {"contribution": "flow", "weight": "weight", "importance": "mean flow"}
TITLE: dict[EdgeMode, str] = {"contribution": "value \u00d7 weight", "weight": "weight", "importance": "importance"}

LINE_HEIGHT = 9 / 7
"""From line to line of a legend, in sizes of its type."""


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


def retold(hud: Hud, told: EdgesDrawn, edges: Edges) -> Hud:
    """A display whose lines about edges say what `told` has of these `edges`; the same where it has no such lines."""
    if not any(line.tells for line in hud.words):
        return hud
    texts: dict[EdgeLine, str] = {
        "title": f"edges: {TITLE[edges.mode]}",
        "drawn": f"{_drawn(told)}; they carry" if _shares(told, edges) else _drawn(told),
        "carried": _shares(told, edges),
        "line": f"{_drawn(told)}: {TITLE[edges.mode]}",
    }
    # Where nothing was measured of the strongest few there is no line yet for what is carried.
    more = () if any(line.tells == "carried" for line in hud.words) else map(_below, _of(hud, "drawn"))
    words = (line if line.tells is None else replace(line, text=texts[line.tells]) for line in (*hud.words, *more))
    return replace(hud, words=tuple(line for line in words if line.text))


def _of(hud: Hud, tells: EdgeLine) -> tuple[Words, ...]:
    return tuple(line for line in hud.words if line.tells == tells)


def _below(line: Words) -> Words:
    """The line that goes on with what `line` has begun."""
    x, y = line.at_px
    return replace(line, at_px=(x, y + LINE_HEIGHT * line.size_px), tells="carried")


def _told(
    drawn: int, pairs: int, share: float | None, edges: Edges, conv: float | None, dense: float | None
) -> EdgesDrawn:
    plain = EdgesDrawn(drawn, pairs, share, "", conv, dense)
    parts = [_drawn(plain), f"they carry {_shares(plain, edges)}" if _shares(plain, edges) else ""]
    if edges.count == "all" and edges.at_most is None and drawn < pairs:
        parts.append(f"more than {MOST_EDGES:,} are never drawn at once")
    return replace(plain, note="; ".join(filter(None, parts)))


def _drawn(told: EdgesDrawn) -> str:
    if told.drawn == told.pairs:
        return f"all {told.pairs:,} drawn"
    return f"strongest {told.drawn:,} of {told.pairs:,} drawn"


def _shares(told: EdgesDrawn, edges: Edges) -> str:
    """What is carried into convolutions and dense layers; nothing where all are drawn, or where it was not measured."""
    if told.drawn == told.pairs:
        return ""
    shares = ("conv", told.conv_share), ("dense", told.dense_share)
    return " and ".join(
        f"{_percent(share)} of the {kind} {QUANTITY[edges.mode]}" for kind, share in shares if share is not None
    )


def _percent(share: float) -> str:
    return f"{'under 1' if 0 < share < 0.005 else f'{share * 100:.0f}'} %"
