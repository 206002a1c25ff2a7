"""Large models export whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.bundle import read_bundle, validate_bundle

pytestmark = [pytest.mark.tf, pytest.mark.slow]


@pytest.mark.parametrize(("name", "layers"), [("MobileNetV2", 156)])
def test_a_large_model_exports_and_validates(keras: Any, tmp_path: Path, name: str, layers: int) -> None:
    from exporter.capture import LayerOutputs
    from exporter.pipeline import export_model

    keras.utils.set_random_seed(12)
    model = getattr(keras.applications, name)(weights=None)
    pictures = np.random.default_rng(13).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    path = export_model(model, pictures, tmp_path / "large.bundle")
    assert validate_bundle(path) == []
    bundle = read_bundle(path)
    assert len(bundle.manifest.layers) == layers == len(model.layers)
    assert bundle.manifest.model.parameters == model.count_params() == sum(x.parameters for x in bundle.manifest.layers)
    assert len(bundle.manifest.derived) == layers
    peer = keras.Model(model.inputs[0], [layer.output for layer in model.layers[-3:]])
    batch = min(2, LayerOutputs(model).batch)  # two pictures may be more than a batch holds
    expected = [peer(feeds, training=False) for feeds in np.split((pictures / 255.0).astype(np.float32), 2 // batch)]
    for row, shown in enumerate(bundle.manifest.inputs):
        for layer, values in zip(model.layers[-3:], expected[row // batch], strict=True):
            np.testing.assert_array_equal(bundle.output(shown.id, "001", layer.name), values[row % batch])
