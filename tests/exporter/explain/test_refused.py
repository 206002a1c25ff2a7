"""What cannot be explained is told in one line that names the input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explained_nets import asked, explained

pytestmark = pytest.mark.tf

METHODS = ["saliency", "guided_backprop", "smoothgrad", "integrated_gradients"]


@pytest.fixture(scope="module")
def probe(keras: Any) -> Any:
    """A layer without activation, a logarithm, a ReLU, and an end without gradients."""
    from exporter.probing import Probe

    x = keras.Input((4,))
    straight = keras.layers.Dense(3, kernel_initializer="ones", name="straight")(x)
    steep = keras.layers.Activation(keras.ops.log, name="steep")(straight)
    bent = keras.layers.ReLU(name="bent")(steep)
    whole = keras.layers.Activation(keras.ops.round, name="whole")(bent)
    return Probe(keras.Model(x, whole))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"units": [3]}, "no such class: expected 0 to 2, got 3"),
        ({"layer": "bend"}, "no such layer: .* did you mean bent"),
        ({"layer": "bent", "units": [5]}, "no such channel of 'bent': expected 0 to 2, got 5"),
        ({"layer": "bent", "units": [1], "at": np.array([[2]])}, "no such place on 'bent'"),
    ],
)
def test_what_the_model_does_not_have(probe: Any, method: str, question: dict[str, Any], said: str) -> None:
    from exporter.probing import ProbeError

    with pytest.raises(ProbeError, match=said) as error:
        explained(method, probe, asked(np.ones((1, 4), np.float32), **question))
    assert "\n" not in str(error.value)


def test_an_end_to_which_no_gradient_leads(probe: Any) -> None:
    from exporter.probing import ProbeError

    with pytest.raises(ProbeError, match="no gradient leads from the class back"):
        explained("saliency", probe, asked(np.ones((1, 4), np.float32), units=[0]))


def test_a_gradient_that_is_no_number_names_its_input(probe: Any) -> None:
    from exporter.explain import ExplainError

    fed = np.zeros((2, 4), np.float32)
    fed[0] = 1
    question = asked(fed, "steep", names=("cat", "coffee"))
    with pytest.raises(ExplainError, match=r"input coffee cannot be explained: .* NaN or infinity in its gradient"):
        explained("saliency", probe, question)


@pytest.mark.parametrize("method", METHODS)
def test_an_input_that_is_no_number_is_named(probe: Any, method: str) -> None:
    from exporter.explain import ExplainError

    fed = np.array([[1, 2, 3, 4], [1, np.nan, 3, 4]], np.float32)
    with pytest.raises(ExplainError, match=r"input 1 cannot be explained: .* NaN or infinity in what is fed"):
        explained(method, probe, asked(fed, "bent"))


def test_an_input_with_too_many_axes(keras: Any) -> None:
    from exporter.explain import ExplainError

    model = keras.Sequential([keras.Input((2, 2, 2, 2)), keras.layers.Flatten(), keras.layers.Dense(2)])
    with pytest.raises(ExplainError, match=r"cannot be mapped: .* got 2x2x2x2"):
        explained("saliency", model, asked(np.ones((1, 2, 2, 2, 2), np.float32), units=[0]))


def test_no_inputs_at_all(probe: Any) -> None:
    from exporter.explain import ExplainError

    with pytest.raises(ExplainError, match="nothing to explain"):
        explained("saliency", probe, asked(np.zeros((0, 4), np.float32)))


def test_a_name_that_is_not_there_is_told_with_the_nearest() -> None:
    from exporter.explain import EXPLANATIONS, ExplainError, explanation_named

    assert all(name == each.name for name, each in EXPLANATIONS.items())
    with pytest.raises(ExplainError, match=r"no such explanation: expected one of .* did you mean saliency"):
        explanation_named("salience")


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("smoothgrad", {"sigma": -0.1}),
        ("smoothgrad", {"sigma": float("nan")}),
        ("smoothgrad", {"samples": 0}),
        ("smoothgrad", {"average": "both"}),
        ("integrated_gradients", {"steps": 0}),
        ("integrated_gradients", {"baseline": "red"}),
        ("saliency", {"steps": 3}),
    ],
)
def test_options_that_make_no_sense(method: str, options: dict[str, Any]) -> None:
    from exporter.explain import ExplainError, explanation_named

    with pytest.raises(ExplainError):
        explanation_named(method).chosen(**options)
