"""A bundle that also holds what is not in its folder: what was drawn, what the network made of it, and maps of
explanations that nobody has kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from exporter.bundle import Bundle
from exporter.bundle.errors import BundleError
from exporter.bundle.limits import Limits
from exporter.bundle.schema import Capture, Input, TensorRef
from exporter.bundle.schema import Overlay as Told
from viewer.forward.node import Array
from viewer.live.asked import FoundMap
from viewer.live.laid import PREFIX as LAID
from viewer.live.laid import LaidMaps
from viewer.live.reply import Reply
from viewer.state import CaptureKey

PREFIX = "drawing~"
"""How the ids of drawings begin; no file of a bundle can be called so."""
MOST_KEPT = 64
"""Enough for those who look at one in the background while the next ones are drawn."""
MOST_BYTES = 512 * 2**20
_IMAGE = "image (picture)"
_MOST_SCORES = 10_000


@dataclass(frozen=True)
class _Both(Collection[str]):
    """Names, then more names, without a copy of the many; none is in both."""

    first: Collection[str]
    then: Collection[str]

    def __contains__(self, name: object) -> bool:
        return name in self.first or name in self.then

    def __iter__(self) -> Iterator[str]:
        return chain(self.first, self.then)

    def __len__(self) -> int:
        return len(self.first) + len(self.then)


@dataclass(frozen=True)
class _Drawing:
    """A picture and what became of it."""

    shown: Input
    capture: Capture
    arrays: Mapping[str, Array]

    @property
    def size_bytes(self) -> int:
        return sum(values.nbytes for values in self.arrays.values())


class Overlay(Bundle):
    """A bundle with drawings in front of it.

    What is asked about a drawing (`input`, `capture`, `output`, `image`, `load`, `inputs_at`) is answered from memory,
    all else by the bundle underneath. Each drawing has an id of its own that is never used again, so that a frame stays
    a function of bundle, layout and state. The newest `MOST_KEPT` are kept, fewer where they take more than
    `MOST_BYTES`, one in any case. `manifest` and `captures_at` are those of the bundle underneath: what is said of all
    its inputs does not change with what is drawn. Safe to use from several threads.

    Attributes
    ----------
    under : the bundle.
    """

    def __init__(self, under: Bundle) -> None:
        super().__init__(under.path, under.manifest, Limits())
        self.under = under
        self._maps = LaidMaps()
        self._drawings: OrderedDict[str, _Drawing] = OrderedDict()
        self._count = 0
        self._lock = threading.Lock()

    def show(
        self,
        picture: NDArray[np.uint8],
        fed: Array,
        reply: Reply,
        checkpoint_id: str | None = None,
        label: str = "drawing",
        true_class: int | None = None,
    ) -> CaptureKey:
        """The key of a new drawing: a picture (H, W, C) uint8, what was fed for it, and what the network answered.

        `checkpoint_id` is that of the responder; `None`: the last one. A picture that is known has its name as its
        `label`, and its class.
        """
        checkpoint = self.under.final_checkpoint if checkpoint_id is None else self.under.checkpoint(checkpoint_id)
        with self._lock:
            self._count += 1
            id_ = f"{PREFIX}{self._count}"
            shown = Input(id=id_, label=label, true_class=true_class)
            self._drawings[id_] = _drawing(shown, checkpoint.id, picture, self._outputs(fed, reply), reply.scores)
            while len(self._drawings) > 1 and self._is_full():
                self._drawings.popitem(last=False)
        return CaptureKey(id_, checkpoint.id)

    def lay(self, input_id: str, found: FoundMap) -> str:
        """The id of a new overlay: a map of an explanation of an input."""
        return self._maps.lay(input_id, found)

    def _outputs(self, fed: Array, reply: Reply) -> dict[str, Array]:
        """All outputs, what was fed among them."""
        names = self.manifest.model.inputs
        entered = reply.fed if reply.fed is not None else fed
        return {**dict.fromkeys(names[:1], np.asarray(entered, np.float32)), **reply.outputs}

    def _is_full(self) -> bool:
        size_bytes = sum(drawing.size_bytes for drawing in self._drawings.values())
        return len(self._drawings) > MOST_KEPT or size_bytes > MOST_BYTES

    def _drawn(self, id_: str) -> _Drawing | None:
        if not id_.startswith(PREFIX):
            return None
        with self._lock:
            return self._drawings.get(id_)

    def input(self, id: str) -> Input:  # noqa: A002 (the manifest calls it so)
        """The input or the drawing with this id."""
        drawn = self._drawn(id)
        return self.under.input(id) if drawn is None else drawn.shown

    def capture(self, input_id: str, checkpoint_id: str) -> Capture:
        """What this input or this drawing did at this checkpoint."""
        drawn = self._drawn(input_id)
        if drawn is None or drawn.capture.checkpoint != checkpoint_id:
            return self.under.capture(input_id, checkpoint_id)
        return drawn.capture

    def overlay(self, id: str) -> Told:  # noqa: A002 (the manifest calls it so)
        """The overlay of this id, of the bundle or laid over it."""
        return self._maps.overlay(id) or self.under.overlay(id)

    def inputs_at(self, checkpoint_id: str) -> Collection[str]:
        """The inputs that were captured at a checkpoint, then the drawings that were answered there."""
        with self._lock:
            drawn = [id_ for id_, each in self._drawings.items() if each.capture.checkpoint == checkpoint_id]
        inputs = self.under.inputs_at(checkpoint_id)
        return _Both(inputs, tuple(drawn)) if drawn else inputs

    def load(self, ref: TensorRef) -> Array:
        """The array that a reference names, read-only. Raises `BundleError`: not known, or no longer kept."""
        if ref.file.startswith(LAID):
            return self._laid_values(ref)
        if not ref.file.startswith(PREFIX):
            return self.under.load(ref)
        drawn = self._drawn(ref.file)
        if drawn is None or ref.key not in drawn.arrays:
            raise BundleError("this drawing is no longer kept", got=ref.file, path=self.path)
        return drawn.arrays[ref.key]

    def _laid_values(self, ref: TensorRef) -> Array:
        values = self._maps.values(ref)
        if values is None:
            raise BundleError("this map is no longer kept", got=ref.file, path=self.path)
        return values

    def change(self) -> BundleError | None:
        """What has happened to the bundle's folder since it was opened; `None`: nothing."""
        return self.under.change()

    def has_more(self) -> bool:
        """Whether something was added to the bundle's folder since it was opened."""
        return self.under.has_more()

    @property
    def held_bytes(self) -> int:
        """How much memory the tensors take that are kept, drawings and maps among them."""
        with self._lock:
            drawn = sum(drawing.size_bytes for drawing in self._drawings.values())
        return self.under.held_bytes + drawn + self._maps.size_bytes

    def close(self) -> None:
        """Close the files of the bundle underneath; drawings are kept."""
        self.under.close()


def _drawing(shown: Input, checkpoint_id: str, picture: Array, outputs: Mapping[str, Array], scores: Array) -> _Drawing:
    arrays = {_IMAGE: _frozen(picture), **{name: _frozen(values) for name, values in outputs.items()}}
    refs = {
        name: TensorRef(file=shown.id, key=name, shape=values.shape, dtype=str(values.dtype))
        for name, values in arrays.items()
    }
    image = refs.pop(_IMAGE)
    numbers = tuple(float(score) if np.isfinite(score) else None for score in scores)
    numbers = numbers if len(numbers) <= _MOST_SCORES else ()
    is_choice = len(numbers) > 1 and None not in numbers
    capture = Capture(
        input=shown.id,
        checkpoint=checkpoint_id,
        outputs=refs,
        scores=numbers,
        predicted=int(np.argmax(scores)) if is_choice else None,
    )
    return _Drawing(replace(shown, image=image), capture, arrays)


def _frozen(values: Array) -> Array:
    """The values as they are where nobody can change them, else a copy that nobody can."""
    if not values.flags.writeable:
        return values
    copy = np.array(values)
    copy.flags.writeable = False
    return copy
