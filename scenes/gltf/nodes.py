"""The nodes of a GLB and the one animation that moves them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pygltflib as gltf

from scenes.gltf.tracks import visibility

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.gltf.store import Store
    from scenes.gltf.tracks import Keys, Seen
    from viewer.solids.solid import Solid

UNSEEN = [0.0, 0.0, 0.0]


class Nodes:
    """Adds nodes to the model of `store`, each under its parent, and key frames for them."""

    def __init__(self, store: Store, duration_secs: float) -> None:
        self.store = store
        self._duration_secs = duration_secs
        self._animation = gltf.Animation()

    def __len__(self) -> int:
        return len(self.store.model.nodes)

    def add(self, name: str, parent: int | None, *, at: Any = None, extras: Any = None, **fields: Any) -> int:
        """A new node, `at` so much (3,) from its parent."""
        model = self.store.model
        model.nodes.append(gltf.Node(name=name, translation=plain(at), extras=extras or {}, **fields))
        if parent is not None:
            model.nodes[parent].children.append(len(model.nodes) - 1)
        return len(model.nodes) - 1

    def show(self, name: str, parent: int, solids: Sequence[Solid], **fields: Any) -> int:
        """A new node that is drawn."""
        return self.add(name, parent, mesh=self.store.mesh(solids, name), **fields)

    def name_of(self, node: int) -> str:
        """What a node is called."""
        return str(self.store.model.nodes[node].name)

    def step(self, node: int, seen: Seen, *, at_rest: bool | None = None) -> None:
        """Let a node be seen at some times only.

        The file as it lies, which is all that programs without animations show, has it seen `at_rest`, or as at the
        start.
        """
        if not (seen[0][1] if at_rest is None else at_rest):
            self.store.model.nodes[node].scale = UNSEEN
        self.animate(node, "scale", visibility(seen, self._duration_secs))

    def animate(self, node: int, path: str, keys: Keys | None) -> None:
        """Key frames for the `translation`, `rotation`, `scale` or `weights` of a node; none where there are none."""
        if keys is not None:
            target = gltf.AnimationChannelTarget(node=node, path=path)
            keys = replace(keys, values=keys.values.reshape(-1)) if path == "weights" else keys
            sampler = self.store.sampler(self._animation, keys)
            self._animation.channels.append(gltf.AnimationChannel(sampler=sampler, target=target))

    def finish(self, scene: str, root: int) -> None:
        """Make `root` the scene, and name its animation after it."""
        model = self.store.model
        model.scenes.append(gltf.Scene(name=scene, nodes=[root]))
        if self._animation.channels:
            self._animation.name = scene
            model.animations.append(self._animation)


def plain(values: Any) -> list[float] | None:
    """Numbers as glTF keeps them; `None` of nothing."""
    return None if values is None else np.asarray(values, np.float32).astype(float).tolist()
