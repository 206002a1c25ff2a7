"""What leaves the house is what the stage draws: the same colour at the same place, from before and from behind."""

from __future__ import annotations

import numpy as np
import pytest
from probes import ASPECT, CLOSE, SIZE, aimed, bare, cell_centres, colours_at
from solid_rays import seen

from exporter.bundle import Bundle
from viewer.colour import map_table
from viewer.scales import difference_gains
from viewer.solids.cells import Cells
from viewer.solids.detail import Detail
from viewer.stage import Stage
from viewer.state import CaptureKey, NetView

pytestmark = pytest.mark.gl

CLEAN, ATTACKED = CaptureKey("clean-0", "002"), CaptureKey("attack-3", "002")
FRONT_DEG, BEHIND_DEG = 52.0, 232.0
STEP = max(float(np.abs(np.diff(map_table("light", name), axis=0)).max()) for name in ("activation", "difference"))
UNITS = "vector", "classes"


@pytest.mark.parametrize("azimuth_deg", [FRONT_DEG, BEHIND_DEG])
@pytest.mark.parametrize("quantity", ["activation", "difference"])
def test_solids_have_the_colours_that_the_stage_draws(
    tiny_stage: Stage, tiny_bundle: Bundle, quantity: str, azimuth_deg: float
) -> None:
    layout = tiny_stage.layout
    net = NetView(CLEAN)
    if quantity == "difference":
        gains = difference_gains(tiny_bundle, layout, tiny_stage.scales(), CLEAN, ATTACKED)
        net = NetView(CLEAN, ATTACKED, 1.0, "difference", gains=gains)
    is_behind = azimuth_deg == BEHIND_DEG
    for index, plate in enumerate(layout.plates):
        camera = aimed(layout, plate.corners(), ASPECT, azimuth_deg)
        state = bare(net, camera, "light")
        frame = tiny_stage.render(state, SIZE, supersample=1)
        (solid,) = Cells(tiny_bundle, layout, state, Detail()).solids(net)[index]
        # Boxes stay where they are; the stage turns a vector of several columns round, as it does tiles.
        is_turned = is_behind and plate.form.kind in UNITS
        if is_turned and plate.form.cells[1] > 1:
            continue
        for tile in range(plate.form.tiles):
            at = cell_centres(plate, tile, is_mirrored=is_behind)
            found, _ = seen(solid, at - np.asarray(plate.centre), from_input=not is_behind)
            # Numbers may be written over the middles of large cells: their upper part is free of them.
            at[..., 1] += 0.36 * plate.form.tile_size[1] / plate.form.cells[0] * (plate.form.cells[0] <= 4)
            drawn = colours_at(frame, camera, at)
            wanted = found.reshape(-1, 3)
            is_there = np.isfinite(wanted).all(axis=1)
            assert is_there.sum() >= min(3, len(wanted))
            np.testing.assert_allclose(wanted[is_there], drawn[is_there], atol=CLOSE + STEP / 2, err_msg=plate.layer)
