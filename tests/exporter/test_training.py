"""The training of the demo is as good as it is promised to be, and the same every time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.tf, pytest.mark.slow]


def test_the_same_seed_learns_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from exporter import training

    monkeypatch.setattr(training, "EPOCHS", 1)
    monkeypatch.setattr(training, "_SHIFTS_PX", ((0, 0),))
    models: list[Any] = [training.train_demo(lambda epoch: None)[0] for _ in range(2)]
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(one, other)
