"""Attacks: small changes of an input that make a model err. One file per attack, one contract."""

from __future__ import annotations

from exporter.attacks.contract import Attack, AttackError, AttackResult, AttackStep, Batch
from exporter.attacks.registry import ATTACKS, attack_named
from exporter.attacks.running import crafted, run_attack
from exporter.attacks.victim import Victim

__all__ = [
    "ATTACKS",
    "Attack",
    "AttackError",
    "AttackResult",
    "AttackStep",
    "Batch",
    "Victim",
    "attack_named",
    "crafted",
    "run_attack",
]
