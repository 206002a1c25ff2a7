"""How restless a picture is."""

from __future__ import annotations

from typing import Any

from exporter.backend import tf

_OF_PICTURES = (3, 4)


def total_variation(levels: Any) -> Any:
    """How much neighbours differ: (n,) float32, 0 for an even picture; a checkerboard of black and white has about 2.

    The total variation of Mahendran and Vedaldi 2014, arXiv 1412.0035, section 2 (their R with beta = 2): the squared
    differences to the pixel on the right and to the one below. Here black to white counts as 1, and the mean over all
    pixels and channels is taken, not the sum, so that a weight means the same at any size.

    Parameters
    ----------
    levels : (n, rows, columns, channels) or (n, rows, columns), 0 to 255, a tensor of a graph. Of anything else it is
        not known what lies beside what: 0.
    """
    if levels.shape.rank not in _OF_PICTURES:
        return tf.zeros(tf.shape(levels)[:1])
    pixels = levels / 255.0
    return _differences(pixels[:, 1:] - pixels[:, :-1], pixels) + _differences(
        pixels[:, :, 1:] - pixels[:, :, :-1], pixels
    )


def _differences(found: Any, pixels: Any) -> Any:
    axes = list(range(1, pixels.shape.rank))
    count = tf.size(pixels, tf.int64) // tf.maximum(tf.shape(pixels, tf.int64)[0], 1)
    return tf.reduce_sum(tf.square(found), axes) / tf.cast(count, tf.float32)
