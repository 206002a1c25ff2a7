"""The demo's network as a sculpture, before and after training: no layer falls to a heap and no edge goes astray."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundling_laws import assert_whole

from exporter.bundle import read_bundle
from exporter.bundling.bundle import bundle_web
from exporter.bundling.importances import importance_of
from exporter.bundling.measures import distortion, ink
from exporter.bundling.net import unit_net
from exporter.bundling.parameters import Parameters
from exporter.bundling.webs import web_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("rate", [5.0, 10.0, 15.0, 20.0])
@pytest.mark.parametrize("moment", [0, -1], ids=["untrained", "trained"])
def test_it_does_not_collapse_at_any_sampling_rate(demo_dir: Path, moment: int, rate: float) -> None:
    (path,) = demo_dir.glob("*.bundle")
    bundle = read_bundle(path)
    checkpoint = bundle.manifest.checkpoints[moment].id
    net = unit_net(bundle, checkpoint)
    parameters = Parameters(sampling_rate=rate)
    importance = importance_of(bundle, net, checkpoint, "gradient", print)
    web = web_of(net, importance.layers, parameters).web
    bundled = bundle_web(web, parameters)
    assert_whole(web, bundled, parameters)
    assert 1.0 <= distortion(bundled, web.edges) < 1.35
    assert ink(bundled) < 0.9


def test_the_bundle_holds_both_and_says_by_what(demo_dir: Path) -> None:
    (path,) = demo_dir.glob("*.bundle")
    manifest = read_bundle(path).manifest
    first, last = manifest.checkpoints[0].id, manifest.checkpoints[-1].id
    assert {(each.checkpoint, each.method) for each in manifest.sculptures} == {(first, "gradient"), (last, "gradient")}
    assert all([layer.units for layer in each.layers] == [1, 8, 12, 32, 10] for each in manifest.sculptures)
