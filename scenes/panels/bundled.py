"""What is told of a sculpture beside it: whose weights, which importance, how much is drawn, how far it was bundled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.numbers import MINUS, count

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Checkpoint, Sculpture

METHODS = {
    "gradient": "gradient \u00d7 activation",
    "batch_norm": "batch-normalisation scales",
    "weight": "sizes of weights",
}
ACCURACIES = {"val_accuracy": "held-out accuracy", "accuracy": "accuracy"}


def method_words(sculpture: Sculpture) -> str:
    """How the importance was found, in words."""
    return METHODS.get(sculpture.method, sculpture.method.replace("_", " "))


def network_lines(bundle: Bundle, sculpture: Sculpture) -> tuple[str, ...]:
    """The importance and the checkpoint, with its accuracy where that is known."""
    checkpoint = bundle.checkpoint(sculpture.checkpoint)
    accuracy = accuracy_words(checkpoint)
    told = f"weights: {checkpoint.label}{', ' if accuracy else ''}{accuracy}"
    return f"importance: {method_words(sculpture)}", told


def accuracy_words(checkpoint: Checkpoint) -> str:
    """`97.6 % held-out accuracy`, or nothing where it is not known."""
    for name, words in ACCURACIES.items():
        value = checkpoint.metrics.get(name)
        if value is not None:
            return f"{value * 100:.1f} % {words}"
    return ""


def edge_lines(sculpture: Sculpture, drawn: int, drawn_share: float) -> tuple[str, ...]:
    """How many edges are drawn, of how many there are, and the share of all strength that they carry.

    `drawn_share` is the share of the strength of the edges that are in the sculpture.
    """
    edges = sculpture.tensors["edges"].shape[0]
    possible = int(_number(sculpture, "possible") or edges)
    share = drawn_share * (_number(sculpture, "share") or 1.0)
    if drawn >= possible:
        return (f"all {count(possible)} edges",)
    return f"strongest {count(drawn)} of {count(possible)} edges,", f"{percent_of(share)} of the weights' sizes"


def bundling_lines(sculpture: Sculpture) -> tuple[str, ...]:
    """The sampling rate, and what the bundling did: less ink, longer paths; what was not measured is not told."""
    ink, longer = _number(sculpture, "ink"), _number(sculpture, "distortion")
    first = sampling_words(sculpture)
    parts = [] if ink is None else [f"ink {ink_change(ink)}"]
    parts += [] if longer is None else [f"paths {longer:.2f}\u00d7 as long"]
    return (f"{first}:", ", ".join(parts)) if parts else (first,)


def sampling_words(sculpture: Sculpture) -> str:
    """That it was bundled, and at which sampling rate where that is known."""
    rate = _number(sculpture, "sampling_rate")
    return "bundled" if rate is None else f"bundled, sampling rate {rate:g}"


def ink_change(share: float) -> str:
    """What is inked after, as a share of before, as a change in per cent.

    >>> ink_change(0.385), ink_change(1.02)
    ('\u221262 %', '+2 %')
    """
    change = (share - 1.0) * 100.0
    return f"{MINUS if change < 0 else '+'}{abs(change):.0f} %"


def percent_of(share: float) -> str:
    """A share in per cent, small ones with a decimal.

    >>> percent_of(0.314), percent_of(0.042)
    ('31 %', '4.2 %')
    """
    return f"{share * 100:.0f} %" if share >= 0.0995 else f"{share * 100:.1f} %"


def _number(sculpture: Sculpture, name: str) -> float | None:
    value = sculpture.result.get(name, sculpture.options.get(name))
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
