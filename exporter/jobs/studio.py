"""What jobs are done with: the bundle and its model, with the weights of one checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras
from exporter.bundle import Bundle, read_bundle
from exporter.inputs import PreprocessingOptions
from exporter.live.answering import Answering
from exporter.live.matched import match
from exporter.matching import check_layers
from exporter.models import open_model
from exporter.probing import Probe
from exporter.synthesising.ground import Ground, ground_of


@dataclass
class Studio:
    """A model that is ready for jobs. `words` are what the user should know of it."""

    bundle: Bundle
    checkpoint: str
    model: keras.Model
    probe: Probe
    answering: Answering
    words: str

    @cached_property
    def ground(self) -> Ground:
        """Where images are made. Raises `KerascopeError` where the model leaves the size of its input open."""
        return ground_of(self.model, self.bundle, PreprocessingOptions())

    def look(self) -> None:
        """See what was added to the bundle meanwhile."""
        if self.bundle.has_more():
            self.bundle = read_bundle(self.bundle.path)

    def scores(self, fed: NDArray[np.float32]) -> list[float]:
        """What the model says to what it is fed (one sample); nothing where that is no finite numbers."""
        _, scores = self.answering.answer(fed)
        return [float(score) for score in scores] if np.isfinite(scores).all() else []


def opened(told: Mapping[str, Any]) -> Studio:
    """The studio that the first message asks for.

    Raises
    ------
    KerascopeError
        the model cannot be opened, is not the one that the bundle was made of, or nothing can be asked of it.
    """
    bundle = read_bundle(told["bundle"])
    model = open_model(told["model"], imports=told["imports"], unsafe=told["unsafe"])
    check_layers(bundle, model)
    probe = Probe(model)
    answering = Answering(model, ())
    if None not in probe.shape:
        answering.begin(tuple(size or 0 for size in probe.shape))
    words = match(bundle, told["checkpoint"], model, answering)
    return Studio(bundle, told["checkpoint"], model, probe, answering, words)
