"""Importance by the weights alone: no samples, no TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence

from exporter.bundling.net import UnitNet
from exporter.bundling.norms import weight_importance
from exporter.importance.contract import Importance, Method


def run(net: UnitNet, count: int, classes: Sequence[int]) -> Importance:
    """How much each unit or channel matters for each class by the sizes of the weights from it to the answer.

    Parameters
    ----------
    net : the units of the network and the weights between them.
    count : how many classes the model tells apart; 1 for a model without classes.
    classes : those that columns are wanted of.
    """
    found = weight_importance(net, count, classes)
    return {layer.name: values for layer, values in zip(net.layers, found, strict=True)}


WEIGHT = Method(
    name="weight",
    summary="sizes of the weights from a unit to the answer, without samples",
    defaults={},
    run=run,
    needs_data=False,
)
