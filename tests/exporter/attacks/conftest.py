"""Nets that are attacked, and the digits that they are shown."""

from __future__ import annotations

from typing import Any

import pytest
from residual_net import residual_net
from victims import batch_of, victim_of


@pytest.fixture(scope="session")
def victim(learned: tuple[Any, Any]) -> Any:
    """The demo's network."""
    return victim_of(learned[0], (28, 28, 1))


@pytest.fixture(scope="session")
def residual(keras: Any) -> Any:
    """A residual net."""
    return victim_of(residual_net(keras), (28, 28, 1))


@pytest.fixture(scope="session")
def digits() -> Any:
    """The digits 0 to 9 as pixels, (10, 28, 28, 1)."""
    from exporter.inputs.digits import balanced_digits
    from exporter.training import fed

    return fed(balanced_digits(10))[0]


@pytest.fixture(scope="session")
def batch(victim: Any, digits: Any) -> Any:
    """These digits, as the demo's network reads them."""
    return batch_of(victim, digits)
