"""Attacks added to a bundle: which inputs, what is kept of each, and the entries it makes."""

from __future__ import annotations

from exporter.attacking.attack import attack_bundle
from exporter.attacking.entries import next_run_ids, run_entry, stored_dtype
from exporter.attacking.kept import kept_steps, step_bytes
from exporter.attacking.victims import victim_of
from exporter.attacking.write import write_attacked

__all__ = [
    "attack_bundle",
    "kept_steps",
    "next_run_ids",
    "run_entry",
    "step_bytes",
    "stored_dtype",
    "victim_of",
    "write_attacked",
]
