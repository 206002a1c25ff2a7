"""What a perturbation does to a network, in sentences made of its own numbers. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.numbers import count, percent

if TYPE_CHECKING:
    from scenes.transfer.transferred import Rates, Transfer


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
    return "; noise of the same size changes no answer."


def _beside_noise(transfer: Transfer) -> str:
    noise = transfer.noise
    if noise is None:
        return "; there is no noise control."
    return (
        f". Noise of the same size makes it {noise.name}." if noise.is_fooled else ", as with noise of the same size."
    )


def rates_line(rates: Rates) -> str:
    """What was counted: all of it together, so that no number is read without the others."""
    counted = (
        (rates.misled, "misled"),
        (rates.noise_misled, "by noise of this size"),
        (rates.clean_wrong, "wrong before"),
    )
    parts = ", ".join(f"{percent(share) if share else 'none'} {what}" for share, what in counted if share is not None)
    pictures = "1 picture" if rates.judged == 1 else f"{count(rates.judged)} pictures"
    return f"Of {pictures}: {parts}."
