"""The objects of a manifest that are of a whole data set: surveys, embeddings and neighbours (SPEC.md)."""

from __future__ import annotations

from typing import Literal

from exporter.bundle.frozen import Frozen, TensorRef

Scalar = bool | int | float | str | None


class SurveyLayer(Frozen, frozen=True):
    """What the channels of a layer's first output did over all images of a survey.

    The tensors are listed in SPEC.md: statistics, the strongest images of each channel with their places, means by
    class, and, of some layers, the features of every image. `sampled` is how many values of each channel the
    percentiles and the histogram are of, where that is not all.
    """

    layer: str
    tensors: dict[str, TensorRef]
    sampled: int | None = None


class SurveyPass(Frozen, frozen=True):
    """What the network of one checkpoint made of all images of a survey.

    `classes` are the classes that the rows of class means stand for, `classes_by` whether images were counted for their
    true class or, where none is known, for the predicted one. There are none where the model tells no classes apart.
    """

    checkpoint: str
    tensors: dict[str, TensorRef]
    layers: tuple[SurveyLayer, ...]
    classes: tuple[int, ...] = ()
    classes_by: Literal["true", "predicted"] | None = None


class Survey(Frozen, frozen=True):
    """What a network did over a data set: `images` of them, as `source` names them.

    `skipped` names those that could not be read and are not among them. `options` say what was asked.
    """

    id: str
    source: str
    images: int
    tensors: dict[str, TensorRef]
    passes: tuple[SurveyPass, ...]
    skipped: tuple[str, ...] = ()
    options: dict[str, Scalar] = {}


class Embedding(Frozen, frozen=True):
    """The images of a survey as points of a plane or of space, those near each other that a layer takes for alike.

    Of the features of `layer` at `checkpoint`; where both are `None`, of the pixels of the thumbnails. `inputs` are
    inputs of the bundle that were placed among them, such as the steps of an attack. `options` say how it was made,
    `result` what was measured of it.
    """

    id: str
    survey: str
    method: Literal["tsne", "umap", "pca"]
    tensors: dict[str, TensorRef]
    layer: str | None = None
    checkpoint: str | None = None
    inputs: tuple[str, ...] = ()
    options: dict[str, Scalar] = {}
    result: dict[str, Scalar] = {}


class Neighbours(Frozen, frozen=True):
    """The nearest images of every image of a survey, by Euclidean distance.

    Of the features of `layer` at `checkpoint`; where both are `None`, of the pixels of the thumbnails. `result` has
    the `accuracy` of the majority's class where classes are known.
    """

    id: str
    survey: str
    tensors: dict[str, TensorRef]
    layer: str | None = None
    checkpoint: str | None = None
    result: dict[str, Scalar] = {}
