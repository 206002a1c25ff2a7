"""Pickles of arrays of numbers, read without executing anything in them."""

from __future__ import annotations

from exporter.pickles.errors import PickleError
from exporter.pickles.machine import unpickled
from exporter.pickles.stored import Stored

__all__ = ["PickleError", "Stored", "unpickled"]
