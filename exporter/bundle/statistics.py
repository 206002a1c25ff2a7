"""Which arrays the statistics of a layer are made of (SPEC.md, "Statistics")."""

from __future__ import annotations

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
HISTOGRAM_BINS = 32


def statistics_layout(channels: int) -> dict[str, tuple[tuple[int, ...], str]]:
    """Name to shape and dtype of each statistics array of a layer with this many channels.

    The channels are the last axis of the layer's output; the units of a vector are its channels; a scalar has one.

    >>> statistics_layout(4)["percentiles"]
    ((4, 7), 'float32')
    """
    return {
        **dict.fromkeys(("min", "max", "mean", "std", "zero_fraction"), ((channels,), "float32")),
        "percentiles": ((channels, len(PERCENTILES)), "float32"),
        "histogram": ((channels, HISTOGRAM_BINS), "int64"),
        "histogram_edges": ((HISTOGRAM_BINS + 1,), "float32"),
        "nan_count": ((channels,), "int64"),
        "abs_p99": ((), "float32"),
    }
