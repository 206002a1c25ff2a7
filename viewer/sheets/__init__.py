"""Contact sheets as PNG files, for people who want a picture: maps, kernels, explanations and images side by side."""

from __future__ import annotations

from viewer.sheets.grid import activation_grid
from viewer.sheets.write import SHEETS, write_sheet

__all__ = ["SHEETS", "activation_grid", "write_sheet"]
