"""The frozen pieces of a layout: plates, links between them, and the whole.

Lengths are world units: the side of a 62 x 62 feature map's tile is 1. A plate stands across the spine: its own axes
are u (world +z, to the right as seen from the input) and v (world +y).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PlateKind = Literal["picture", "maps", "closed", "vector", "classes", "weights"]
LinkKind = Literal["conv", "dense", "copy"]

PANEL_MARGIN = 0.16
TILE_GAP = 0.12
STACKED, STACK_STEP, STACK_RISE = 2, 0.26, 0.12
"""Panels behind that of a folded group, how far one lies behind the other, and how much higher."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a plate shows, before it has a place.

    `tiles` pictures of `cells` (rows, columns) cells each, `tile_size` (width, height) in world units, laid out in
    `columns` columns from the top left. For kind `closed` a tile is an aggregate over `channels` channels. A colour
    picture may have its channels under it, each a tile `channel_side` wide (0: none). For kind `weights` the cells are
    those of the kernel.

    `shape` is that of the whole output; `channels` counts what is stored and shown of its channels (maps) or units
    (vectors). Maps with `channels_first` are (channels, rows, columns), such as the scores of attention heads. A volume
    (depth, rows, columns, channels) has a tile for each of its `slices`, per channel where it is open; a closed one of
    one slice is an aggregate over its depth, too. Of a picture `blue_first` says in which order its channels are fed.
    """

    kind: PlateKind
    shape: tuple[int, ...]
    tiles: int
    cells: tuple[int, int]
    tile_size: tuple[float, float]
    columns: int
    channels: int
    channel_side: float = 0.0
    channels_first: bool = False
    slices: int = 1
    blue_first: bool = False

    @property
    def rows(self) -> int:
        """Number of rows of tiles."""
        return -(-self.tiles // self.columns)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the panel, margins included."""
        width = self.columns * (self.tile_size[0] + TILE_GAP) - TILE_GAP
        height = self.rows * (self.tile_size[1] + TILE_GAP) - TILE_GAP + self._channels_height
        return width + 2 * PANEL_MARGIN, height + 2 * PANEL_MARGIN

    @property
    def channel_size(self) -> tuple[float, float]:
        """Width and height of one colour channel's tile, in the picture's proportions."""
        return self.channel_side, self.channel_side * self.tile_size[1] / self.tile_size[0]

    @property
    def _channels_height(self) -> float:
        return 3 * (self.channel_size[1] + TILE_GAP) if self.channel_side else 0.0

    def channel_centres(self) -> NDArray[np.float64]:
        """Centres (3, 2) as (u, v) of the tiles of a picture's channels in the order in which they are fed, red above;
        (0, 2) where it has none.
        """
        if not self.channel_side:
            return np.zeros((0, 2))
        bottom = -self.size[1] / 2 + PANEL_MARGIN
        pitch = self.channel_size[1] + TILE_GAP
        steps = range(3) if self.blue_first else (2, 1, 0)
        return np.array([[0.0, bottom + step * pitch + self.channel_size[1] / 2] for step in steps])

    def tile_centres(self) -> NDArray[np.float64]:
        """Centres (tiles, 2) as (u, v) from the plate's centre."""
        index = np.arange(self.tiles)
        column, row = index % self.columns, index // self.columns
        pitch_u, pitch_v = self.tile_size[0] + TILE_GAP, self.tile_size[1] + TILE_GAP
        u = (column - (self.columns - 1) / 2) * pitch_u
        v = ((self.rows - 1) / 2 - row) * pitch_v + self._channels_height / 2
        return np.stack([u, v], axis=1)


