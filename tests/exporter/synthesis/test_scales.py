"""Which layers are compared where nobody says."""

from __future__ import annotations

from typing import Any

import pytest
from matched_net import matched_net

pytestmark = pytest.mark.tf


def scales(model: Any) -> tuple[str, ...]:
    from exporter.probing import Probe
    from exporter.synthesis.scales import scale_layers

    return scale_layers(Probe(model))


def test_the_last_layer_of_each_scale_but_the_coarsest_and_no_maps_of_classes(keras: Any) -> None:
    assert scales(matched_net(keras)) == ("fine", "middle")


def test_vgg16_is_compared_before_it_pools(keras: Any) -> None:
    model = keras.applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))
    assert scales(model) == ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3")


def test_what_makes_maps_larger_again_or_holds_one_place_is_passed_over(keras: Any) -> None:
    layers = keras.layers
    x = inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, name="down", strides=2)(layers.ZeroPadding2D(1)(layers.Rescaling(2.0)(x)))
    squeezed = layers.Conv2D(4, 1, name="one")(layers.GlobalAveragePooling2D(keepdims=True)(x))
    x = layers.Multiply(name="scaled")([x, squeezed])
    x = layers.Conv2D(3, 1, name="as_colours")(x)
    x = layers.Conv2D(6, 3, name="up")(layers.UpSampling2D(4)(x))
    assert scales(keras.Model(inputs, x)) == ("scaled",)


def test_a_net_whose_maps_are_all_of_classes_is_compared_there(keras: Any) -> None:
    layers = keras.layers
    parts = [layers.Conv2D(2, 3, name="only"), layers.GlobalAveragePooling2D()]
    assert scales(keras.Sequential([keras.Input((6, 6, 3)), *parts])) == ("only",)


def test_a_net_without_maps_has_nothing_to_compare(keras: Any) -> None:
    from exporter.synthesis.contract import SynthesisError

    with pytest.raises(SynthesisError, match="no layers to compare"):
        scales(keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)]))


def test_named_layers_must_have_places(keras: Any) -> None:
    from exporter.probing import Probe, ProbeError
    from exporter.synthesis.contract import SynthesisError
    from exporter.synthesis.scales import named_layers

    probe = Probe(matched_net(keras))
    assert named_layers(probe, " fine, coarse,") == ("fine", "coarse")
    assert named_layers(probe, "") == ()
    with pytest.raises(SynthesisError, match=r"'pooled' cannot be compared.*name others, such as fine, middle"):
        named_layers(probe, "fine,pooled")
    with pytest.raises(ProbeError, match="did you mean fine"):
        named_layers(probe, "fin")
