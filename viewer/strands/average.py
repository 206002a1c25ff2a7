"""What layers put out on the average of a bounded sample of a bundle's clean inputs. Pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.kept import output_of, sample_captures
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle


def clean_sample(bundle: Bundle, checkpoint_id: str) -> tuple[CaptureKey, ...]:
    """Some captures of clean inputs at a checkpoint; where there are none, those of the last checkpoint, or any."""
    clean = {given.id for given in bundle.manifest.inputs if given.kind == "clean"}
    captures = sample_captures(bundle)
    keys = dict.fromkeys(CaptureKey(each.input, each.checkpoint) for each in captures if each.input in clean)
    for wanted in (checkpoint_id, bundle.final_checkpoint.id):
        here = tuple(key for key in keys if key.checkpoint_id == wanted)
        if here:
            return here
    return tuple(keys)


def mean_size(bundle: Bundle, checkpoint_id: str, layer: str, output: int = 0) -> NDArray[np.float32] | None:
    """The mean of |value| of a layer's output over `clean_sample`, in its shape; `None` where nothing was kept."""
    kept = (output_of(bundle, key, layer, output) for key in clean_sample(bundle, checkpoint_id))
    sizes = [np.abs(values) for values in kept if values is not None]
    if not sizes or any(size.shape != sizes[0].shape for size in sizes):
        return None
    return np.asarray(np.mean(sizes, axis=0, dtype=np.float64), np.float32)
