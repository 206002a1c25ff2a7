"""An answer without what would give it away: for a class that is to guess first. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.live.reply import Reply


def telling_layers(bundle: Bundle) -> frozenset[str]:
    """The layers that say what the network answers: its outputs, and what leads to one through layers with a single
    source and of the same number of values (logits before their softmax).
    """
    found: set[str] = set()
    sources: dict[str, list[str]] = {}
    for edge in bundle.manifest.edges:
        sources.setdefault(edge.target, []).append(edge.source)
    waiting = list(bundle.manifest.model.outputs)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            before = sources.get(name, [])
            waiting += [each for each in before if len(before) == 1 and _size(bundle, each) == _size(bundle, name)]
    return frozenset(found)


def veiled(reply: Reply, telling: frozenset[str]) -> Reply:
    """The reply without scores and without what the `telling` layers put out: nothing of it can be read anywhere."""
    names = {name for name in reply.outputs if any(name == each or name.startswith(f"{each}#") for each in telling)}
    kept = {name: values for name, values in reply.outputs.items() if name not in names}
    return replace(reply, outputs=kept, scores=np.zeros(0, np.float32))


def _size(bundle: Bundle, name: str) -> tuple[int | None, ...] | None:
    outputs = bundle.layer(name).outputs
    return outputs[0].shape if outputs else None
