"""What is read off a model: graph, weights, outputs of every layer, statistics, and checkpoints while it learns."""

from __future__ import annotations

from exporter.capture.graph import Graph, graph_of
from exporter.capture.outputs import LayerOutputs
from exporter.capture.recorder import CheckpointRecorder, Moment
from exporter.capture.statistics import channel_statistics
from exporter.capture.weights import assign_weights, read_weights, variables_of, weights_as

__all__ = [
    "CheckpointRecorder",
    "Graph",
    "LayerOutputs",
    "Moment",
    "assign_weights",
    "channel_statistics",
    "graph_of",
    "read_weights",
    "variables_of",
    "weights_as",
]
