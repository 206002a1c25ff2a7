"""A sculpture of a bundle in world units: where its units are, which way its edges go, and how both came there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import BundleError
from exporter.bundle.sculptures import content_problems
from viewer.sculptures.even import even_paths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import UnitLayer

    Floats = NDArray[np.float32]

SCALE = 10.0
"""World units in a unit of length within a plane; a width of a layer is one, unless the bundling was told another."""
STRETCH, SHORTEST, LONGEST = 1.6, 1.2, 4.5
"""Along the spine: how far planes are drawn apart, and the shortest and the longest that a spine is drawn, in widths. A
frame is wider than high, and what stands in depth is seen between planes that are apart.
"""
FRAME = 0.6
"""Room between the outermost units of a layer and its frame, in world units."""
PATH_POINTS = 16
DRAWN_EDGES = 4000
"""As many as make a clear picture: of 784-81-49-10, 16,000 add a haze that tells no more and take three times as long,
and all 68,000 ten times: 4 s of a processor at 1280x720 without a GPU, where these take 0.4 s.
"""
_DIRECTIONS = np.array([d for d in np.ndindex(3, 3, 3) if d != (1, 1, 1)], np.float32) - 1


@dataclass(frozen=True)
class Drawn:
    """What is drawn of a sculpture; U units, C classes, E edges, the strongest first.

    Attributes
    ----------
    id, method : as in the bundle.
    layers : layers of units in their order.
    classes : (C,) the class of each column of `importance`.
    units, placed : (U, 3) float32 in world space, where units are and where they were before they moved.
    importance : (U, C) float32, 0 to 1.
    edges : (E, 2) int32, start and end unit.
    strength : (E,) float32, 0 to 1.
    paths : (E, PATH_POINTS, 3) float32 in world space, evenly spaced along each edge.
    steps : (T, K, H, 3) float32 in world space, the paths of the K strongest edges at each step of the bundling; T is 0
        where the bundle does not tell.
    """

    id: str
    method: str
    layers: tuple[UnitLayer, ...]
    classes: tuple[int, ...]
    units: Floats
    placed: Floats
    importance: Floats
    edges: NDArray[np.int32]
    strength: Floats
    paths: Floats
    steps: Floats

    @property
    def last_step(self) -> int:
        """The number of the last step of the bundling, 0 where its steps are not known."""
        return max(len(self.steps) - 1, 0)

    @cached_property
    def edge_importance(self) -> Floats:
        """(E, C) float32, 0 to 1: strength times the geometric mean of the importance of both ends."""
        found: Floats = self.strength[:, None] * self.end_importance(slice(None))
        return found

    def end_importance(self, columns: slice | int) -> Floats:
        """Geometric mean of the importance of the ends of each edge, (E, columns) or, for one column, (E,)."""
        start, end = (self.importance[self.edges[:, side]][:, columns] for side in (0, 1))
        mean: Floats = np.sqrt(start * end)
        return mean

    def drawn_edges(self, asked: int | str | None = None, *, in_steps: bool = False) -> int:
        """How many edges are drawn where `asked` for, `None` being as many as make a clear picture; of a step of the
        bundling there are no more than the bundle tells of.
        """
        most = self.steps.shape[1] if in_steps else len(self.edges)
        wanted = most if asked == "all" else DRAWN_EDGES if asked is None else int(asked)
        return max(0, min(wanted, most))

    def share(self, drawn: int) -> float:
        """The share of the importance of all edges, 0 to 1, that the `drawn` strongest carry; 1 where there is none."""
        sizes = self.edge_importance.sum(axis=1, dtype=np.float64)
        whole = float(sizes.sum())
        return float(sizes[:drawn].sum()) / whole if whole > 0 else 1.0

    @cached_property
    def unit_steps(self) -> Floats:
        """(T, U, 3) float32, where units are at each step: where the edges that are told of begin and end, and on the
        way from `placed` to `units` for those that have none.
        """
        moved = max(self.last_step, 1)
        share = np.minimum(np.arange(len(self.steps), dtype=np.float32) / moved, 1)[:, None, None]
        found: Floats = self.placed * (1 - share) + self.units * share
        told = self.edges[: self.steps.shape[1]]
        for side, end in ((0, 0), (1, -1)):
            found[:, told[:, side]] = self.steps[:, :, end]
        return found

    def units_at(self, step: float | None) -> Floats:
        """Where units are (U, 3) at a step of the bundling and parts of one, in the end where `step` is `None`."""
        if step is None or not len(self.steps):
            return self.units
        step = min(max(step, 0.0), float(self.last_step))
        here, there = int(step), min(int(step) + 1, self.last_step)
        found: Floats = self.unit_steps[here] + (self.unit_steps[there] - self.unit_steps[here]) * np.float32(
            step - here
        )
        return found

    @cached_property
    def frames(self) -> Floats:
        """Corners (layers, 4, 3) float32 of a frame round the units of each layer, as they are in the end: over the
        head of one who looks along the spine on his left, on his right, at his feet on his right, on his left.
        """
        ends = np.cumsum([layer.units for layer in self.layers])
        found = np.empty((len(self.layers), 4, 3), np.float32)
        for number, (end, layer) in enumerate(zip(ends, self.layers, strict=True)):
            mine = self.units[end - layer.units : end]
            (x, low, left), (_, high, right) = mine.min(axis=0), mine.max(axis=0)
            found[number] = [(x, y, z) for y, z in ((high, left), (high, right), (low, right), (low, left))]
            found[number, :, 1:] += FRAME * np.array([(1, -1), (1, 1), (-1, 1), (-1, -1)], np.float32)
        return found

    @cached_property
    def box(self) -> tuple[Floats, Floats]:
        """The lowest and the highest corner (3,) of what holds everything that is drawn at any step."""
        outline = self.outline()
        return outline.min(axis=0), outline.max(axis=0)

    def outline(self) -> Floats:
        """Points (n, 3) that hold everything that is drawn at any step."""
        parts = [self.placed, self.units, self.paths.reshape(-1, 3), self.frames.reshape(-1, 3)]
        if len(self.steps):
            parts.append(self.steps[:: max(1, self.last_step // 8)].reshape(-1, 3))
        every = np.concatenate(parts)
        # What lies furthest out in every direction is kept, however many points are left out.
        furthest = every[np.argmax(every @ _DIRECTIONS.T, axis=0)]
        outline: Floats = np.concatenate([furthest, every[:: max(1, len(every) // 4096)]])
        return outline


def read_sculpture(bundle: Bundle, id: str) -> Drawn:  # noqa: A002 (the manifest calls it so)
    """The sculpture of this id.

    Raises
    ------
    BundleError
        There is none, or its numbers do not hold together.
    """
    sculpture = bundle.sculpture(id)
    arrays = {name: bundle.load(ref) for name, ref in sculpture.tensors.items()}
    for problem in content_problems(sculpture, arrays):
        raise BundleError("the sculpture does not hold together", got=problem, path=bundle.path)
    columns = arrays["importance"].shape[1]
    history = arrays.get("history", np.zeros((0, 0, PATH_POINTS, 3), np.float16))
    spine = spine_scale(arrays["placed"])
    return Drawn(
        id=id,
        method=sculpture.method,
        layers=sculpture.layers,
        classes=sculpture.classes or tuple(range(columns)),
        units=_in_world(arrays["positions"], spine),
        placed=_in_world(arrays["placed"], spine),
        importance=arrays["importance"],
        edges=arrays["edges"],
        strength=arrays["strength"],
        paths=_in_world(even_paths(arrays["points"], arrays["starts"], PATH_POINTS), spine),
        steps=_in_world(history, spine),
    )


def spine_scale(placed: Floats) -> float:
    """World units in a unit of length along the spine; `SCALE` where there is but one plane."""
    across, length = float(np.ptp(placed[:, :2], axis=0).max(initial=0)), float(np.ptp(placed[:, 2]))
    if across <= 0 or length <= 0:
        return SCALE
    widths = length / across
    return SCALE * min(max(STRETCH * widths, SHORTEST), LONGEST) / widths


def _in_world(points: NDArray[np.float16] | Floats, spine: float) -> Floats:
    """The spine is x in the world and z in a sculpture; to the right of one who looks along it is z, and was x."""
    world: Floats = np.ascontiguousarray(points[..., ::-1], np.float32) * np.array([spine, SCALE, SCALE], np.float32)
    return world
