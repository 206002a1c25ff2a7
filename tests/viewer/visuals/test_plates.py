"""Zero has one colour on every plate of differences, pictures in colour too."""

from __future__ import annotations

import numpy as np
import pytest
from paper_bundle import KEY, layer, paper_bundle
from probes import ASPECT, CLOSE, SIZE, aimed, bare, cell_centres, colours_at

from exporter.bundle.schema import Capture, Input, Preprocessing, TensorRef
from viewer.colour import apply_map
from viewer.layout import place
from viewer.stage import Stage
from viewer.state import CaptureKey, NetView

pytestmark = pytest.mark.gl


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_where_a_colour_picture_has_not_changed_it_has_the_colour_of_zero(theme: str) -> None:
    """And around grey where it has: brighter channels above, darker ones below."""
    clean = np.full((4, 4, 3), 100, np.float32)
    other = clean.copy()
    other[0], other[1] = (120, 80, 100), (110, 110, 90)
    one = paper_bundle([layer("in", "input", 4, 4, 3), layer("out", "dense", 4)], preprocessing=Preprocessing())
    captures, inputs = [], []
    for name in ("clean", "other"):
        ref = TensorRef(file="inputs/000.npz", key=name, shape=clean.shape, dtype="float32")
        captures.append(Capture(input=name, checkpoint=KEY[1], outputs={"in": ref}))
        inputs.append(Input(id=name, label=name))
    bundle = paper_bundle(
        list(one.manifest.layers),
        arrays={"clean": clean, "other": other},
        captures=tuple(captures),
        inputs=tuple(inputs),
        preprocessing=Preprocessing(),
    )
    layout = place(bundle)
    keys = CaptureKey("clean", KEY[1]), CaptureKey("other", KEY[1])
    net = NetView(*keys, 1.0, "difference", gains=(8.0,) * len(layout.plates))
    camera = aimed(layout, layout.plates[0].corners(), ASPECT)
    with Stage(bundle, layout) as stage:
        frame = stage.render(bare(net, camera, theme), SIZE, supersample=1)
    found = colours_at(frame, camera, cell_centres(layout.plates[0], 0)).reshape(4, 4, 3)
    zero = apply_map(np.zeros(1, np.float32), theme, "difference")[0]  # type: ignore[arg-type]
    expected = 0.5 + 0.5 * 8 * (other - clean) / 255
    expected[2:] = zero
    np.testing.assert_allclose(found, expected, atol=CLOSE)
