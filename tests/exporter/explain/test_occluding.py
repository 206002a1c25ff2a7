"""Occlusion: one square at a time says the same, at the borders too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explained_nets import asked, explained, mapped, pictures, weighted

from exporter.bundle import KerascopeError

pytestmark = pytest.mark.tf

GREY = np.array([0.5, 0.25, 0.75], np.float32)


@pytest.fixture(scope="module")
def model(keras: Any) -> Any:
    return weighted(keras, "softmax layer")


@pytest.fixture(scope="module")
def probe(model: Any) -> Any:
    from exporter.probing import Probe

    return Probe(model)


def one_by_one(logits: Any, fed: Any, unit: int, side: int, starts: list[int]) -> Any:
    """The mean fall of a logit over the squares that cover each pixel, with a square at one place after the other."""
    places = [(slice(top, top + side), slice(left, left + side)) for top in starts for left in starts]
    shown = np.stack([fed, *[fed] * len(places)])
    for hidden, place in zip(shown[1:], places, strict=True):
        hidden[place] = GREY
    score, *others = logits(shown).numpy()[:, unit]
    falls, counts = np.zeros(fed.shape[:2]), np.zeros(fed.shape[:2])
    for place, other in zip(places, others, strict=True):
        falls[place] += score - other
        counts[place] += 1
    return falls / counts


def test_it_is_what_one_square_at_a_time_finds(
    keras: Any, model: Any, probe: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter.explain import occlusion

    monkeypatch.setattr(occlusion, "answered_at_once", lambda _: 7)  # 34 squares and pictures, in parts
    logits = keras.Model(model.input, model.layers[-2].output)
    fed = pictures(2)
    found = explained("occlusion", probe, asked(fed, units=[1, 4], background=GREY), square=3, stride=2)
    assert found.details[0] == {"square": 3, "positions": 16}
    assert (found.maps[0].layer, found.maps[0].kind, found.maps[0].values.shape) == ("picture", "signed", (2, 8, 8))
    for values, each, unit in zip(found.maps[0].values, fed, (1, 4), strict=True):
        by_hand = one_by_one(logits, each, unit, 3, [0, 2, 4, 5])
        assert np.abs(by_hand).max() > 0.1
        np.testing.assert_allclose(values, by_hand, atol=1e-4)
    assert not np.allclose(found.maps[0].values[0], one_by_one(logits, fed[0], 2, 3, [0, 2, 4, 5]), atol=1e-2)


def test_a_layer_a_channel_or_a_unit_can_be_asked_about(probe: Any) -> None:
    question = asked(pictures(1), "conv", units=[2], at=np.array([[1, 2]]), background=GREY)
    values = mapped("occlusion", probe, question, square=1)[0]
    outside = np.ones((8, 8), bool)
    outside[1:4, 2:5] = False  # what a 3x3 kernel sees from there
    assert np.all(values[outside] == 0)
    assert np.abs(values[~outside]).max() > 0


@pytest.fixture(scope="module")
def linear(keras: Any) -> Any:
    """Sixteen values, a sum."""
    from exporter.probing import Probe

    model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.arange(16, dtype=np.float32)[:, None] - 5])
    return Probe(model)


def test_of_a_sum_each_value_loses_its_part(linear: Any) -> None:
    fed = np.random.default_rng(5).random((2, 16), np.float32)
    question = asked(fed, units=[0, 0], background=np.float32(0.5))
    values = mapped("occlusion", linear, question, square=1)
    np.testing.assert_allclose(values, (np.arange(16) - 5) * (fed - 0.5), atol=1e-4)


@pytest.mark.parametrize(("cover", "colour"), [("black", -1.0), ("white", 2.0)])
def test_the_square_has_the_colour_that_is_asked_for(linear: Any, cover: str, colour: float) -> None:
    fed = np.random.default_rng(5).random((1, 16), np.float32)
    question = asked(fed, units=[0], low=np.float32(-1), high=np.float32(2))
    values = mapped("occlusion", linear, question, square=1, cover=cover)
    np.testing.assert_allclose(values, (np.arange(16) - 5) * (fed - colour), atol=1e-4)
    endless = asked(fed, units=[0], low=np.float32(-np.inf), high=np.float32(np.inf))
    with pytest.raises(KerascopeError, match=f"the square cannot be {cover}: expected a valid range"):
        mapped("occlusion", linear, endless, square=1, cover=cover)


def test_a_picture_that_is_fed_as_a_vector_is_covered_by_squares(linear: Any) -> None:
    fed = np.random.default_rng(5).random((1, 16), np.float32)
    question = asked(fed, units=[0], background=np.float32(0.5), picture=(4, 4, 1))
    values = mapped("occlusion", linear, question, square=2, stride=2)
    parts = ((np.arange(16) - 5) * (fed[0] - 0.5)).reshape(2, 2, 2, 2).sum(axis=(1, 3))
    np.testing.assert_allclose(values[0], np.kron(parts, np.ones((2, 2))), atol=1e-4)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"square": 9}, "the square is larger than the picture: expected 1 to 8, got 9"),
        ({"square": 2, "stride": 3}, "the squares would leave gaps: expected a stride of 1 to 2, got 3"),
        ({"square": 0}, "cannot take this square: expected 1 or more, got 0"),
        ({"stride": -1}, "cannot take this stride"),
        ({"cover": "red"}, "the square cannot have this colour: expected one of grey, black, white"),
        ({"size": 2}, "occlusion has no such option: expected square, stride, cover, got size"),
    ],
)
def test_squares_that_make_no_sense(probe: Any, options: dict[str, Any], said: str) -> None:
    from exporter.explain import ExplainError

    with pytest.raises(ExplainError, match=said):
        explained("occlusion", probe, asked(pictures(1)), **options)


def test_scores_that_are_no_numbers_name_their_input(linear: Any) -> None:
    from exporter.explain import ExplainError

    fed = np.zeros((2, 16), np.float32)
    fed[1, 3] = np.nan
    with pytest.raises(ExplainError, match=r"input coffee cannot be explained: .* NaN or infinity"):
        explained("occlusion", linear, asked(fed, units=[0, 0], names=("cat", "coffee")))
