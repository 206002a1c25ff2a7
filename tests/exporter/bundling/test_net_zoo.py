"""Every sort of model that people build: its units hang together, and each layer of them is as wide as it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from model_bundle import CHECKPOINT, model_bundle

from exporter.bundling.net import unit_layers, unit_net

pytestmark = [pytest.mark.tf, pytest.mark.slow]

NAMES = (
    "text_lstm", "bidirectional_gru", "transformer_encoder", "vision_transformer", "u_net", "autoencoder", "siamese",
    "tabular", "nested", "subclassed", "volume_cnn", "signal_cnn", "conv_lstm", "augmenting", "separable", "residual",
    "custom", "dense_only",
)  # fmt: skip


def widths(bundle: Any, name: str) -> int:
    return bundle.layer(name).outputs[0].shape[-1]


def is_answer(manifest: Any, name: str) -> bool:
    """Whether what a layer puts out leads to an answer of the model."""
    after = [edge.target for edge in manifest.edges if edge.source == name]
    return name in manifest.model.outputs or any(is_answer(manifest, each) for each in after)


@pytest.mark.parametrize("name", NAMES)
def test_units_hang_together(name: str) -> None:
    from zoo import ZOO

    bundle = model_bundle(ZOO[name]()[0])
    layers, taps = unit_layers(bundle.manifest)
    net = unit_net(bundle, CHECKPOINT)
    assert (net.layers, net.taps) == (layers, taps)
    assert [each.units for each in layers] == [widths(bundle, each.name) for each in layers]
    assert [each.units for each in layers] == [widths(bundle, tap) for tap in taps]
    for link in net.links:
        assert layers[link.source].plane < layers[link.target].plane
        assert link.weights.shape == (layers[link.source].units, layers[link.target].units)
        assert link.weights.dtype == np.float32
    assert len({(link.source, link.target) for link in net.links}) == len(net.links)
    sources = {link.source for link in net.links}
    hanging = [each.name for at, each in enumerate(layers) if at not in sources]
    assert all(is_answer(bundle.manifest, each) for each in hanging), hanging
    entered = {link.target for link in net.links}
    assert {each.plane for at, each in enumerate(layers) if at not in entered} <= {0}
    assert {at for at, each in enumerate(layers) if each.plane == 0}.isdisjoint(entered)


def test_the_zoo_is_whole() -> None:
    from zoo import ZOO

    assert set(NAMES) == set(ZOO)
