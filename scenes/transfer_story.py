"""What a perturbation does to a network, in sentences made of its own numbers. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.numbers import count, percent

if TYPE_CHECKING:
    from scenes.transferred import Rates, Transfer

MISLED, BY_NOISE, WRONG = "misled", "by noise of this size", "wrong before"


def clean_line(transfer: Transfer) -> str:
    """Before the perturbation."""
    return "One picture." if transfer.clean is None else f"One picture: the network says {transfer.clean.name}."


def way_line(transfer: Transfer) -> str:
    """While it grows."""
    made = f"made on {transfer.made_on}" if transfer.made_on else "made on this network"
    return f"A perturbation, {made}, grows; every layer drifts."


def verdict(transfer: Transfer) -> str:
    """What the perturbation does, and what noise of the same size does.

    A network is fooled where it says another class than to the clean picture, right or wrong.
    """
    clean, attacked = transfer.clean, transfer.attacked
    if clean is None or attacked is None:
        return "The perturbation moves every layer; this network has no classes that could change."
    carries = bool(transfer.made_on)
    if attacked.is_fooled:
        does = "It carries over" if carries else "It works here"
        return f"{does}: {clean.name} becomes {attacked.name}{_against_noise(transfer)}"
    does = "It does not carry over" if carries else "It does not work here"
    return f"{does}: the answer stays {clean.name}{_beside_noise(transfer)}"


def _against_noise(transfer: Transfer) -> str:
    noise = transfer.noise
    if noise is None:
        return "; there is no noise control."
    if noise.is_fooled:
        return f". But noise of the same size does as much: {noise.name}."
    return "; noise of the same size changes nothing."


def _beside_noise(transfer: Transfer) -> str:
    noise = transfer.noise
    if noise is None:
        return "; there is no noise control."
    return (
        f". Noise of the same size makes it {noise.name}." if noise.is_fooled else ", as with noise of the same size."
    )


def rate_parts(rates: Rates) -> tuple[tuple[str, str], ...]:
    """What was counted, as names and numbers: all of it, so that none is read without the others."""
    parts = [(MISLED, percent(rates.misled))]
    parts += [(BY_NOISE, percent(rates.noise_misled))] if rates.noise_misled is not None else []
    parts += [(WRONG, percent(rates.clean_wrong))] if rates.clean_wrong is not None else []
    return tuple(parts)


def rates_head(rates: Rates) -> str:
    """Over how many pictures it was counted."""
    return "of 1 picture" if rates.judged == 1 else f"of {count(rates.judged)} pictures"


def rates_line(rates: Rates) -> str:
    """The same as one sentence."""
    parts = ", ".join(f"{number} {name}" for name, number in rate_parts(rates))
    return f"{rates_head(rates)[:1].upper()}{rates_head(rates)[1:]}: {parts}."
