"""Numbers that are none: where what is shown holds NaN or infinity, drawn as zero and as the end of the scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporter.bundle import Bundle
    from exporter.bundle.schema import TensorRef
    from viewer.state import CaptureKey

MOST_VALUES = 2**22
"""Of larger tensors as many evenly spaced values are looked at: that costs the same however large they are."""
NAMED = 3


def oddity(bundle: Bundle, keys: Iterable[CaptureKey]) -> str:
    """A line that names what of the shown captures and their weights is not finite; empty where all of it is.

    Raises
    ------
    BundleError
        The bundle has no such capture, or it cannot be read.
    """
    odd: dict[str, None] = {}
    for key in dict.fromkeys((key.input_id, key.checkpoint_id) for key in keys):
        outputs = bundle.capture(*key).outputs
        odd |= dict.fromkeys(name for name, ref in outputs.items() if _is_odd(bundle, ref))
    for checkpoint in dict.fromkeys(key.checkpoint_id for key in keys):
        weights = bundle.checkpoint(checkpoint).weights
        odd |= dict.fromkeys(f"{name} at {checkpoint}" for name, ref in weights.items() if _is_odd(bundle, ref))
    if not odd:
        return ""
    others = f" and {len(odd) - NAMED} more" if len(odd) > NAMED else ""
    return f"NaN or infinite numbers in {', '.join(list(odd)[:NAMED])}{others}: drawn as 0, and as the end of the scale"


def _is_odd(bundle: Bundle, ref: TensorRef) -> bool:
    return ref.dtype.startswith("float") and not _is_finite(bundle.load(ref))


def _is_finite(values: np.ndarray[Any, Any]) -> bool:
    flat = values.reshape(-1)
    return bool(np.isfinite(flat[:: max(flat.size // MOST_VALUES, 1)]).all())
