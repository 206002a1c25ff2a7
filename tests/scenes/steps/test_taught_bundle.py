"""The small network that step scenes are tried with is a network: its stored outputs follow from its weights."""

from __future__ import annotations

import pytest
from taught_bundle import taught_bundle, taught_layers

from viewer.forward import audit_layer
from viewer.forward.node import CannotError
from viewer.state import CaptureKey


@pytest.mark.parametrize("name", [layer.name for layer in taught_layers()[1:]])
def test_every_output_is_what_the_layer_makes(name: str) -> None:
    """And the input is what is fed, which no layer makes."""
    assert audit_layer(taught_bundle(), CaptureKey("shown", "000"), name) < 1e-6


def test_the_input_is_made_by_none() -> None:
    """The negative control."""
    with pytest.raises(CannotError):
        audit_layer(taught_bundle(), CaptureKey("shown", "000"), "picture")
