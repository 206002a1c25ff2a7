"""Going through the inputs by what the network makes of them: the wrong ones, the doubtful, the most shifted, and
through the steps of an attack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from viewer.inspect.attack import Attack, answer_text, attack_of, run_of
from viewer.inspect.samples import beside, samples_at
from viewer.window.arrival import Arrivals
from viewer.window.shown import Shown

if TYPE_CHECKING:
    from exporter.bundle.schema import Run
    from viewer.inspect.samples import Order, Sample
    from viewer.window.chooser import Chooser
    from viewer.window.desk import Desk
    from viewer.window.player import Player

CHECKPOINTS_KEPT = 8
NOTHING = {
    "wrong": "no wrong one among these inputs",
    "margin": "no scores of classes to compare among these inputs",
    "shift": "no attacked input among these",
}


class Navigator(QObject):
    """`samples` are the inputs at the checkpoint that is wished for; it goes through those of them that `among` holds,
    which the filter of the inputs dock sets. `changed` tells that `samples` are others.
    """

    changed = Signal()

    def __init__(self, desk: Desk, chooser: Chooser, player: Player) -> None:
        super().__init__()
        self._desk, self._chooser, self._player, self._bundle = desk, chooser, player, desk.bundle
        self.shown = Shown(player)
        self._at: dict[str, tuple[Sample, ...]] = {}
        self._attacks: dict[str, Attack | None] = {}
        self._arrivals: Arrivals | None = None
        self._played_through: dict[str, bool] = {}
        self.among: tuple[Sample, ...] | None = None
        self._told_of: str | None = None
        chooser.built.connect(self._on_built)

    @property
    def checkpoint_id(self) -> str:
        """The checkpoint that is wished for, or else the last."""
        return self._chooser.wish.checkpoint_id or self._bundle.final_checkpoint.id

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Every input at the checkpoint."""
        return self._samples(self.checkpoint_id)

    @property
    def here(self) -> str | None:
        """The input that was chosen, or where the scene chooses, the one it is about now."""
        chosen, main = self._chooser.wish.input_id, self.shown.main
        return main.input_id if main is not None and chosen is None else chosen

    def next_wrong(self) -> None:
        """The next misclassified input."""
        self._go("wrong", 1)

    def previous_wrong(self) -> None:
        """The misclassified input before."""
        self._go("wrong", -1)

    def next_margin(self) -> None:
        """The most doubtful input, then the next by growing margin."""
        self._go("margin", 1)

    def previous_margin(self) -> None:
        """The next less doubtful input, back."""
        self._go("margin", -1)

    def next_shift(self) -> None:
        """The attacked input whose scores moved furthest, then the next."""
        self._go("shift", 1)

    def previous_shift(self) -> None:
        """The attacked input whose scores moved further."""
        self._go("shift", -1)

    def stronger(self) -> None:
        """The next step of the shown attack."""
        self._step(1)

    def weaker(self) -> None:
        """The step of the shown attack before."""
        self._step(-1)

    def show(self, sample: Sample) -> None:
        """Show an input, or say why that cannot be."""
        if sample.reason:
            self._desk.told.emit(f"{sample.label}: {sample.reason}")
        else:
            self._chooser.want(input_id=sample.input_id)

    def attack(self) -> Attack | None:
        """The attack that the input belongs to which is shown now."""
        main = self.shown.main
        here = self.here
        run = run_of(self._bundle, here)
        if run is None and main is not None:
            run = run_of(self._bundle, main.input_id)
        return None if run is None else self._attack(run)

    def attacks(self) -> tuple[Attack, ...]:
        """All attacks of the bundle that can be gone through."""
        runs = [run for run in self._bundle.manifest.runs if run.kind == "attack"]
        return tuple(attack for run in runs if (attack := self._attack(run)) is not None)

    def at_step(self) -> int | None:
        """Which step of the attack is shown."""
        attack, main = self.attack(), self.shown.main
        if attack is None:
            return None
        shown = attack.index_of(main.input_id) if main is not None else None
        return attack.index_of(self.here) if shown is None else shown

    def go_to_step(self, attack: Attack, at: int) -> None:
        """Show a step of an attack: where the timeline has it, at that time, and else as the scene's input."""
        step = attack.steps[at]
        arrivals = self._arrivals_here()
        at_secs = arrivals.time_of(step.input_id, [each.input_id for each in attack.steps]) if arrivals else None
        if at_secs is None:
            self.show(step)
        else:
            self._player.pause()
            self._player.scrub_to(at_secs)
            self.shown.look()

    def _go(self, order: Order, steps: int) -> None:
        samples = [sample for sample in (self.samples if self.among is None else self.among) if not sample.reason]
        found = beside(samples, order, self.here, steps)
        if found is None:
            self._desk.told.emit(NOTHING[order])
            return
        self.show(found)
        said = answer_text(self._bundle.manifest.model.class_names, found)
        numbers = {"margin": ("ahead by", found.margin), "shift": ("shifted by", found.shift)}
        what, number = numbers.get(order, ("", None))
        self._desk.told.emit(f"{found.label}: {said}" + ("" if number is None else f", {what} {number:.3g}"))

    def _step(self, steps: int) -> None:
        attack, at = self.attack(), self.at_step()
        if attack is None or at is None:
            self._desk.told.emit("the input that is shown was not attacked")
            return
        self.go_to_step(attack, min(max(at + steps, 0), len(attack.steps) - 1))

    def _samples(self, checkpoint_id: str) -> tuple[Sample, ...]:
        if checkpoint_id not in self._at:
            while len(self._at) >= CHECKPOINTS_KEPT:
                self._at.pop(next(iter(self._at)))
            self._at[checkpoint_id] = samples_at(self._bundle, checkpoint_id)
        return self._at[checkpoint_id]

    def _attack(self, run: Run) -> Attack | None:
        if run.id not in self._attacks:
            by_id = {sample.input_id: sample for sample in self._samples(run.checkpoint)}
            self._attacks[run.id] = attack_of(run, by_id)
        return self._attacks[run.id]

    def _arrivals_here(self) -> Arrivals | None:
        """Where the scene plays through several inputs itself, when it shows each."""
        playable, scene = self._player.playable, self._chooser.wish.scene
        if playable is None or self._played_through.get(scene) is False:
            return None
        if self._arrivals is None or self._arrivals.playable is not playable:
            self._arrivals = Arrivals(playable)
            self._played_through[scene] = self._arrivals.plays_through
        return self._arrivals if self._played_through[scene] else None

    def _on_built(self) -> None:
        if self._told_of != self.checkpoint_id:
            self._told_of = self.checkpoint_id
            self.changed.emit()
