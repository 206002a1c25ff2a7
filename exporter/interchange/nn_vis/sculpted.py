"""What a file of nn_vis holds, as the arrays of a sculpture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from exporter.bundle.schema import UnitLayer
from exporter.bundling.net import Link, UnitNet
from exporter.bundling.parameters import Parameters
from exporter.bundling.placing import placed_units
from exporter.bundling.web import Bundled
from exporter.bundling.webs import web_of
from exporter.interchange.nn_vis.errors import NnVisError
from exporter.interchange.nn_vis.forms import Importances, Processed, node_sums
from exporter.interchange.nn_vis.parts import odd
from exporter.interchange.nn_vis.rows import reordered
from exporter.interchange.nn_vis.source import SLOTS
from exporter.interchange.nn_vis.writing import Progress

HISTORY_EDGES = 4000
Setting = bool | int | float | str | None


@dataclass(frozen=True)
class Shaped:
    """A sculpture before it is stored: units of each layer, its tensors, options and result by SPEC.md's names."""

    sizes: tuple[int, ...]
    arrays: dict[str, np.ndarray[Any, Any]]
    options: dict[str, Setting]
    result: dict[str, Setting]


def shaped_processed(held: Processed) -> Shaped:
    """The sculpture of a `.pro.npz`: units and paths as they are; where the units lay before is made up anew.

    The most important edges come first: those whose weight times the mean importance of their ends is largest.
    Raises `NnVisError` where there is no edge.
    """
    if not len(held.edges):
        raise odd("the file", "at least one edge", "none")
    means = held.importance.mean(axis=1, dtype=np.float64)[held.edges].mean(axis=1)
    order = np.argsort(-(means + 1e-6) * held.strength, kind="stable")
    starts, points = reordered(held.starts, held.points, order)
    parameters = _parameters(held)
    placed = placed_units(held.sizes, tuple(range(len(held.sizes))), parameters)
    bundled = Bundled(placed, held.positions, starts, points, np.zeros((0, 0, 2, 3), np.float16))
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "placed": placed, "positions": held.positions, "importance": held.importance, "edges": held.edges[order],
        "strength": held.strength[order], "starts": starts, "points": points,
    }  # fmt: skip
    if not np.array_equal(held.sums, node_sums(held.importance)):
        arrays["sums"] = held.sums
    options: dict[str, Setting] = {
        "layer_distance": parameters.layer_distance, "layer_width": parameters.layer_width, SLOTS: held.slots
    }  # fmt: skip
    possible = sum(one * other for one, other in pairwise(held.sizes))
    return Shaped(held.sizes, arrays, options, _result(bundled, arrays, possible, None))


def bundled_importances(held: Importances, progress: Progress | None) -> Shaped:
    """The sculpture of an `.imp.npz`: its edges are bundled with the defaults of nn_vis; the strongest have a history.

    Raises `NnVisError` where there is no edge, or where what bundles is not installed.
    """
    bundle_web = _bundler()
    sizes = tuple(len(layer) for layer in held.units)
    layers = tuple(UnitLayer(name=str(plane), units=units, plane=plane) for plane, units in enumerate(sizes))
    links = tuple(Link(place, place + 1, table) for place, table in enumerate(held.edges))
    parameters = Parameters()
    net = UnitNet(layers, tuple(layer.name for layer in layers), links)
    web, _, possible, share = web_of(net, held.units, parameters)
    if not len(web.edges):
        raise odd("the file", "weights that are not all 0", "no edge")
    told = {} if progress is None else {"progress": progress}
    bundled = bundle_web(web, parameters, keep=min(HISTORY_EDGES, len(web.edges)), **told)
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "placed": bundled.placed, "positions": bundled.positions, "importance": web.importance, "edges": web.edges,
        "strength": web.strength, "starts": bundled.starts, "points": bundled.points, "history": bundled.history,
    }  # fmt: skip
    return Shaped(sizes, arrays, asdict(parameters), _result(bundled, arrays, possible, share))


def _bundler() -> Callable[..., Bundled]:
    """What bundles a web; it compiles, so it is imported when it is needed."""
    try:
        from exporter.bundling.bundle import bundle_web  # noqa: PLC0415 - an optional dependency, and slow
    except ModuleNotFoundError as error:
        remedy = "pip install 'kerascope[sculpture]'"
        raise NnVisError(f"bundling needs {error.name}", remedy=remedy) from error
    return bundle_web


def _parameters(held: Processed) -> Parameters:
    """Width and distance of the layers as far as the units tell: they move to the middle, never out."""
    heights = held.positions[[0, -1], 2].astype(np.float64)
    distance = float(heights[1] - heights[0]) / (len(held.sizes) - 1)
    width = max(Parameters().layer_width, 2 * float(np.abs(held.positions[:, :2]).max()))
    return Parameters(layer_distance=round(distance, 6), layer_width=round(width, 6))


def _result(
    bundled: Bundled, arrays: dict[str, np.ndarray[Any, Any]], possible: int, share: float | None
) -> dict[str, Setting]:
    edges = arrays["edges"]
    from exporter.bundling.measures import distortion, ink  # noqa: PLC0415 - an optional dependency, and slow

    measured: dict[str, Setting] = {"ink": ink(bundled), "distortion": distortion(bundled, edges)} if len(edges) else {}
    return {"edges": len(edges), "possible": possible, "share": share, **measured}
