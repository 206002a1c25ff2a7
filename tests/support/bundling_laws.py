"""What holds of every bundling, whatever the network and the parameters."""

from __future__ import annotations

import numpy as np

from exporter.bundling.cables import MOST_DETOUR
from exporter.bundling.measures import path_lengths, straight_lengths
from exporter.bundling.parameters import Parameters
from exporter.bundling.placing import rooms
from exporter.bundling.units import LEAST_SPREAD, ROUND, spread
from exporter.bundling.web import Bundled, Web


def assert_whole(web: Web, bundled: Bundled, parameters: Parameters) -> None:
    """Every law of a bundling."""
    edges, starts, points = web.edges, bundled.starts, bundled.points
    assert starts.shape == (len(edges) + 1,)
    assert starts[0] == 0
    assert starts[-1] == len(points)
    assert (np.diff(starts) >= 2).all()
    for array in (bundled.placed, bundled.positions, points, bundled.history):
        assert np.isfinite(array).all()
    np.testing.assert_array_equal(points[starts[:-1]], bundled.positions[edges[:, 0]])
    np.testing.assert_array_equal(points[starts[1:] - 1], bundled.positions[edges[:, 1]])
    # Moved sideways only; processors round the middle of a layer otherwise in its last bit.
    np.testing.assert_allclose(bundled.positions[:, 2], bundled.placed[:, 2], rtol=1e-6, atol=1e-7)
    begin = 0
    for size, room in zip(web.sizes, rooms(web.planes, parameters.layer_width), strict=True):
        layer = slice(begin, begin + size)
        assert spread(bundled.positions[layer]) >= LEAST_SPREAD * spread(bundled.placed[layer]) * 0.999
        from_middle = np.linalg.norm(bundled.positions[layer, :2] - [room.x, room.y], axis=1)
        assert from_middle.max() <= room.side * max(ROUND, np.sqrt(2)) / 2 * 1.001
        begin += size
    straight = straight_lengths(bundled, edges)
    assert (path_lengths(bundled) <= MOST_DETOUR * straight * 1.001 + 1e-5).all()
