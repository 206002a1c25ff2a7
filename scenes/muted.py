"""A bundle as scenes read it while parts of the network are switched off: they print what it answers then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from exporter.bundle.errors import KerascopeError
from viewer.forward.answers import answer
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Capture
    from viewer.state import Mute


def answering(bundle: Bundle, muted: tuple[Mute, ...]) -> Bundle:
    """The bundle, whose captures have the scores of the network without what is muted; itself where nothing is.

    A capture whose answer cannot be computed has none.
    """
    return cast("Bundle", _Muted(bundle, muted)) if muted else bundle


class _Muted:
    """Everything but captures is the bundle's own."""

    def __init__(self, bundle: Bundle, muted: tuple[Mute, ...]) -> None:
        self._bundle, self._muted = bundle, muted

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bundle, name)

    def capture(self, input_id: str, checkpoint_id: str) -> Capture:
        """What this input did at this checkpoint, with other scores."""
        kept = self._bundle.capture(input_id, checkpoint_id)
        try:
            found = answer(self._bundle, CaptureKey(input_id, checkpoint_id, self._muted))
        except KerascopeError:  # muted is a part of another network beside this one
            return kept
        scores = tuple(map(float, found.scores)) if kept.scores else ()
        return msgspec.structs.replace(kept, scores=scores, predicted=found.predicted)
