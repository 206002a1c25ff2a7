"""I-FGSM and PGD beside foolbox, on a plain and on a residual net."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from foolbox_peer import pixels_of_foolbox
from victims import batch_of, crafted_pixels

pytestmark = pytest.mark.tf


@pytest.fixture
def attacked_net(victim: Any) -> Any:
    """A small net; a residual one is compared in test_fgsm.py."""
    return victim


def towards_another(batch: Any) -> Any:
    """The same inputs, each with the next class as its target."""
    return replace(batch, targets=(batch.labels + 1) % 10)


@pytest.mark.parametrize("is_targeted", [False, True])
def test_ifgsm_is_that_of_foolbox(attacked_net: Any, digits: Any, is_targeted: bool) -> None:
    batch = batch_of(attacked_net, digits)
    batch = towards_another(batch) if is_targeted else batch
    peer = pixels_of_foolbox("LinfBasicIterativeAttack", attacked_net, batch, 0.1)
    np.testing.assert_allclose(crafted_pixels("ifgsm", attacked_net, batch, epsilon=0.1), peer, rtol=0, atol=1e-6)
    assert np.abs(peer - digits).max() == pytest.approx(0.1, rel=1e-5)


@pytest.mark.parametrize(("norm", "epsilon"), [("linf", 0.1), ("l2", 1.5)])
@pytest.mark.parametrize("is_targeted", [False, True])
def test_pgd_is_that_of_foolbox(attacked_net: Any, digits: Any, norm: str, epsilon: float, is_targeted: bool) -> None:
    """Targeted from the clean input, else from a start that both are given."""
    from exporter.attacks.balls import drawn_in_ball

    batch = batch_of(attacked_net, digits)
    batch = towards_another(batch) if is_targeted else replace(batch, seed=3)
    how = {"random_start": False} if is_targeted else {"start": np.float32(epsilon) * drawn_in_ball(batch, norm)}
    name = {"linf": "LinfPGD", "l2": "L2PGD"}[norm]
    peer = pixels_of_foolbox(name, attacked_net, batch, epsilon, steps=12, **how)
    asked = {"norm": norm, "epsilon": epsilon, "steps": 12, "random_start": not is_targeted}
    np.testing.assert_allclose(crafted_pixels("pgd", attacked_net, batch, **asked), peer, rtol=0, atol=1e-6)
