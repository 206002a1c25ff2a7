"""Where the points of a net stand in the scene: the one place where `NetView.spread` and `NetView.offset` are applied
on the CPU. The shaders do the same arithmetic from uniforms. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.layout import Layout
    from viewer.state import NetView


def world_of(net: NetView, layout: Layout, points: Any) -> NDArray[np.float64]:
    """Points (n, 3) of `layout` where the net has them: x stretched by `net.spread` about the layout's centre, then
    moved by `net.offset`.
    """
    placed: NDArray[np.float64] = np.array(points, np.float64).reshape(-1, 3)
    if net.spread != 1.0:
        middle = layout.centre[0]
        placed[:, 0] = middle + (placed[:, 0] - middle) * net.spread
    placed += np.asarray(net.offset)
    return placed
