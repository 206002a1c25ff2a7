"""The front door: the command line and the short public API."""

from __future__ import annotations

__version__ = "0.1.0"
