"""What a model wants to be fed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf


def test_inputs_classes_and_scale(keras: Any) -> None:
    from exporter.capture.takes import class_count, input_specs, scales_pictures_itself
    from exporter.inputs import InputSpec

    layers = keras.layers

    def model(*parts: Any) -> Any:
        return keras.Sequential([keras.Input((4, 4, 3), name="x"), *parts, layers.Flatten(), layers.Dense(5)])

    plain = model(layers.Conv2D(2, 3))
    assert input_specs(plain) == (InputSpec("x", (4, 4, 3), "float32"),)
    assert class_count(plain) == 5
    assert not scales_pictures_itself(plain)
    front = keras.Sequential([layers.RandomFlip(), layers.Rescaling(1 / 255)])
    assert scales_pictures_itself(model(layers.Identity(), front))
    assert not scales_pictures_itself(model(layers.Conv2D(3, 1), layers.Rescaling(2.0)))
    fed = keras.Input((4, 4, 3))
    assert scales_pictures_itself(keras.Model(fed, layers.Flatten()(fed / 255.0)))
    assert not scales_pictures_itself(keras.Model(fed, layers.Flatten()(fed * fed)))


def test_a_class_takes_numbers_of_words_where_it_looks_them_up(keras: Any) -> None:
    from exporter.capture.takes import class_count, input_specs

    class Words(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.known, self.sums = keras.layers.Embedding(9, 2), keras.layers.GlobalAveragePooling1D()

        def call(self, x: Any) -> Any:
            return self.sums(self.known(x))

    model = Words()
    model(np.zeros((1, 6), np.int32))
    assert [(spec.name, spec.shape, spec.dtype) for spec in input_specs(model)] == [("input", (6,), "int32")]
    assert class_count(model) == 2


def test_texts_are_told(keras: Any) -> None:
    from exporter.capture.takes import input_specs
    from exporter.models import ModelError

    words = keras.layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=4)
    fed = keras.Input((1,), dtype="string", name="words")
    model = keras.Model(fed, keras.layers.Embedding(5, 2)(words(fed)))
    with pytest.raises(ModelError, match=r"takes texts: expected numbers, got the input 'words'; export the part"):
        input_specs(model)
