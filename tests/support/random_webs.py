"""Webs to bundle: of random or of given weights, and odd ones."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from exporter.bundling.web import Web


def random_web(sizes: tuple[int, ...], seed: int = 0) -> Web:
    """A chain of dense layers with normal weights, every edge there, the strongest first."""
    random = np.random.default_rng(seed)
    return web_of([random.normal(size=pair) / np.sqrt(pair[0]) for pair in pairwise(sizes)])


def class_web(sizes: tuple[int, ...], seed: int = 0, apart: float = 0.1) -> Web:
    """A chain whose units serve one class each: weights to units of other classes are `apart` of what they would be."""
    random = np.random.default_rng(seed)
    serves = [random.integers(0, sizes[-1], size) for size in sizes[:-1]] + [np.arange(sizes[-1])]
    weights = []
    for before, after in pairwise(serves):
        same = before[:, None] == after[None, :]
        weights.append(np.abs(random.normal(size=same.shape)) * np.where(same, 1.0, apart))
    return web_of(weights)


def web_of(weights: list[NDArray[np.float64]]) -> Web:
    """A chain of dense layers, units important as the sizes of weights carry the classes back to them."""
    sizes = (*(len(each) for each in weights), weights[-1].shape[1])
    importance = [np.eye(sizes[-1])]
    for each in reversed(weights):
        importance.insert(0, np.abs(each) @ importance[0])
    firsts = np.cumsum([0, *sizes])
    edges = [np.argwhere(np.ones(each.shape)) + firsts[place : place + 2] for place, each in enumerate(weights)]
    strength = np.concatenate([(np.abs(each) / np.abs(each).max()).ravel() for each in weights]).astype(np.float32)
    order = np.argsort(-strength, kind="stable")
    scaled = np.concatenate([each / each.max() for each in importance]).astype(np.float32)
    whole = np.concatenate(edges).astype(np.int32)[order]
    return Web(sizes, tuple(range(len(sizes))), scaled, np.ascontiguousarray(whole), strength[order])


def sparse_web(edges: int, sizes: tuple[int, ...] = (1000, 1000, 10), seed: int = 0) -> Web:
    """So many edges between random units of neighbouring layers, for sweeps over the number of edges."""
    random = np.random.default_rng(seed)
    firsts = np.cumsum([0, *sizes])
    layer = random.integers(0, len(sizes) - 1, edges)
    ends = [firsts[layer + side] + random.integers(0, np.array(sizes)[layer + side]) for side in (0, 1)]
    importance = random.random((sum(sizes), sizes[-1]), np.float32)
    strength = np.sort(random.random(edges, np.float32))[::-1].copy()
    return Web(sizes, tuple(range(len(sizes))), importance, np.column_stack(ends).astype(np.int32), strength)
