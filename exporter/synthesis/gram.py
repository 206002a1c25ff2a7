"""What a layer says about a picture regardless of where: which channels speak together, and how much."""

from __future__ import annotations

from typing import Any

from exporter.backend import tf

_TINY = 1e-20


def gram_of(features: Any) -> Any:
    """The Gram matrices (n, channels, channels) float32 of feature maps, over the number of their places.

    Gatys, Ecker and Bethge 2015, arXiv 1505.07376, section 3, equation 1: G[i, j] is the sum over places k of
    F[i, k] F[j, k], here divided by how many places there are, so that pictures of other sizes can be compared.

    Parameters
    ----------
    features : (n, ..., channels), a tensor of a graph.
    """
    shape = tf.shape(features)
    flat = tf.reshape(tf.cast(features, tf.float32), (shape[0], -1, features.shape[-1]))
    return tf.matmul(flat, flat, transpose_a=True) / tf.cast(tf.shape(flat)[1], tf.float32)


def relative_error(found: Any, wanted: Any) -> Any:
    """||found - wanted||^2 / ||wanted||^2 of each sample, (n,) float32; `wanted` has a row for each, or one for all.

    It is 0 where both are the same and 1 where nothing was found, whatever the size of a layer's numbers.
    """
    found, wanted = tf.cast(found, tf.float32), tf.cast(wanted, tf.float32)
    axes = list(range(1, found.shape.rank))
    error = tf.reduce_sum(tf.math.squared_difference(found, wanted), axes)
    return error / tf.maximum(tf.reduce_sum(tf.square(wanted), axes), _TINY)
