"""What a scene of a dense layer should show, from the bundle's arrays alone: written without the scene's own parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from paper_bundle import KEY
from step_states import grids_of

from exporter.bundle import Bundle
from viewer.state import Loupe, ViewState

Array = NDArray[np.float64]


@dataclass(frozen=True)
class DensePeer:
    """A dense layer: `fed` is the layer whose stored output it takes in a row, `key` input and checkpoint."""

    bundle: Bundle
    layer: str
    fed: str
    key: tuple[str, str] = KEY

    def output(self, name: str) -> Array:
        """A stored output, in float64."""
        return np.asarray(self.bundle.load(self.bundle.capture(*self.key).outputs[name]), np.float64)

    def weight(self, name: str) -> Array:
        """A stored variable of the layer."""
        return np.asarray(self.bundle.load(self.bundle.checkpoint(self.key[1]).weights[f"{self.layer}/{name}"]), float)

    def inputs(self, cell: tuple[int, ...]) -> Array:
        """What the unit gets, in a row."""
        fed = self.output(self.fed)
        return fed[cell[:-1]] if len(cell) > 1 else fed.reshape(-1)

    def expected(self, cell: tuple[int, ...], state: ViewState) -> Mapping[str, Any]:
        """The tables of a unit; the state says only how the tiles are laid out, and how many terms have come."""
        x, w = self.inputs(cell), self.weight("kernel")[:, cell[-1]]
        p, names = x * w, grids_of(state)
        ranked = np.argsort(-np.abs(p), kind="stable")
        shown = sum(name.startswith("term product") for name in names)
        largest = ranked[: 8 if len(p) > 8 else len(p)]
        made: dict[str, Any] = {}
        for at, index in enumerate(largest):
            made |= {f"term input {at}": x[index], f"term weight {at}": w[index], f"term product {at}": p[index]}
        bias = self.weight("bias")[cell[-1]] if f"{self.layer}/bias" in self.weights else 0.0
        made |= {"others": np.delete(p, largest).sum(), "bias": bias, "sum": p.sum() + bias}
        assert shown <= len(largest)
        return (
            made
            | {"result": self.output(self.layer)[cell]}
            | self.tiles(state, {"input": x, "weights": w, "products": p})
        )

    @property
    def weights(self) -> Mapping[str, Any]:
        """All variables of the bundle."""
        return self.bundle.checkpoint(self.key[1]).weights

    def tiles(self, state: ViewState, rows: Mapping[str, Array]) -> dict[str, Array]:
        """Rows of numbers as tiles: of the maps that the tiles of the input show, or in rows of cells."""
        names, made = grids_of(state), {}
        for loupe in state.loupes:
            number = loupe.name.removeprefix("input ")
            for name, row in rows.items() if loupe.name.startswith("input") else ():
                grid = names.get(f"{name} {number}")
                if grid is not None:
                    made[grid.name] = self.tile(loupe, len(grid.values), row)
        return made

    def tile(self, loupe: Loupe, rows: int, row: Array) -> Array:
        """A row of numbers laid out as a tile of the input is."""
        if loupe.columns is not None:
            whole = np.full((rows, loupe.columns), np.nan)
            whole.reshape(-1)[: len(row)] = row
            return whole
        maps = row.reshape(*self.output(loupe.layer).shape, -1)[..., 0]
        made: Array = maps[tuple(slice(None) if each is None else each for each in loupe.part)]
        return made
