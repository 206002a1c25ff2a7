"""One scene after the other: the same scene of several inputs and checkpoints as one timeline. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from itertools import accumulate, product
from typing import TYPE_CHECKING

import numpy as np

from scenes.choose import shown_capture
from scenes.timeline import Marker, Timeline
from scenes.viewed import run_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from viewer.state import NetView, SculptureView, ViewState

    Build = Callable[[SceneOptions], Timeline]
    Look = tuple[tuple[NetView, ...], tuple[SculptureView, ...]]

MOST_INPUTS = 4
MOST_PARTS = 24
LOOKS = 16
"""At how many times two timelines are compared."""


def chained(timelines: Sequence[Timeline], names: Sequence[str]) -> Timeline:
    """The timelines one after the other, as one; it loops where all of them do. Markers carry the name of their part.

    A single one stays as it is.
    """
    if len(timelines) == 1:
        return timelines[0]
    starts = [0.0, *accumulate(each.duration_secs for each in timelines)]
    total_secs = starts.pop()

    def state_at(t_secs: float) -> ViewState:
        part = max(bisect_right(starts, t_secs) - 1, 0)
        own_secs = min(t_secs - starts[part], timelines[part].duration_secs)
        return timelines[part].state_at(own_secs)

    markers = tuple(
        Marker(min(start + marker.at_secs, total_secs), f"{name}: {marker.name}" if name else marker.name)
        for start, timeline, name in zip(starts, timelines, names, strict=True)
        for marker in timeline.markers
    )
    flights = tuple(
        (start + leave, start + back)
        for start, timeline in zip(starts, timelines, strict=True)
        for leave, back in timeline.flights
    )
    return Timeline(total_secs, state_at, all(each.loops for each in timelines), markers, flights)


def chain_of(
    bundle: Bundle,
    build: Build,
    options: SceneOptions,
    input_ids: tuple[str, ...] = (),
    checkpoint_ids: tuple[str, ...] = (),
) -> tuple[Timeline, tuple[str, ...]]:
    """The timeline of a scene for every one of these inputs at every one of these checkpoints, and notes about it.

    Parts that show what an earlier part shows are left out: a scene may have no use for the choice. Where nothing is
    chosen and the scene sends light through one net for one input, up to four clean inputs follow each other.

    Raises
    ------
    KerascopeError
        The bundle has no such input, checkpoint or capture, or nothing for this scene.
    """
    input_ids = input_ids or ((options.input_id,) if options.input_id else ())
    for name in input_ids:
        bundle.input(name)
    for name in checkpoint_ids:
        bundle.checkpoint(name)
    if input_ids or checkpoint_ids:
        return _chosen(bundle, build, options, input_ids, checkpoint_ids)
    first = build(options)
    if not _is_one_pass(first):
        return first, ()
    shown, count = _clean_inputs(bundle, options)
    notes = (f"shows {len(shown)} of {count} clean inputs; choose others with --inputs",) if count > len(shown) else ()
    return _chosen(bundle, build, options, shown, ())[0], notes


def _chosen(
    bundle: Bundle, build: Build, options: SceneOptions, input_ids: tuple[str, ...], checkpoint_ids: tuple[str, ...]
) -> tuple[Timeline, tuple[str, ...]]:
    timelines: list[Timeline] = []
    names, looks = [], []
    asked = list(product(input_ids or (options.input_id,), checkpoint_ids or (options.checkpoint_id,)))
    kept = evenly(len(asked), MOST_PARTS)
    for one, two in (asked[i] for i in kept):
        run_id = options.run_id or run_of(bundle, one)
        timeline = build(replace(options, input_id=one, checkpoint_id=two, run_id=run_id))
        look = _look(timeline)
        if look not in looks:
            looks.append(look)
            timelines.append(timeline)
            names.append(_name(bundle, one if len(input_ids) > 1 else None, two if len(checkpoint_ids) > 1 else None))
    left_out = len(asked) - len(kept)
    notes = (f"shows {len(kept)} of {len(asked)} passes, evenly spaced; choose fewer with --inputs and --checkpoints",)
    return chained(timelines, names), notes if left_out else ()


def evenly(count: int, most: int) -> list[int]:
    """Up to `most` of so many numbers from 0 on, evenly spaced, the first and the last among them.

    >>> evenly(3, 5), evenly(9, 3)
    ([0, 1, 2], [0, 4, 8])
    """
    places: list[int] = np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int)).tolist()
    return places


def _name(bundle: Bundle, input_id: str | None, checkpoint_id: str | None) -> str:
    parts = [
        bundle.input(input_id).label if input_id else "",
        bundle.checkpoint(checkpoint_id).label if checkpoint_id else "",
    ]
    return ", ".join(part for part in parts if part)


def _look(timeline: Timeline) -> tuple[Look, ...]:
    states = [timeline.state_at(timeline.duration_secs * k / LOOKS) for k in range(LOOKS)]
    return tuple((state.nets, state.sculptures) for state in states)


def _is_one_pass(timeline: Timeline) -> bool:
    """Whether light goes through one net that shows one thing all the time."""
    looks = [nets for nets, _ in _look(timeline)]
    if any(len(nets) != 1 for nets in looks):
        return False
    same = len({nets[0].capture for nets in looks}) == 1 and all(nets[0].toward is None for nets in looks)
    return same and any(nets[0].front is not None for nets in looks)


def _clean_inputs(bundle: Bundle, options: SceneOptions) -> tuple[tuple[str, ...], int]:
    """Up to four clean inputs, that which the scene would show first, then rather such as are answered differently;
    and how many there are.
    """
    first = shown_capture(bundle, options)
    captured = [name for name in bundle.inputs_at(first.checkpoint) if bundle.input(name).kind == "clean"]
    found, answers = [first.input], {first.predicted}
    for name in captured:
        if len(found) == MOST_INPUTS:
            break
        answer = bundle.capture(name, first.checkpoint).predicted
        if name not in found and answer not in answers:
            found.append(name)
            answers.add(answer)
    rest = [name for name in captured if name not in found]
    found += rest[: MOST_INPUTS - len(found)]
    return tuple(found), len({*captured, first.input})
