"""Functions that are compiled once for batches of any number."""

from __future__ import annotations

from typing import Any

from exporter.backend import tf


def any_number(tensor: Any) -> Any:
    """What a function takes in place of this tensor (n, ...): any n. `None` stays."""
    return None if tensor is None else tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype)


def any_size(tensors: Any) -> Any:
    """What a function takes in place of these tensors: any sizes of as many axes. `None` stays."""

    def loose(tensor: Any) -> Any:
        return None if tensor is None else tf.TensorSpec([None] * len(tensor.shape), tensor.dtype)

    return tf.nest.map_structure(loose, tensors)
