"""An export that can begin: what is run, on what, what is kept of it, and how much room that takes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from exporter.backend import keras
from exporter.bounds import Bounds, Kept, bounded_layers, check_checkpoints
from exporter.capture import Graph, graph_of, variables_of
from exporter.extent import Extent, input_bytes, is_open, statistics_bytes, stored_bytes
from exporter.inputs import InputSet
from exporter.writing import Progress, Warn, number

EARLIER_BYTES = 512 * 2**20
"""How much the captures of all checkpoints before the final one may take together."""


@dataclass(frozen=True)
class Export:
    """One export: what is run, on what, and what is stored of it.

    Attributes
    ----------
    graph : of the model; its layers say how many channels are kept of each.
    kept : the outputs that are stored.
    first, earlier : the number of the first checkpoint, and how many there are before the final one.
    """

    model: keras.Model
    graph: Graph
    inputs: InputSet
    class_names: tuple[str, ...]
    bounds: Bounds
    kept: Kept
    first: int
    earlier: int
    progress: Progress
    warn: Warn

    @property
    def ids(self) -> list[str]:
        """The ids of the inputs."""
        return [number(place) for place in range(len(self.inputs.samples))]

    @property
    def checkpoint_ids(self) -> list[str]:
        """The ids of the checkpoints."""
        return [number(self.first + nth) for nth in range(self.earlier + 1)]

    @property
    def few(self) -> int:
        """How many inputs are captured at each checkpoint before the final one, at which all are.

        So many of the first ones that all of it stays below `EARLIER_BYTES`, but at least one.
        """
        of_one = input_bytes(self.graph.layers, self.kept, self.bounds.dtype)
        return min(len(self.inputs.samples), max(1, EARLIER_BYTES // max(1, self.earlier * of_one)))


def prepare(
    model: keras.Model,
    inputs: InputSet,
    class_names: tuple[str, ...],
    bounds: Bounds,
    numbering: tuple[int, int],
    progress: Progress,
    warn: Warn,
) -> Export:
    """An export that can begin. What is unusual about the model is told.

    Raises
    ------
    KerascopeError
        bounds that name no layer or no checkpoint, or a model that cannot be read.
    """
    graph = graph_of(model)
    for note in graph.notes:
        warn(note)
    layers, kept = bounded_layers(graph.layers, graph.inputs, graph.outputs, bounds)
    export = Export(model, replace(graph, layers=layers), inputs, class_names, bounds, kept, *numbering, progress, warn)
    check_checkpoints(bounds, export.checkpoint_ids)
    return export


def extent_of(export: Export) -> Extent:
    """How much room the export will take; the manifest, which is small beside it, left out."""
    layers, dtype = export.graph.layers, export.bounds.dtype
    variables = [(math.prod(variable.shape), variable.dtype) for variable in variables_of(export.model).values()]
    checkpoints = sum(map(export.bounds.keeps_weights, export.checkpoint_ids))
    captures = len(export.ids) + export.earlier * export.few
    pictures = sum(sample.picture.nbytes for sample in export.inputs.samples if sample.picture is not None)
    return Extent(
        weights_bytes=checkpoints * sum(stored_bytes(size, each, dtype) for size, each in variables),
        checkpoints=checkpoints,
        outputs_bytes=captures * input_bytes(layers, export.kept, dtype) + pictures,
        inputs=len(export.ids),
        statistics_bytes=len(export.checkpoint_ids) * statistics_bytes(layers, export.kept),
        is_least=is_open(layers, export.kept),
    )
