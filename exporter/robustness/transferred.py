"""What came of showing one model's adversarial inputs to others, as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporter.attacks.contract import Norm, OptionValue
from exporter.robustness.shares import CONFIDENCE, Share


@dataclass(frozen=True)
class Verdict:
    """How one model did.

    Attributes
    ----------
    model : its name.
    is_source : whether the attack was made on it.
    all_clean : how many of all inputs it reads right.
    clean, noise, attacked : how many it reads right of those that every model reads right: as they are, with noise of
        the size of the attack, and attacked.
    """

    model: str
    is_source: bool
    all_clean: Share
    clean: Share
    noise: Share
    attacked: Share

    @property
    def rates(self) -> dict[str, Share]:
        """The shares by what was shown."""
        return {"all_clean": self.all_clean, "clean": self.clean, "noise": self.noise, "attacked": self.attacked}


@dataclass(frozen=True)
class TransferReport:
    """How an attack that was made on one model does on others.

    Attributes
    ----------
    folder : where `transfer.csv`, `transfer.json`, `transfer.png` and the bundles are.
    source : the name of the model that the attack was made on.
    method, norm, epsilon, options : the attack, what its size measures, and its size.
    inputs, judged : how many inputs there are, and how many of them every model reads right: those are attacked.
    has_pictures : whether they are pictures, sent with 8 bits a channel.
    shown : the labels of those that the bundles hold.
    verdicts : one a model, the source first.
    bundles : one a model, in the same order.
    """

    folder: Path
    source: str
    method: str
    norm: Norm
    epsilon: float
    options: dict[str, OptionValue]
    inputs: int
    judged: int
    has_pictures: bool
    shown: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    bundles: tuple[Path, ...]

    def as_plain(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "source": self.source,
            "method": self.method,
            "norm": self.norm,
            "epsilon": self.epsilon,
            "options": self.options,
            "inputs": self.inputs,
            "judged": self.judged,
            "pictures": self.has_pictures,
            "interval": "Wilson",
            "confidence": CONFIDENCE,
            "shown": list(self.shown),
            "bundles": [path.name for path in self.bundles],
            "models": [
                {
                    "model": verdict.model,
                    "source": verdict.is_source,
                    **{name: share.as_plain() for name, share in verdict.rates.items()},
                }
                for verdict in self.verdicts
            ],
        }

    def lines(self) -> Iterator[str]:
        """A line about what was judged, and a line a model with its three rates, for people."""
        yield f"of {self.inputs} inputs every model reads {self.judged} right; of these are right:"
        for verdict in self.verdicts:
            low, high = (f"{end:.0%}" for end in verdict.attacked.interval)
            where = " (made here)" if verdict.is_source else ""
            rates = f"{verdict.clean.value:.0%} clean, {verdict.noise.value:.0%} with noise of the same size"
            yield f"{verdict.model}{where}: {rates}, {verdict.attacked.value:.0%} attacked ({low} to {high})"

    def rows(self) -> Iterator[tuple[object, ...]]:
        """A row a model and what it was shown, below `HEAD`."""
        for verdict in self.verdicts:
            for name, share in verdict.rates.items():
                about = (self.source, self.method, self.norm, self.epsilon, verdict.model, int(verdict.is_source), name)
                yield (*about, *share.as_plain().values())


HEAD = ("source", "method", "norm", "epsilon", "model", "is_source", "shown", "count", "of", "share", "low", "high")
