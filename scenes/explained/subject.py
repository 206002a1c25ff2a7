"""What a scene of explanations shows: the input, its explanations, and what they were asked about. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from scenes.explained.methods import rank_of
from scenes.panels.classes import class_name
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Overlay, Run
    from scenes.options import SceneOptions

MOST_LOOKS, MOST_COMPARED = 9, 4
MOST_NAMES = 6
COMMAND = "kerascope explain BUNDLE --model MODEL --method grad_cam"


@dataclass(frozen=True, slots=True)
class Look:
    """An explanation of an input: its run, the map over the picture, and those over layers, the last layer first."""

    run: Run
    over: Overlay
    deep: tuple[Overlay, ...] = ()

    @property
    def question(self) -> tuple[object, ...]:
        """What it was asked about: equal for explanations of the same thing."""
        return tuple(self.run.options.get(name) for name in ("class", "layer", "channel", "at"))


@dataclass(frozen=True, slots=True)
class Row:
    """An input and its explanations, in the order in which they are shown."""

    key: CaptureKey
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """One row, or two of the same methods: a clean input, and under it what an attack made of it.

    `main` is the number of the row that the scene opens with, `left_out` how many explanations found no room.
    """

    rows: tuple[Row, ...]
    main: int = 0
    left_out: int = 0

    @property
    def is_pair(self) -> bool:
        """Whether a clean input stands over an attacked one."""
        return len(self.rows) > 1

    @property
    def shown(self) -> Row:
        """The row that the scene opens with."""
        return self.rows[self.main]


def subject_of(bundle: Bundle, options: SceneOptions) -> Subject:
    """The chosen input with its explanations at one checkpoint; by default the one with most of them.

    Where an attacked input and its clean parent are explained by the same methods, and those are at least half of the
    parent's, both are shown.

    Raises
    ------
    KerascopeError
        There are none, or none of an input that is a picture.
    """
    rows = _rows(bundle, options)
    asked = options.input_id
    if asked is not None:
        rows = {key: looks for key, looks in rows.items() if key.input_id in _kin(bundle, asked)}
    if not any(asked in (None, key.input_id) for key in rows):
        raise _nothing(bundle, options)
    best = max((key for key in rows if asked in (None, key.input_id)), key=lambda key: _worth(rows[key]))
    return _pair(bundle, rows, best, is_asked=asked is not None) or _alone(best, rows[best])


def _rows(bundle: Bundle, options: SceneOptions) -> dict[CaptureKey, list[Look]]:
    """All explanations that can be shown, by what they explain."""
    over: dict[str, Overlay] = {}
    deep: dict[str, list[Overlay]] = {}
    inputs = {layer.name for layer in bundle.manifest.layers if layer.kind == "input"}
    for overlay in bundle.manifest.overlays:
        if len(overlay.values.shape) == 2 and bundle.input(overlay.input).image is not None:
            if overlay.layer in inputs:
                over.setdefault(overlay.run, overlay)
            else:
                deep.setdefault(overlay.run, []).append(overlay)
    places = {layer.name: at for at, layer in enumerate(bundle.manifest.layers)}
    rows: dict[CaptureKey, list[Look]] = {}
    for run in bundle.manifest.runs:
        is_asked = options.checkpoint_id in (None, run.checkpoint) and run.id in over
        if run.kind != "explain" or not is_asked or _is_other(bundle, options, run):
            continue
        layers = sorted(deep.get(run.id, ()), key=lambda each: -places[each.layer])
        key = CaptureKey(over[run.id].input, run.checkpoint)
        rows.setdefault(key, []).append(Look(run, over[run.id], tuple(layers)))
    return rows


def _is_other(bundle: Bundle, options: SceneOptions, run: Run) -> bool:
    """Whether another explanation is asked for. The window names the attack of an input: that asks for none."""
    asked = options.run_id
    kinds = {each.kind for each in bundle.manifest.runs if each.id == asked}
    is_attack_of_input = "explain" not in kinds and bool(kinds) and options.input_id is not None
    return asked not in (None, run.id) and not is_attack_of_input


def _kin(bundle: Bundle, input_id: str) -> tuple[str | None, ...]:
    """An input, its parent and its children."""
    children = (each.id for each in bundle.manifest.inputs if each.parent == input_id)
    return input_id, bundle.input(input_id).parent, *children


def _worth(looks: Sequence[Look]) -> tuple[int, int]:
    """Different methods count most."""
    return len({look.run.method for look in looks}), len(looks)


def _alone(key: CaptureKey, looks: Sequence[Look]) -> Subject:
    shown = _first(looks, MOST_LOOKS)
    return Subject((Row(key, shown),), left_out=len(looks) - len(shown))


def _first(looks: Sequence[Look], most: int) -> tuple[Look, ...]:
    """At most so many of the explanations, the first of each method before others, in the order of the methods."""
    seen: Counter[str] = Counter()
    turn: dict[str, int] = {}
    for look in looks:
        turn[look.run.id] = seen[look.run.method]
        seen[look.run.method] += 1
    kept = sorted(looks, key=lambda look: (turn[look.run.id], rank_of(look.run.method)))[:most]
    return tuple(sorted(kept, key=lambda look: (rank_of(look.run.method), turn[look.run.id])))


def _pair(
    bundle: Bundle, rows: dict[CaptureKey, list[Look]], best: CaptureKey, *, is_asked: bool
) -> Subject | None:  # fmt: skip
    """The clean input and an attacked one where the same methods explain both."""
    shown = bundle.input(best.input_id)
    pairs = [
        (clean, other)
        for clean in rows
        for other in rows
        if best in (clean, other)
        and clean.checkpoint_id == other.checkpoint_id
        and bundle.input(other.input_id).kind == "attacked"
        and bundle.input(other.input_id).parent == clean.input_id
    ]
    shared = {pair: _shared(rows[pair[0]], rows[pair[1]]) for pair in pairs}
    pair = max(pairs, key=lambda each: len(shared[each]), default=None)
    if pair is None or not shared[pair]:
        return None
    if 2 * len(shared[pair]) < len(rows[pair[0]]) and not (is_asked and shown.kind == "attacked"):
        return None
    methods = sorted(shared[pair], key=rank_of)[:MOST_COMPARED]
    both = tuple(Row(key, tuple(_of(rows[key], method) for method in methods)) for key in pair)
    main = pair.index(best) if is_asked else 0
    return Subject(both, main, len(rows[pair[0]]) - len(methods))


def _shared(one: Sequence[Look], other: Sequence[Look]) -> set[str]:
    return {look.run.method for look in one} & {look.run.method for look in other}


def _of(looks: Sequence[Look], method: str) -> Look:
    return next(look for look in looks if look.run.method == method)


def _nothing(bundle: Bundle, options: SceneOptions) -> KerascopeError:
    explained = [run for run in bundle.manifest.runs if run.kind == "explain"]
    where = "" if options.input_id is None else f" --input {options.input_id}"
    known = [run.id for run in explained]
    asked = [
        run
        for run in explained
        if options.run_id in (None, run.id)
        and options.input_id in (None, run.parent)
        and options.checkpoint_id in (None, run.checkpoint)
    ]
    got, expected = f"none{where and f' of input {options.input_id}'}", "a bundle with an explanation"
    if asked:
        got, expected = "values of an input that is no picture", "an explanation of a picture, which can be shown"
    elif options.run_id is not None and options.run_id not in known:
        more = f" or one of {len(known) - MOST_NAMES} others" if len(known) > MOST_NAMES else ""
        got, expected = options.run_id, " or ".join(known[:MOST_NAMES]) + more or expected
    return KerascopeError(
        "no explanation to show", expected=expected, got=got, remedy=f"add one: {COMMAND}{where}", path=bundle.path
    )


def question_words(bundle: Bundle, look: Look) -> str:
    """What an explanation was asked about: `class espresso`, `channel 3 of conv2`; empty where that is not told."""
    told = look.run.options
    names = bundle.manifest.model.class_names
    number, layer, channel, at = (told.get(name) for name in ("class", "layer", "channel", "at"))
    if isinstance(number, int) and number is not True:
        return f"class {class_name(names, number)}"
    if layer is None:
        return ""
    which = f"layer {layer}" if channel is None else f"channel {channel} of {layer}"
    return which if at is None else f"{which} at {at}"


def score_words(look: Look) -> str:
    """The logit of the class that was asked about, or the value of the channel; empty where that was not kept."""
    score = look.run.result.get("score")
    if not isinstance(score, int | float) or isinstance(score, bool):
        return ""
    return f"{'logit' if look.run.options.get('layer') is None else 'value'} {score:.2f}"
