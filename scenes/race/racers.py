"""The attacks of a race: which runs, what each had come to after which step, and when it changed the answer."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from scenes.attack.names import CONTROL, words_of
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Run
    from scenes.options import SceneOptions
    from scenes.panels.answer import Answer

MOST_LANES = 6
STOPS_AT_SUCCESS = ("fgsm", "targeted-l2", "deepfool")
SHRINKS = ("cw", "boundary", "hopskipjump")
"""Methods whose steps are ever smaller changes with another answer: none of them leads up to the first."""
SUGGESTED = ("pgd", "deepfool", "ifgsm", "fgsm")


@dataclass(frozen=True, slots=True)
class Stride:
    """What an attack had come to after so many steps (0: the clean input), and what the network said of it.

    `scores` are shares of classes, empty where they were not kept; `winner` is the class.
    """

    key: CaptureKey
    number: int
    scores: tuple[float, ...]
    winner: int


@dataclass(frozen=True, slots=True)
class Racer:
    """One attack: its kept strides, the clean input first, and how many steps it made in all.

    `flip` is the first stride with another answer than the clean input has, `None` where there is none; `stops_at` is
    the stride at which it comes to rest: its flip, or where it shrinks a change the last with another answer, else the
    last of all. `is_control` marks what is no attack.
    """

    name: str
    method: str
    run_id: str
    strides: tuple[Stride, ...]
    tried: int
    flip: int | None
    stops_at: int
    is_control: bool

    @property
    def shrinks(self) -> bool:
        """Whether it has begun with another answer, and made the change smaller: its steps lead to no first success."""
        return self.method in SHRINKS and self.flip is not None

    @property
    def last_step(self) -> int:
        """After how many steps it comes to rest."""
        return self.tried if self.flip is None else self.strides[self.stops_at].number

    @property
    def is_exact(self) -> bool:
        """Whether the answer changed with the very step of its flip: where steps before it were not kept, it may have
        changed with one of these.
        """
        if self.flip is None:
            return False
        here, before = self.strides[self.flip].number, self.strides[self.flip - 1].number
        return here == before + 1 or (here == self.tried and self.method in STOPS_AT_SUCCESS)

    def at(self, steps: float) -> Stride:
        """What is known of it after so many steps: the last stride that was kept until then, at most its last."""
        place = bisect_right(self.strides, steps, key=lambda stride: stride.number) - 1
        return self.strides[min(max(place, 0), self.stops_at)]

    def is_over(self, steps: float) -> bool:
        """Whether it has come to rest after so many steps."""
        return steps >= self.last_step


@dataclass(frozen=True, slots=True)
class Race:
    """The attacks on one input at one checkpoint that are shown, in the order of the bundle, and how many there are in
    all.
    """

    clean: CaptureKey
    racers: tuple[Racer, ...]
    of: int

    @property
    def attacks(self) -> tuple[Racer, ...]:
        """Those that are no control."""
        return tuple(racer for racer in self.racers if not racer.is_control)

    @property
    def last_step(self) -> int:
        """After how many steps the last one comes to rest."""
        return max(racer.last_step for racer in self.racers)


def race_of(bundle: Bundle, options: SceneOptions, answer: Answer) -> Race:
    """The race on the chosen input at the chosen checkpoint; by default where the most different attacks meet.

    Of more than six the first of each method come first.

    Raises
    ------
    KerascopeError
        Fewer than two attacks have begun with the same input at the same checkpoint.
    """
    runs = _rivals(bundle, options)
    shown = _shown(runs)
    names = _names(shown)
    clean = CaptureKey(runs[0].parent or "", runs[0].checkpoint)
    racers = tuple(_racer(bundle, run, name, clean, answer) for run, name in zip(shown, names, strict=True))
    return Race(clean, racers, len(runs))


def _rivals(bundle: Bundle, options: SceneOptions) -> list[Run]:
    groups: dict[tuple[str, str], list[Run]] = {}
    asked = None if options.input_id is None else bundle.input(options.input_id)
    parent = None if asked is None else asked.parent or asked.id
    for run in bundle.manifest.runs:
        is_asked = parent in (None, run.parent) and options.checkpoint_id in (None, run.checkpoint)
        if run.kind == "attack" and run.parent is not None and run.inputs and is_asked:
            groups.setdefault((run.parent, run.checkpoint), []).append(run)
    best = max(groups.values(), key=_worth, default=[])
    if _attacks(best) < 2:
        raise _no_race(bundle, best, parent)
    return best


def _attacks(runs: Sequence[Run]) -> int:
    return sum(run.method != CONTROL for run in runs)


def _worth(runs: Sequence[Run]) -> tuple[int, int, int]:
    """Many different attacks count most; any two are more than one."""
    methods = {run.method for run in runs} - {CONTROL}
    return min(_attacks(runs), 2), len(methods), len(runs)


def _no_race(bundle: Bundle, runs: Sequence[Run], parent: str | None) -> KerascopeError:
    there = {run.method for run in runs}
    method = next((name for name in SUGGESTED if name not in there), SUGGESTED[0])
    shown = runs[0].parent if runs else parent
    where = "" if shown is None else f" --input {shown}"
    on_input = "" if shown is None else f" on input {shown}"
    got = f"{words_of(runs[0].method)} alone{on_input}" if runs else f"none{on_input}"
    return KerascopeError(
        "no race to show",
        expected="two or more attacks on one input at one checkpoint",
        got=got,
        remedy=f"add another: kerascope attack BUNDLE --model MODEL --method {method}{where}",
        path=bundle.path,
    )


def _shown(runs: list[Run]) -> list[Run]:
    """At most six of the runs, the first of each method before the others."""
    seen: Counter[str] = Counter()
    rank: dict[str, tuple[int, int]] = {}
    for place, run in enumerate(runs):
        rank[run.id] = seen[run.method], place
        seen[run.method] += 1
    kept = sorted(runs, key=lambda run: rank[run.id])[:MOST_LANES]
    return sorted(kept, key=lambda run: (run.method == CONTROL, rank[run.id][1]))


def _names(runs: Sequence[Run]) -> list[str]:
    """What the lanes are called; several runs of one method are numbered."""
    totals = Counter(run.method for run in runs)
    seen: Counter[str] = Counter()
    names = []
    for run in runs:
        seen[run.method] += 1
        name = words_of(run.method)
        names.append(f"{name} {seen[run.method]}" if totals[run.method] > 1 else name)
    return names


def _racer(bundle: Bundle, run: Run, name: str, clean: CaptureKey, answer: Answer) -> Racer:
    strides = [_stride(bundle, clean, 0, answer)]
    for place, input_id in enumerate(run.inputs):
        step = bundle.input(input_id).step
        number = (place if step is None else step) + 1  # steps count from 0
        strides.append(_stride(bundle, CaptureKey(input_id, run.checkpoint), number, answer))
    strides[1:] = sorted(strides[1:], key=lambda stride: stride.number)
    changed = [i for i, stride in enumerate(strides) if stride.winner != strides[0].winner]
    flip = changed[0] if changed else None
    stops_at = len(strides) - 1 if not changed else changed[-1] if run.method in SHRINKS else changed[0]
    steps = run.result.get("steps")
    tried = max(int(steps) if isinstance(steps, (int, float)) else 0, strides[-1].number)
    return Racer(name, run.method, run.id, tuple(strides), tried, flip, stops_at, run.method == CONTROL)


def _stride(bundle: Bundle, key: CaptureKey, number: int, answer: Answer) -> Stride:
    capture = bundle.capture(key.input_id, key.checkpoint_id)
    scores = answer.read(capture)
    winner = max(range(len(scores)), key=lambda i: scores[i]) if scores else -1
    return Stride(key, number, scores, winner if capture.predicted is None else capture.predicted)
