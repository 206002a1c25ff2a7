"""The methods by name."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.tf


def test_each_is_found_by_its_name() -> None:
    from exporter.synthesis import SYNTHESES, synthesis_named

    assert set(SYNTHESES) == {"class_image", "filter", "deepdream", "inversion", "texture", "style"}
    for name, method in SYNTHESES.items():
        assert synthesis_named(name) is method
        assert method.name == name
        assert method.count(method.chosen()) > 0


def test_a_name_that_is_not_there_is_told_with_the_nearest() -> None:
    from exporter.synthesis import SynthesisError, synthesis_named

    with pytest.raises(SynthesisError, match="did you mean deepdream"):
        synthesis_named("deep_dream")
