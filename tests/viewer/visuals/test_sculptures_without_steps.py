"""A bundle may not tell how a bundling came about: any step of it is the end then."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_sculpture import made_arrays, made_entry
from msgspec import structs
from tiny_bundle import make_tiny_bundle

from exporter.bundle import BundleWriter, read_bundle
from viewer.camera import gentle_camera
from viewer.layout import place
from viewer.sculptures.read import read_sculpture
from viewer.stage import Stage
from viewer.state import SculptureView, ViewState

pytestmark = pytest.mark.gl


def test_any_step_is_the_end(tmp_path: Path) -> None:
    path = make_tiny_bundle(tmp_path / "tiny.bundle")
    bundle = read_bundle(path)
    names = [layer.name for layer in bundle.manifest.layers]
    arrays = made_arrays([4, 5, 3], 3)
    del arrays["history"]
    with BundleWriter.append(path) as writer:
        refs = writer.write("derived/still.npz", arrays)
        entry = made_entry("still", "002", [(names[1], 4), (names[2], 5), (names[-1], 3)], refs)
        writer.commit(structs.replace(bundle.manifest, sculptures=(*bundle.manifest.sculptures, entry)))
    bundle = read_bundle(path)
    camera = gentle_camera(read_sculpture(bundle, "still").outline(), 30.0, 10.0, 15.0)
    with Stage(bundle, place(bundle)) as stage:
        end, first, bare = (
            stage.render(ViewState(camera, (), sculptures=(view,)), (320, 240))
            for view in (SculptureView("still"), SculptureView("still", step=0.0), SculptureView("still", edges=0))
        )
    np.testing.assert_array_equal(end, first)
    assert (end != bare).any()
