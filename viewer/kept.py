"""What a bundle has kept of a plate: its values as finite numbers, or nothing. Kernels of any size, within bounds."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from exporter.bundle.checks import output_name
from viewer.forward.answers import outputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Capture, Layer, TensorRef
    from viewer.state import CaptureKey

    Array = NDArray[np.float32]

LARGEST = 1e31
"""What infinity is drawn as: means and differences of such values are finite still."""
MOST_WEIGHTS = 2**20
MOST_CAPTURES = 16


def finite(values: Any, *, keeps_nan: bool = False) -> Array:
    """`values` as float32: what is not a number is 0 (or stays, with `keeps_nan`), sizes end at 1e31. The same array
    where nothing has to change.
    """
    plain = np.asarray(values)
    if plain.dtype.itemsize > 4:
        plain = np.clip(plain, -LARGEST, LARGEST)
    small: Array = plain.astype(np.float32, copy=False)
    is_fine = not small.size or (small.min() >= -LARGEST and small.max() <= LARGEST)  # not where one is no number
    if is_fine:
        return small
    clipped: Array = np.clip(small, -LARGEST, LARGEST)
    return clipped if keeps_nan else np.nan_to_num(clipped, nan=0.0)


def output_of(bundle: Bundle, key: CaptureKey, layer: str, output: int = 0, *, keeps_nan: bool = False) -> Array | None:
    """What a layer put out for a capture, as `finite` has it; `None` where that was not kept.

    With mutes, what it puts out without what they switch off; `None` where that cannot be computed.

    Raises
    ------
    KerascopeError
        The bundle has no such capture, or the network no such place as is muted.
    """
    if key.mutes:
        made = outputs(bundle, key).get(output_name(layer, output))
        return None if made is None else finite(made, keeps_nan=keeps_nan)
    ref = bundle.capture(key.input_id, key.checkpoint_id).outputs.get(output_name(layer, output))
    return None if ref is None else finite(bundle.load(ref), keeps_nan=keeps_nan)


def kernel_ref(bundle: Bundle, checkpoint_id: str, layer: Layer) -> TensorRef | None:
    """Where the kernel of a layer is, or of the one whose weights it shares; `None` where it was not kept."""
    return bundle.checkpoint(checkpoint_id).weights.get(f"{layer.shares_weights_with or layer.name}/kernel")


def kernel_of(bundle: Bundle, checkpoint_id: str, layer: Layer, *, keeps_nan: bool = False) -> Array | None:
    """The kernel of a layer, as `finite` has it; `None` where it was not kept.

    Of more than about a million weights only evenly spaced input and output channels (the last two axes) are taken, so
    that what is read does not grow with the kernel.
    """
    ref = kernel_ref(bundle, checkpoint_id, layer)
    if ref is None:
        return None
    step = thinning(ref.shape)
    kernel = bundle.load(ref)
    return finite(kernel if step == 1 else np.array(kernel[..., ::step, ::step]), keeps_nan=keeps_nan)


def thinning(shape: tuple[int, ...]) -> int:
    """Every how many channels of a kernel of this shape are taken; 1: all.

    >>> thinning((3, 3, 64, 64)), thinning((25088, 4096))
    (1, 10)
    """
    weights = int(np.prod(shape, dtype=np.int64))
    return 1 if len(shape) < 2 or weights <= MOST_WEIGHTS else int(np.ceil((weights / MOST_WEIGHTS) ** 0.5))


def sample_captures(bundle: Bundle) -> tuple[Capture, ...]:
    """Some captures by which a layer is judged, of the last checkpoint first: never more, however many there are."""
    final = bundle.captures_at(bundle.final_checkpoint.id)
    return tuple(islice(final, MOST_CAPTURES)) + tuple(bundle.manifest.captures[:MOST_CAPTURES])
