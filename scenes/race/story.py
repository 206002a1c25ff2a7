"""What a race shows at each moment, in sentences made of its own numbers. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.panels.classes import class_name
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scenes.attack.size import ChangeSize
    from scenes.panels.answer import Answer
    from scenes.race.racers import Race, Racer

CAPTION_PX = 27.0


@dataclass(frozen=True, slots=True)
class Ranking:
    """The attacks that changed the answer, best first: by the fewest steps, by the smallest L-inf and L2 of the change
    at which they stopped; and those that did not. Equal ones stand in the order of the lanes. The steps of attacks that
    only shrink a change are not compared with those of others.
    """

    steps: tuple[Racer, ...]
    linf: tuple[Racer, ...]
    l2: tuple[Racer, ...]
    failed: tuple[Racer, ...]

    def best_of(self, racer: Racer, sizes: Mapping[str, ChangeSize]) -> frozenset[str]:
        """What a racer was best in, alone or with others: of `steps`, `linf`, `l2`."""
        if racer not in self.l2:
            return frozenset()
        mine, best = sizes[racer.run_id], {name: sizes[getattr(self, name)[0].run_id] for name in ("linf", "l2")}
        found = {name for name in ("linf", "l2") if getattr(mine, name) <= getattr(best[name], name)}
        is_quickest = racer in self.steps and racer.last_step <= self.steps[0].last_step
        return frozenset(found | ({"steps"} if is_quickest else set()))


def ranking_of(race: Race, sizes: Mapping[str, ChangeSize]) -> Ranking:
    """The ranking; `sizes` are those of the changes at which the racers stop, by run."""
    won = [racer for racer in race.attacks if racer.flip is not None]

    def by(worth: Callable[[Racer], float]) -> tuple[Racer, ...]:
        return tuple(sorted(won, key=worth))

    return Ranking(
        tuple(racer for racer in by(lambda racer: racer.last_step) if not racer.shrinks),
        by(lambda racer: sizes[racer.run_id].linf),
        by(lambda racer: sizes[racer.run_id].l2),
        tuple(racer for racer in race.attacks if racer.flip is None),
    )


def start_lines(race: Race, answer: Answer) -> tuple[str, ...]:
    """Before the first step."""
    shown = race.attacks
    some = "" if race.of == len(race.racers) else f" ({len(race.racers)} of {race.of} runs)"
    says = class_name(answer.names, race.racers[0].strides[0].winner)
    return f"{len(shown)} attacks{some} begin with one picture:", f"the network says {says}."


def way_lines(race: Race) -> tuple[str, ...]:
    """On the way."""
    lines = "All make their steps at the same time;", "one that changes the answer stops."
    shrinking = [racer.name for racer in race.attacks if racer.shrinks]
    if not shrinking:
        return lines
    starts = "starts" if len(shrinking) == 1 else "start"
    return (*lines, f"{' and '.join(shrinking)} {starts} with another answer and a large change.")


def end_lines(ranking: Ranking, sizes: Mapping[str, ChangeSize], room_px: float, size_px: float) -> tuple[str, ...]:
    """The ranking, as many names a line as have room, and who did not change the answer."""
    if not ranking.l2:
        return ("None of the attacks changed the answer.",)
    of = " (of 255)" if sizes[ranking.linf[0].run_id].is_picture else ""
    quickest = [f"{racer.name} {racer.last_step}" for racer in ranking.steps]
    lines = [_listed("fewest steps:", quickest, room_px, size_px)] if quickest else []
    lines += [
        _listed(f"smallest L\u221e{of}:", _sized(ranking.linf, sizes, "linf_number"), room_px, size_px),
        _listed("smallest L2:", _sized(ranking.l2, sizes, "l2_number"), room_px, size_px),
    ]
    if ranking.failed:
        failed = [f"{racer.name} ({racer.last_step} steps)" for racer in ranking.failed]
        lines.append(_listed("never:", failed, room_px, size_px))
    return tuple(lines)


def _sized(racers: Sequence[Racer], sizes: Mapping[str, ChangeSize], name: str) -> list[str]:
    return [f"{racer.name} {getattr(sizes[racer.run_id], name)}" for racer in racers]


def _listed(head: str, parts: Sequence[str], room_px: float, size_px: float) -> str:
    """The head and as many of the parts as have room; at least one."""
    for count in range(len(parts), 1, -1):
        rest = "" if count == len(parts) else ", \u2026"
        line = f"{head} {', '.join(parts[:count])}{rest}"
        if width_of(line, size_px) <= room_px:
            return line
    return f"{head} {parts[0]}" + (", \u2026" if len(parts) > 1 else "")
