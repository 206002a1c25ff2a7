"""Every sort of model in the zoo exports whole, and its bundle says of it what it does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.bundle import read_bundle, validate_bundle

pytestmark = [pytest.mark.tf, pytest.mark.slow]

NAMES = (
    "augmenting", "autoencoder", "bidirectional_gru", "conv_lstm", "custom", "dense_only", "nested", "residual",
    "separable", "siamese", "signal_cnn", "subclassed", "tabular", "text_lstm", "transformer_encoder", "u_net",
    "vision_transformer", "volume_cnn",
)  # fmt: skip


def test_the_zoo_is_all_there() -> None:
    from zoo import ZOO

    assert sorted(ZOO) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_sort_of_model_exports_whole(name: str, tmp_path: Path) -> None:
    from zoo import ZOO

    from exporter.pipeline import export_model

    model, feeds = ZOO[name]()
    inputs = tmp_path / "inputs.npz"
    np.savez(inputs, **feeds)
    path = export_model(model, inputs, tmp_path / "zoo.bundle", warn=lambda line: None)
    assert validate_bundle(path) == []
    bundle = read_bundle(path)
    expected = model(feeds if len(feeds) > 1 else next(iter(feeds.values())), training=False)
    expected = expected if isinstance(expected, list | tuple) else [expected]
    for output, values in zip(bundle.manifest.model.outputs, expected, strict=True):
        for shown, row in zip(bundle.manifest.inputs, values, strict=True):
            np.testing.assert_allclose(bundle.output(shown.id, "001", output), row, rtol=1e-5, atol=1e-6)


def test_models_of_the_zoo_are_the_same_each_time() -> None:
    from zoo import ZOO

    one, other = (ZOO["residual"]()[0] for _ in range(2))
    assert [layer.name for layer in one.layers] == [layer.name for layer in other.layers]
    for left, right in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize(
    ("name", "blocks"),
    [
        ("residual", ["conv x2, add"] * 6),
        ("transformer_encoder", ["attention, dense x2, add x2"] * 2),
        ("vision_transformer", ["attention, dense x2, add x2"] * 3),
        ("u_net", []),
        ("autoencoder", []),
    ],
)
def test_blocks_of_the_zoo(name: str, blocks: list[str]) -> None:
    from zoo import ZOO

    from exporter.capture import graph_of

    groups: Any = graph_of(ZOO[name]()[0]).groups
    assert [group.class_name for group in groups if group.kind == "block"] == blocks
