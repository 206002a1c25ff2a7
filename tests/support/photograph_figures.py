"""Prints what attacks make of two photographs, as the table of the page on attacks: `photograph_figures.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from photographs import photographs, weights_file

from exporter.attacks import Batch, Victim, attack_named, run_attack
from exporter.inputs import InputSpec, feed, read_inputs
from exporter.models import open_source

LEVELS = 255
GROWING: dict[str, float] = {"start": 0.02 / LEVELS, "step": 0.02 / LEVELS, "limit": 2 / LEVELS}
EPSILONS = (0.25, 0.5, 1, 2, 8)
TARGETS = ("Egyptian cat", "espresso")
"""What each photograph is to be taken for in the last row: the other one."""


def pgd(levels: float) -> dict[str, float]:
    """Ten steps of a quarter of the budget."""
    return {"epsilon": levels / LEVELS, "step_size": levels / LEVELS / 4, "steps": 10}


class Studio:
    """The network, both photographs as attacks see them, and what it says of them."""

    def __init__(self) -> None:
        opened = open_source(f"squeezenet:{weights_file()}")
        assert opened.preprocessing is not None
        spec = InputSpec("image", (227, 227, 3))
        shown = read_inputs(photographs(), [spec], options=opened.preprocessing, default_scale=1.0)
        fed = feed(shown.samples, [spec], shown.preprocessing)[0]
        self.names = opened.class_names
        self.victim = Victim.of(opened.model, shown.preprocessing, spec.shape)
        self.pixels = self.victim.pixels(fed)
        self.labels = self.victim.judged(self.pixels).argmax(axis=1)

    def said(self, pixels: Any) -> list[str]:
        """The class of each and how sure the network is; a star where another class is said of the saved picture."""
        logits = self.victim.judged(pixels).astype(np.float64)
        saved = self.victim.judged(np.rint(pixels * LEVELS) / np.float32(LEVELS))
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        stars = np.where(saved.argmax(axis=1) == logits.argmax(axis=1), "", "\\*")
        return [f"{self.names[row.argmax()]}, {row.max():.1%}{star}" for row, star in zip(shares, stars, strict=True)]

    def row(self, what: str, method: str, targets: Sequence[str] = (), **options: Any) -> str:
        """A row of the table: for each photograph the size of the change in levels, and what is said of it then."""
        aims = np.array([self.names.index(name) for name in targets]) if targets else None
        attack = attack_named(method)
        batch = Batch(self.pixels, self.labels, aims)
        results = run_attack(attack, self.victim, batch, attack.chosen(**options), is_watched=False)
        said = self.said(np.stack([result.last.pixels for result in results]))
        cells = (f"{result.linf * LEVELS:.2f}: {words}" for result, words in zip(results, said, strict=True))
        return f"| {what} | {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    studio = Studio()
    rows = [f"| nothing | {' | '.join(studio.said(studio.pixels))} |"]
    rows.append(studio.row("`fgsm`, growing", "fgsm", **GROWING))
    rows += [studio.row(f"`pgd`, at most {levels:g}", "pgd", **pgd(levels)) for levels in EPSILONS]
    rows.append(studio.row("`noise`, at most 8", "noise", epsilon=8 / LEVELS))
    rows.append(studio.row("`pgd`, at most 2, towards each other", "pgd", TARGETS, **pgd(2)))
    print("\n".join(rows))  # noqa: T201


if __name__ == "__main__":
    main()
