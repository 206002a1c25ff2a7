"""Small nets of units with drawn weights, without a model or a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from exporter.bundle.schema import UnitLayer
from exporter.bundling.net import Link, UnitNet


def net(sizes: Sequence[int], planes: Sequence[int], links: Sequence[tuple[int, int, Any]]) -> UnitNet:
    """A net of these layers, called `layer_0`, `layer_1`, ..., and links of (source, target, weights)."""
    layers = tuple(
        UnitLayer(name=f"layer_{at}", units=units, plane=plane)
        for at, (units, plane) in enumerate(zip(sizes, planes, strict=True))
    )
    made = tuple(Link(source, target, np.asarray(weights, np.float32)) for source, target, weights in links)
    return UnitNet(layers, tuple(layer.name for layer in layers), made)


def chain_net(*sizes: int, seed: int = 0) -> UnitNet:
    """Layers one behind the other with normal weights."""
    rng = np.random.default_rng(seed)
    links = [(at, at + 1, rng.normal(size=pair)) for at, pair in enumerate(pairwise(sizes))]
    return net(sizes, range(len(sizes)), links)
