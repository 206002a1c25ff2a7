"""What a capture needs on the GPU as arrays, made beside the drawing where it is known what will be asked for next.

Nothing here touches OpenGL: a switch of the input then only uploads.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from viewer.atlas import fill_cells, fill_pictures
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.atlas import Atlas
    from viewer.layout import Layout

MOST_BYTES = 256 * 2**20
FEWEST = 2
SMALL_BYTES = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Prepared:
    """The texels of one capture: values (h, w) and pictures (h, w, 3) float32, as `viewer.atlas` has them."""

    values: NDArray[np.float32]
    pictures: NDArray[np.float32]


def prepare(bundle: Bundle, layout: Layout, cells: Atlas, pictures: Atlas, key: CaptureKey) -> Prepared:
    """Everything of a capture that is uploaded. Raises BundleError where the bundle has no such capture."""
    return Prepared(fill_cells(bundle, layout, cells, key), fill_pictures(bundle, layout, pictures, key))


def texel_bytes(cells: Atlas, pictures: Atlas) -> int:
    """How much memory one capture takes."""
    return 4 * cells.size[0] * cells.size[1] + 12 * pictures.size[0] * pictures.size[1]


def most_of(one_bytes: int, most_bytes: int = MOST_BYTES) -> int:
    """How many captures are kept within so many bytes; never under two, which one frame may need.

    >>> most_of(64 * 2**20), most_of(2**30)
    (4, 2)
    """
    return max(most_bytes // max(one_bytes, 1), FEWEST)


def neighbours(bundle: Bundle, key: CaptureKey) -> tuple[CaptureKey, ...]:
    """What may well be shown next: the captures of the inputs and of the checkpoints beside this one."""
    moments = [each.id for each in bundle.manifest.checkpoints if key.input_id in bundle.inputs_at(each.id)]
    inputs = _beside(list(bundle.inputs_at(key.checkpoint_id)), key.input_id)
    checkpoints = _beside(moments, key.checkpoint_id)
    return (
        *(CaptureKey(input_id, key.checkpoint_id) for input_id in inputs),
        *(CaptureKey(key.input_id, checkpoint_id) for checkpoint_id in checkpoints),
    )


def _beside(names: Sequence[str], name: str) -> list[str]:
    """The one after `name`, then the one before it."""
    if name not in names:
        return []
    at = names.index(name)
    return [names[i] for i in (at + 1, at - 1) if 0 <= i < len(names)]


class Preparer:
    """Arrays by capture, those used longest ago making room, and one thread that makes some ahead."""

    def __init__(
        self,
        bundle: Bundle,
        layout: Layout,
        cells: Atlas,
        pictures: Atlas,
        also: Callable[[CaptureKey], object] = lambda _: None,
    ) -> None:
        """`also` is what else is made ahead of a capture, in the same thread."""
        self._also = also
        self._parts = bundle, layout, cells, pictures
        self._most = most_of(texel_bytes(cells, pictures))
        self._made: dict[CaptureKey, Prepared] = {}
        self._coming: dict[CaptureKey, Future[None]] = {}
        self._turn = threading.Lock()
        self._thread: ThreadPoolExecutor | None = None

    def of(self, key: CaptureKey) -> Prepared:
        """The arrays of a capture, at once where they were made ahead. Raises as `prepare`."""
        coming = self._coming.pop(key, None)
        if coming is not None and not coming.cancel():
            coming.result()
        with self._turn:
            found = self._made.pop(key, None)
        return self._keep(key, found or prepare(*self._parts, key))

    def ahead(self, keys: Sequence[CaptureKey], *, has_more: bool = True) -> None:
        """Make the arrays of `keys` in the background, and with `has_more` what else they need; what was asked for
        before and not begun is given up.
        """
        for key in [key for key, coming in self._coming.items() if coming.cancel() or coming.done()]:
            del self._coming[key]
        for key in keys[: self._most - 1]:
            if key not in self._made and not key.mutes:
                self._begin(key, has_more)

    def more_ahead(self, key: CaptureKey) -> None:
        """Make all that a capture needs in the background, also where its arrays are there."""
        if (coming := self._coming.get(key)) is None or coming.done():
            self._begin(key, has_more=True, is_again=True)

    @property
    def is_small(self) -> bool:
        """Whether the arrays of a capture are made in a few milliseconds."""
        return texel_bytes(*self._parts[2:]) <= SMALL_BYTES

    def has(self, key: CaptureKey) -> bool:
        """Whether the arrays of a capture are there."""
        return key in self._made

    def close(self) -> None:
        """End the thread and forget the arrays."""
        if self._thread is not None:
            self._thread.shutdown(wait=True, cancel_futures=True)
        self._made.clear()

    def _begin(self, key: CaptureKey, has_more: bool, *, is_again: bool = False) -> None:
        if key not in self._coming or is_again:
            self._thread = self._thread or ThreadPoolExecutor(1, "kerascope-ahead")
            self._coming[key] = self._thread.submit(self._make, key, has_more)

    def _make(self, key: CaptureKey, has_more: bool) -> None:
        try:
            if key not in self._made:
                self._keep(key, prepare(*self._parts, key))
            if has_more:
                self._also(key)
        except (KerascopeError, OSError):
            return  # a bundle that has gone or is damaged: told to whoever asks for this capture

    def _keep(self, key: CaptureKey, prepared: Prepared) -> Prepared:
        with self._turn:
            self._made[key] = prepared  # the one used last is the last to go
            while len(self._made) > self._most:
                self._made.pop(next(iter(self._made)))
        return prepared
