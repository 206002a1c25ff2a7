"""What a survey feeds is what an export feeds, to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf


@pytest.mark.parametrize(
    ("shape", "picture", "options"),
    [
        ((5, 4, 3), (5, 4, 3), {"scale": 1 / 255}),
        ((5, 4, 3), (5, 4, 3), {"scale": 1.0, "mean": (103.9, 116.8, 123.7), "colour_order": "bgr"}),
        ((5, 4, 3), (5, 4, 3), {"scale": 1 / 255, "mean": (10.0,) * 3, "std": (0.2, 0.3, 0.4)}),
        ((None, None, 3), (6, 4, 3), {"scale": 0.1}),
        ((5, 4, 1), (5, 4, 1), {"scale": 1 / 3, "mean": (7.0,)}),
        ((20,), (5, 4, 1), {"scale": 1 / 255}),
    ],
)
def test_a_batch_is_fed_as_an_export_feeds_it(
    shape: tuple[int | None, ...], picture: tuple[int, ...], options: dict[str, Any]
) -> None:
    from exporter.bundle.schema import Preprocessing
    from exporter.inputs import InputSpec, Sample, feed
    from exporter.surveying.net import fed_batch

    spec = InputSpec("x", shape)
    order = "grey" if picture[2] == 1 else "rgb"
    preprocessing = Preprocessing(**{"colour_order": order, **options})
    values = np.random.default_rng(0).integers(0, 256, (7, *picture), np.uint8)
    samples = [Sample(str(nth), (each,)) for nth, each in enumerate(values)]
    found, wanted = fed_batch(samples, spec, preprocessing), feed(samples, [spec], preprocessing)[0]
    assert found.dtype == wanted.dtype
    np.testing.assert_array_equal(found, wanted)
