"""The sculptures of a scene as nodes: the cables of each class under one name and one material, units by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenes.gltf.about_cast import about_cast, about_units, column_names, columns_lit, focus_names
from scenes.gltf.boards_units import heading_board, unit_boards
from scenes.gltf.retold import retold_edges
from scenes.gltf.tracks import mixtures, moves, seen_of
from viewer.sculptures.read import read_sculpture
from viewer.solids.statue import Statue

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from exporter.bundle import Bundle
    from scenes.gltf.casts import Cast
    from scenes.gltf.nodes import Nodes
    from scenes.gltf.reel import Reel
    from viewer.solids.detail import Detail
    from viewer.solids.sculptures import Group
    from viewer.solids.solid import Solid
    from viewer.state import ViewState

SHARED = "all classes"
"""What serves all of them alike."""


class CastNodes:
    """One sculpture of a reel, and the nodes that it becomes."""

    def __init__(self, nodes: Nodes, bundle: Bundle, reel: Reel, cast: Cast, detail: Detail) -> None:
        self._nodes, self._bundle, self._reel, self._cast = nodes, bundle, reel, cast
        sculpture = bundle.sculpture(cast.first.sculpture_id)
        self._columns, self._checkpoint = column_names(bundle, sculpture), sculpture.checkpoint
        self._lit = columns_lit(sculpture, cast)
        self._states = focus_names(self._lit, self._columns)
        drawn, theme = read_sculpture(bundle, sculpture.id), reel.first.theme
        self.statue = Statue(drawn, cast.first, theme, detail, flows=cast.steps is not None)

    def add(self, root: int, name: str, number: int, aspect: float) -> None:
        """The sculpture called `name`, the `number`-th of all nets and sculptures, for a picture of this aspect."""
        cast, reel = self._cast, self._reel
        extras = about_cast(self._bundle, number, cast, reel.first.theme, self.statue.kept)
        node = self._nodes.add(name, root, at=cast.offsets[0], extras=extras)
        keys = moves(cast.offsets, reel.times_secs, reel.duration_secs, loops=reel.loops)
        self._nodes.animate(node, "translation", keys)
        self._nodes.step(node, seen_of(cast, reel.times_secs))
        before = f"{name}/" if len(reel.nets) + len(reel.casts) > 1 else ""
        self._cables(node, before)
        layers = [self._layer(node, before, index) for index in range(len(self.statue.drawn.layers))]
        self._words(layers, aspect)

    def frames(self) -> tuple[ViewState, ...]:
        """For each of its states the frame in which it is shown first, whose words tell of the edges there are."""
        sculpture, flows = self._bundle.sculpture(self._cast.first.sculpture_id), self._cast.steps is not None
        drawn, kept = self.statue.drawn, self.statue.kept
        return tuple(retold_edges(each, sculpture, drawn, kept, in_steps=flows) for each in self._cast.frames)

    def _cables(self, node: int, before: str) -> None:
        """Of each class two nodes: lit, and faint while another class is. What serves all alike has a node for each
        state: it belongs to whichever class is lit.
        """
        focuses = self._lit
        for group in self.statue.groups([focus for focus in focuses if focus is not None]):
            if group.column is None:
                self._shared(node, before, group)
                continue
            name, colour = self._columns[group.column], self.statue.colour(group.column)
            lit = {still for still, focus in enumerate(focuses) if focus in (None, group.column)}
            for stills, faint in ((lit, False), (set(range(len(focuses))) - lit, True)):
                solids = group.painted(_called(name), colour, faint=faint)
                self._shown(f"{before}cables of {name}{' (faint)' if faint else ''}", node, solids, stills)

    def _shared(self, node: int, before: str, group: Group) -> None:
        for still, (focus, state) in enumerate(zip(self._lit, self._states, strict=True)):
            name = SHARED if focus is None else _called(self._columns[focus])
            solids = group.painted(name, self.statue.colour(focus))
            self._shown(f"{before}cables of {SHARED} @ {state}", node, solids, {still})

    def _layer(self, node: int, before: str, index: int) -> int:
        layer = self.statue.drawn.layers[index]
        extras = about_units(self._bundle, layer)
        there = self._nodes.add(f"{before}{layer.name}", node, at=self.statue.centre(index), extras=extras)
        for still, (focus, state) in enumerate(zip(self._lit, self._states, strict=True)):
            self._shown(f"{before}{layer.name} @ {state}", there, [self.statue.units(index, focus)], {still})
        return there

    def _words(self, layers: Sequence[int], aspect: float) -> None:
        """The words at its layers, and at its classes."""
        cast, drawn = self._cast, self.statue.drawn
        names, view = self._bundle.manifest.model.class_names, cast.frames[0].sculptures[cast.index]
        found = list(unit_boards(drawn, view, cast.frames[0], names, aspect=aspect))
        if len(self._reel.casts) > 1:  # which is which
            label = view.heading or self._bundle.checkpoint(self._checkpoint).label
            middle = len(layers) // 2
            found.append((middle, "heading", heading_board(drawn, view, cast.frames[0], label, aspect=aspect)))
        for index, what, board in found:
            at = np.asarray(board.at) - self.statue.centre(index)
            extras = {"faces": True, "says": list(board.says)}
            self._nodes.show(
                f"{self._nodes.name_of(layers[index])} {what}", layers[index], [board.solid], at=at, extras=extras
            )

    def _shown(self, name: str, parent: int, solids: Sequence[Solid], stills: Collection[int]) -> None:
        """A node that is seen while one of these of the cast's focuses is, in the shape of the moment; none where it
        never is.
        """
        if not stills:
            return
        node = self._nodes.show(name, parent, solids)
        self._nodes.step(node, [(span.from_secs, span.still in stills) for span in self._cast.spans])
        if solids[0].shapes and self._cast.steps is not None:
            reel, last = self._reel, self.statue.drawn.last_step
            times = reel.times_secs, reel.duration_secs
            keys = mixtures(self._cast.steps, self.statue.steps, last, *times, loops=reel.loops)
            self._nodes.animate(node, "weights", keys)


def _called(name: str) -> str:
    """What the material of a class is called; classes without a name of their own are called so already."""
    return name if name.startswith("class ") else f"class {name}"
