"""Attacks: small changes of an input that make a model err. One file per attack, one contract."""

from __future__ import annotations

from exporter.attacks.contract import Attack, AttackError, AttackResult, AttackStep, Victim
from exporter.attacks.registry import ATTACKS, attack_named

__all__ = ["ATTACKS", "Attack", "AttackError", "AttackResult", "AttackStep", "Victim", "attack_named"]
