"""SmoothGrad: without noise it is saliency; with noise a loop over the same noise, and tf-keras-vis, find the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explained_nets import asked, explained, mapped, peer_map, pictures, weighted

pytestmark = pytest.mark.tf

FEW = {"sigma": 0.3, "samples": 5}


@pytest.fixture(scope="module")
def probe(keras: Any) -> Any:
    from exporter.probing import Probe

    return Probe(weighted(keras))


def noises(seed: int = 0) -> Any:
    from exporter.explain.smoothgrad import noise

    return np.stack([noise(seed, number, pictures().shape[1:]) for number in range(FEW["samples"])])


def test_without_noise_it_is_saliency(probe: Any) -> None:
    question = asked(pictures())
    saliency = mapped("saliency", probe, question)
    np.testing.assert_allclose(mapped("smoothgrad", probe, question, sigma=0.0, samples=3), saliency, rtol=1e-5)
    assert np.abs(mapped("smoothgrad", probe, question, **FEW) - saliency).max() > 1e-2


def test_sizes_are_averaged_as_tf_keras_vis_does(probe: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    question = asked(pictures())
    found = mapped("smoothgrad", probe, question, average="sizes", **FEW)
    one = noises()[:, None]
    monkeypatch.setattr(np.random, "normal", lambda _, sigma, shape: np.asarray(sigma * np.broadcast_to(one, shape)))
    peer = peer_map(probe.model, question, smooth_samples=FEW["samples"], smooth_noise=FEW["sigma"])
    np.testing.assert_allclose(found, peer, atol=1e-5)
    one = noises(seed=1)[:, None]
    other = peer_map(probe.model, question, smooth_samples=FEW["samples"], smooth_noise=FEW["sigma"])
    assert np.abs(found - other).max() > 1e-2


def test_gradients_are_averaged_with_their_signs(probe: Any) -> None:
    from exporter.explain.slopes import Slopes

    fed, high = pictures(1) * 2, np.float32(2)
    question = asked(fed, units=[3], high=high, seed=4)
    slopes = Slopes(probe, question)
    noisy = [fed[0] + 0.3 * high * each for each in noises(seed=4)]
    gradients = [slopes.at(each[None].astype(np.float32), np.zeros(1, np.int64))[1][0] for each in noisy]
    expected = np.abs(np.mean(gradients, axis=0)).max(axis=-1)
    found = mapped("smoothgrad", probe, question, **FEW)[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert (mapped("smoothgrad", probe, question, average="sizes", **FEW)[0] - found).max() > 1e-2


def test_a_map_does_not_depend_on_its_neighbours(probe: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    question = asked(pictures(), seed=3)
    together = mapped("smoothgrad", probe, question, **FEW)
    alone = mapped("smoothgrad", probe, asked(question.fed[2:3], units=question.units[2:3], seed=3), **FEW)
    np.testing.assert_allclose(together[2:3], alone, atol=1e-6)
    monkeypatch.setattr("exporter.explain.slopes.differentiated_at_once", lambda _: 3)
    np.testing.assert_allclose(mapped("smoothgrad", probe, question, **FEW), together, atol=1e-6)
    assert np.abs(mapped("smoothgrad", probe, asked(pictures(), seed=5), **FEW) - together).max() > 1e-3


def test_noise_needs_the_range_of_the_input(probe: Any) -> None:
    from exporter.explain import ExplainError

    question = asked(pictures(1), low=np.float32(-np.inf), high=np.float32(np.inf))
    with pytest.raises(ExplainError, match="needs the range of the input: expected low < high, got -inf to inf"):
        explained("smoothgrad", probe, question)