@dataclass(frozen=True, slots=True)
class Plate:
    """One output of a layer in its place. `station` counts plates along the spine: the flow's light passes them in this
    order.

    `output` is which of the layer's tensors it shows; `tensor` says what that is where it is not what the layer hands
    on. `group` is the folded group of `layers` layers that the plate stands for: it shows the group's output layer.
    """

    layer: str
    form: Form
    centre: tuple[float, float, float]
    station: int
    row: int = 0
    output: int = 0
    group: str | None = None
    tensor: str | None = None
    layers: int = 1

    @property
    def title(self) -> str:
        """What it is called: its folded group, what its tensor is, or its layer."""
        return self.group or self.tensor or self.layer

    @property
    def size(self) -> tuple[float, float]:
        """Width (along z) and height (along y) of the panel."""
        return self.form.size

    def corners(self) -> NDArray[np.float64]:
        """Corners (4, 3) of the panel in world space: bottom left, bottom right, top left, top right."""
        width, height = self.size
        steps = np.array([[0, -0.5, -0.5], [0, -0.5, 0.5], [0, 0.5, -0.5], [0, 0.5, 0.5]])
        corners: NDArray[np.float64] = np.asarray(self.centre) + steps * [0.0, height, width]
        return corners

    def tile_centres(self) -> NDArray[np.float64]:
        """Centres (tiles, 3) of the tiles in world space."""
        return self._in_world(self.form.tile_centres())

    def channel_centres(self) -> NDArray[np.float64]:
        """Centres (3 or 0, 3) in world space of the tiles of a picture's channels, as `Form.channel_centres`."""
        return self._in_world(self.form.channel_centres())

    def _in_world(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(self.centre) + np.stack([np.zeros(len(uv)), uv[:, 1], uv[:, 0]], axis=1)

    def unit_heights(self) -> NDArray[np.float64]:
        """World y of each unit (vectors) or channel (maps): where its strands leave and arrive.

        A closed plate has one height, its centre's; a picture has one per colour channel.
        """
        if self.form.kind in ("vector", "classes"):
            rows, columns = self.form.cells
            y = self.centre[1] + (0.5 - (np.arange(rows) + 0.5) / rows) * self.form.tile_size[1]
            return np.repeat(y, columns)[: self.form.channels]
        if self.form.kind == "closed":
            return np.array([self.centre[1]])
        if self.form.channel_side:
            return self.channel_centres()[:, 1]
        if self.form.kind == "picture":
            channels = self.form.channels
            spread = self.form.tile_size[1] * 0.18 * (channels > 1)
            return self.centre[1] + np.linspace(spread, -spread, channels)
        return self.tile_centres()[:, 1]


@dataclass(frozen=True, slots=True)
class Link:
    """A tensor that goes from plate `source` to plate `target` (indices), drawn as strands.

    `ridge` is the world height to which the strands rise (or sink) right behind the source and in which they run until
    right before the target, so that they clear what stands between; `None` for neighbours, which need none.
    """

    source: int
    target: int
    kind: LinkKind
    target_input: int
    ridge: float | None = None


@dataclass(frozen=True)
class Layout:
    """Every plate and link in world space, and the camera distance that suits the size."""

    plates: tuple[Plate, ...]
    links: tuple[Link, ...]
    rows: int

    def corners(self) -> NDArray[np.float64]:
        """All panels' corners (4 * plates, 3), read-only."""
        return self._corners

    @cached_property
    def centre(self) -> tuple[float, float, float]:
        """Middle of the bounding box."""
        x, y, z = (self._corners.min(axis=0) + self._corners.max(axis=0)) / 2
        return float(x), float(y), float(z)

    @cached_property
    def extent(self) -> float:
        """Largest side of the bounding box, at least 1."""
        return float(max((self._corners.max(axis=0) - self._corners.min(axis=0)).max(), 1.0))

    @cached_property
    def _corners(self) -> NDArray[np.float64]:
        # Asked for in every frame: made once.
        corners = np.concatenate([plate.corners() for plate in self.plates])
        corners.flags.writeable = False
        return corners

    def outline(self) -> NDArray[np.float64]:
        """Points (n, 3) of everything that is drawn: the panels' corners, and the ridges of strands."""
        plates = self.plates
        ends = [(link, end) for link in self.links for end in (link.source, link.target)]
        ridges = [(plates[end].centre[0], link.ridge, 0.0) for link, end in ends if link.ridge is not None]
        return np.concatenate([self.corners(), np.array(ridges, np.float64).reshape(-1, 3)])

    def plate(self, layer: str) -> Plate:
        """The plate of the first output of `layer`; raises KeyError where there is none, also inside a folded group."""
        for plate in self.plates:
            if plate.layer == layer and plate.form.kind != "weights" and not plate.output:
                return plate
        raise KeyError(layer)
