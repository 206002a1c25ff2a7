"""The units of a network and the weights between them, whatever layers lie in between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.schema import UnitLayer


@dataclass(frozen=True)
class Link:
    """Everything that goes from one layer of units to another: indices of both, and (n_source, n_target) float32.

    Of a dense layer the numbers are its weights, of a convolution the norms of its kernels with the sign of their sums.
    """

    source: int
    target: int
    weights: NDArray[np.float32]


@dataclass(frozen=True)
class UnitNet:
    """Layers of units or channels, and the links between them.

    `taps` names for each layer where its units have their final value: the layer itself, or the last of the
    normalisations and activations that come right after it.
    """

    layers: tuple[UnitLayer, ...]
    taps: tuple[str, ...]
    links: tuple[Link, ...]
