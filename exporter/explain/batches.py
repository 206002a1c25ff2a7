"""How many inputs a model takes at a time."""

from __future__ import annotations

from exporter.probing import Probe

_BYTES = 2**29
_LARGEST = 256
_TIMES = 2
"""How much more memory a gradient may take than the outputs of all layers; 1.1 times was measured on SqueezeNet, 0.4 on
ResNet50, whose inputs of ReLUs need not be kept."""


def answered_at_once(probe: Probe) -> int:
    """How many inputs are run through the model together, where nothing but the answer is wanted."""
    return max(1, min(_LARGEST, _BYTES // max(1, probe.bytes_per_sample)))


def differentiated_at_once(probe: Probe) -> int:
    """How many inputs are run through the model together, where gradients are wanted."""
    return max(1, answered_at_once(probe) // _TIMES)
