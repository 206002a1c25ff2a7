"""The pixel that lights up when one value does is picked as the place of that value, in the frame as it is drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from paper_bundle import KEY, layer, paper_bundle

from scenes.framing import camera_for
from viewer.camera import Rect
from viewer.inspect.pick import pick
from viewer.inspect.reading import read
from viewer.layout import place
from viewer.stage import Stage
from viewer.state import CaptureKey, NetView, ViewState

pytestmark = pytest.mark.gl

SIZE_PX = (640, 360)
LIT = 60.0
SHOWN = CaptureKey(*KEY)
PLAIN = {"edge_alpha": 0.0, "names": False, "shapes": False, "scales": False}
NETS: dict[str, tuple[int, ...]] = {
    "maps": (7, 6, 5), "closed": (6, 5, 40), "vector": (60,), "steps": (8, 9), "volume": (3, 5, 4, 4),
    "one cell": (1, 1, 50),
}  # fmt: skip


def drawn(stage: Stage, camera: Any, net: NetView) -> np.ndarray[Any, Any]:
    return stage.render(ViewState(camera, (net,), bloom=0.0), SIZE_PX, supersample=1).astype(float)


@pytest.mark.parametrize("name", NETS)
def test_what_lights_up_is_what_is_picked(name: str) -> None:
    shape = NETS[name]
    rng = np.random.default_rng(4)
    bundle = paper_bundle([layer("in", "input", 3), layer("shown", "conv", *shape)])
    layout = place(bundle)
    index = tuple(int(rng.integers(size)) for size in shape)
    other = tuple((at + 1) % size for at, size in zip(index, shape, strict=True))
    values = bundle.arrays["shown"] = np.zeros(shape, np.float32)
    cameras = [camera_for(layout, SIZE_PX[0] / SIZE_PX[1], Rect(), azimuth_deg=azimuth) for azimuth in (52.0, 215.0)]
    alone = tuple(float(plate.layer == "shown") for plate in layout.plates)
    net = replace(NetView(SHOWN, **PLAIN), emphasis=alone)  # type: ignore[arg-type]
    frames = []
    for bright in (other, index):
        values[...] = 0.0
        values[bright] = LIT
        with Stage(bundle, layout) as stage:
            frames.append([drawn(stage, camera, net) for camera in cameras])
    for camera, before, after in zip(cameras, *frames, strict=True):
        gained = (after - before).sum(axis=2)
        assert gained.max() > 60
        y, x = np.argwhere(gained > 0.8 * gained.max()).mean(axis=0) + 0.5
        hit = pick(layout, ViewState(camera, (net,)), (float(x), float(y)), SIZE_PX)
        assert hit is not None
        assert hit.place.layer == "shown"
        reading = read(bundle, SHOWN, hit)
        if name == "closed":
            assert hit.place.position == index[:2]
        else:
            assert (reading.value, reading.rank) == (LIT, 1)
