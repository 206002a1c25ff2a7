"""The sculptures of a scene as nodes: the cables of each class under one name and one material, units by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.gltf.about_cast import about_cast, about_units, column_names, focus_names
from scenes.gltf.tracks import mixtures, moves, seen_of
from viewer.sculptures.read import read_sculpture
from viewer.solids.statue import Statue

if TYPE_CHECKING:
    from collections.abc import Collection

    from exporter.bundle import Bundle
    from scenes.gltf.casts import Cast
    from scenes.gltf.nodes import Nodes
    from scenes.gltf.reel import Reel
    from viewer.solids.detail import Detail
    from viewer.solids.solid import Solid


class CastNodes:
    """One sculpture of a reel, and the nodes that it becomes."""

    def __init__(self, nodes: Nodes, bundle: Bundle, reel: Reel, cast: Cast, detail: Detail) -> None:
        self._nodes, self._bundle, self._reel, self._cast = nodes, bundle, reel, cast
        sculpture = bundle.sculpture(cast.first.sculpture_id)
        self._columns = column_names(bundle, sculpture)
        drawn, theme = read_sculpture(bundle, sculpture.id), reel.first.theme
        self.statue = Statue(drawn, cast.first, self._columns, theme, detail, flows=cast.steps is not None)

    def add(self, root: int, name: str, number: int) -> tuple[int, ...]:
        """The nodes of its layers, of the sculpture called `name`, the `number`-th of all nets and sculptures."""
        cast, reel = self._cast, self._reel
        extras = about_cast(self._bundle, number, cast, reel.first.theme, self.statue.kept)
        node = self._nodes.add(name, root, at=cast.offsets[0], extras=extras)
        keys = moves(cast.offsets, reel.times_secs, reel.duration_secs, loops=reel.loops)
        self._nodes.animate(node, "translation", keys)
        self._nodes.step(node, seen_of(cast, reel.times_secs))
        before = f"{name}/" if len(reel.nets) + len(reel.casts) > 1 else ""
        self._cables(node, before)
        return tuple(self._layer(node, before, index) for index in range(len(self.statue.drawn.layers)))

    def _cables(self, node: int, before: str) -> None:
        """Of each class two nodes: lit, and faint while another class is."""
        focuses = self._cast.focuses
        for group in self.statue.groups([focus for focus in focuses if focus is not None]):
            lit = {still for still, focus in enumerate(focuses) if focus in (None, group.column)}
            faint = set(range(len(focuses))) - lit
            for solid, stills, after in ((group.lit, lit, ""), (group.faint, faint, " (faint)")):
                if stills:
                    self._shown(f"{before}cables of {group.name}{after}", node, solid, stills)

    def _layer(self, node: int, before: str, index: int) -> int:
        layer, states = self.statue.drawn.layers[index], focus_names(self._cast, self._columns)
        extras = about_units(self._bundle, layer)
        there = self._nodes.add(f"{before}{layer.name}", node, at=self.statue.centre(index), extras=extras)
        for still, (focus, state) in enumerate(zip(self._cast.focuses, states, strict=True)):
            self._shown(f"{before}{layer.name} @ {state}", there, self.statue.units(index, focus), {still})
        return there

    def _shown(self, name: str, parent: int, solid: Solid, stills: Collection[int]) -> None:
        """A node that is seen while one of these of the cast's focuses is, in the shape of the moment."""
        node = self._nodes.show(name, parent, [solid])
        self._nodes.step(node, [(span.from_secs, span.still in stills) for span in self._cast.spans])
        if solid.shapes and self._cast.steps is not None:
            reel, last = self._reel, self.statue.drawn.last_step
            times = reel.times_secs, reel.duration_secs
            keys = mixtures(self._cast.steps, self.statue.steps, last, *times, loops=reel.loops)
            self._nodes.animate(node, "weights", keys)
