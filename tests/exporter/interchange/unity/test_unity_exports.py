"""What Unity shows of every sort of network is what Keras computes: loaded by the checker, compared with the model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unity_loading import LoadedLayer, LoadedNet, load_as_unity

pytestmark = [pytest.mark.tf, pytest.mark.slow]

NAMES = (
    "averaged", "demo", "depthwise", "dilated", "even", "image_mlp", "mean_and_bgr", "normalised", "one_chance",
    "one_number", "padded", "pools_in_a_row", "rescaled", "residual", "separable", "signal", "strided", "tabular_mlp",
    "tiny_vgg", "watched", "wide",
)  # fmt: skip
MODES = (None, 2)
MAPS, KERNEL = (1, 2), (0, 1)


@dataclass(frozen=True)
class Exported:
    """A net, what each of its checkpoints has to be, and its folder as it was written and as it is shown, by mode."""

    net: Any
    truth: list[tuple[dict[str, Any], Any]]
    reports: dict[int | None, Any]
    shown: dict[int | None, LoadedNet]


def nets() -> dict[str, Any]:
    """What builds each net, by its name."""
    import unity_nets  # noqa: F401 (this one and the next fill the table)
    import unity_odd_nets  # noqa: F401
    from unity_net import NETS

    return NETS


@pytest.fixture(scope="module", params=NAMES)
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, root: Path) -> Exported:
    from unity_truth import moments

    from exporter.bundle import read_bundle
    from exporter.interchange.unity.convert import convert_unity
    from exporter.pipeline import export_model

    try:
        net = nets()[request.param]()
    except FileNotFoundError as absent:
        pytest.skip(str(absent))
    folder = tmp_path_factory.mktemp("unity")
    x = net.x if net.fed is None else net.fed.pictures
    np.savez(folder / "x.npz", x=x, **({"y": np.array(net.classes)} if net.classes else {}))
    path = export_model(
        net.model, folder / "x.npz", folder / "net.bundle", labels=net.labels or None, checkpoints=net.moments,
        warn=lambda line: None, **(net.fed.options if net.fed else {}),
    )  # fmt: skip
    bundle = read_bundle(path)
    reports = {mode: convert_unity(bundle, folder / f"pool {mode}", pool_size=mode) for mode in MODES}
    shown = {mode: load_as_unity(folder / f"pool {mode}", pool_size=mode) for mode in MODES}
    return Exported(net, list(moments(net)), reports, shown)


@pytest.fixture(params=MODES, ids=["prefab as published", "pool of two"])
def mode(request: pytest.FixtureRequest) -> int | None:
    return request.param


def test_the_nets_are_all_there() -> None:
    assert sorted(nets()) == list(NAMES)


def test_the_chain_is_shown_and_nothing_is_scrambled(exported: Exported, mode: int | None) -> None:
    shown = exported.shown[mode]
    assert shown.scrambled == {}
    assert [layer.name for layer in shown.layers] == list(exported.net.chain)
    assert (shown.epochs, shown.samples) == (len(exported.net.moments) + 1, len(exported.net.x))
    for layer in shown.layers:
        if layer.kind in ("image", "maxpool"):
            assert not any(weights.any() for weights in layer.weights)
        if layer.kind == "image":
            assert layer.weights[0].shape == (1,)
        if layer.kind == "maxpool":
            assert layer.weights[0].shape == layer.size


def test_what_has_one_axis_stays_one_column(exported: Exported, mode: int | None) -> None:
    # A square of a series is as many times larger as the series is long; half of one column is none, so pools of two
    # need more, and the loader mixes up rows and columns of what is neither square nor a single column.
    shown, first = exported.shown[mode], exported.truth[-1][0]["input"].values
    is_halved = mode == 2 and any(layer.kind == "maxpool" for layer in shown.layers)
    for layer in shown.layers:
        is_narrow = layer.size[1] == 1
        assert is_narrow == (layer.kind == "fc" or (first.shape[2] == 1 and not is_halved)), layer.name


def test_the_examination_of_folders_finds_the_same(exported: Exported, mode: int | None) -> None:
    # A second reading of the loader's rules, which is no part of the checker.
    from exporter.interchange.unity.loader import diagnose

    found = diagnose(exported.reports[mode].path, pool_size=mode or 0)
    assert found.verdict == "accepted", "\n".join(found.lines())
    assert (found.n_layers, found.n_epochs, found.n_samples) == (
        len(exported.net.chain), len(exported.net.moments) + 1, len(exported.net.x),
    )  # fmt: skip


def place_of(layer: LoadedLayer, epoch: int, step: Any) -> tuple[int, int]:
    """Where the values of Keras lie in what is shown: with zeros around them, and nowhere else."""
    from unity_truth import places

    drawn, values = layer.all_shown(epoch), step.values
    if step.repeats != (1, 1) and layer.kind == "conv":
        for axis, times in enumerate(step.repeats, 1):
            values = np.repeat(values, times, axis)
        values = values[:, : layer.size[0], : layer.size[1]]
    found = places(drawn, values, MAPS, step.rounding)
    assert found, f"{layer.name}: values of shape {values.shape} are nowhere in {drawn.shape}"
    return found[0]


def test_what_is_shown_is_what_keras_puts_out(exported: Exported, mode: int | None) -> None:
    for epoch, (steps, _) in enumerate(exported.truth):
        for layer in exported.shown[mode].layers:
            if layer.name == "fc_out":
                logits = steps[layer.name].values
                np.testing.assert_allclose(layer.all_shown(epoch), logits, rtol=1e-5, atol=1e-6 * abs(logits).max())
            else:
                place_of(layer, epoch, steps[layer.name])


def test_kernels_are_those_of_keras(exported: Exported, mode: int | None) -> None:
    from unity_truth import inside, places

    layers = exported.shown[mode].layers
    for epoch, (steps, _) in enumerate(exported.truth):
        for before, layer in pairwise(layers):
            step = steps[layer.name]
            if step.kernel is None:
                continue
            exact = step.kernel.astype(np.float32)
            if layer.kind == "fc":
                drawn = layer.dense_edges(epoch, before)
                place = place_of(before, epoch, steps[before.name])
            else:
                drawn = layer.weights[epoch]
                place = (places(drawn != 0, exact != 0, KERNEL) or [(-1, -1)])[0]
                assert place >= (0, 0), f"{layer.name}: a kernel of {exact.shape} is not in {drawn.shape}"
            real = inside(drawn, place, exact.shape, KERNEL)
            np.testing.assert_allclose(real, exact, rtol=1e-5 if step.is_folded else 1e-7, atol=1e-9)
            assert np.count_nonzero(drawn) == np.count_nonzero(real), f"{layer.name}: weights out of what is real"


def test_what_is_drawn_is_what_is_computed(exported: Exported, mode: int | None) -> None:
    from unity_truth import convolved

    layers = exported.shown[mode].layers
    for epoch, (steps, _) in enumerate(exported.truth):
        for before, layer in pairwise(layers):
            step, maps = steps[layer.name], before.all_shown(epoch)
            if step.kernel is None and layer.kind == "conv":  # one that is put before a pool
                np.testing.assert_array_equal(convolved(maps, layer.weights[epoch]), layer.all_shown(epoch))
            if step.kernel is None or not step.is_exact:
                continue
            if layer.kind == "fc":
                sums = np.tensordot(maps.astype(np.float64), layer.dense_edges(epoch, before), 3)[:, None, None]
            else:
                sums = convolved(maps, layer.weights[epoch])
            place = (0, 0) if layer.kind == "fc" else place_of(layer, epoch, step)
            found = step.then(sums * step.gain + step.bias)
            window = tuple(
                slice(first + step.margin, first + size - step.margin)
                for first, size in zip(place, step.values.shape[1:3], strict=True)
            )
            expected = layer.all_shown(epoch)[:, *window]
            assert expected.size
            np.testing.assert_allclose(found[:, *window], expected, rtol=1e-5, atol=1e-5, err_msg=layer.name)


def test_pools_stand_over_what_they_pool(exported: Exported, mode: int | None) -> None:
    layers = exported.shown[mode].layers
    steps, _ = exported.truth[-1]
    for before, layer in pairwise(layers):
        if layer.kind == "maxpool":
            above = place_of(before, -1, steps[before.name])
            for place, first in zip(place_of(layer, -1, steps[layer.name]), above, strict=True):
                assert abs(2 * place - first) <= 1, "a value is drawn more than a point away from what it is of"


def test_answers_are_the_models(exported: Exported, mode: int | None) -> None:
    shown, net = exported.shown[mode], exported.net
    assert shown.class_names == net.labels or not net.labels
    for epoch, (_, answers) in enumerate(exported.truth):
        if not net.labels:  # a single number, which is no class
            np.testing.assert_allclose([float(text) for text in shown.predictions[epoch]], answers[:, 0], rtol=1e-3)
            continue
        logits = shown.named("fc_out").all_shown(epoch)[:, 0, 0].astype(np.float64)
        shares = np.exp(logits - logits.max(-1, keepdims=True))
        np.testing.assert_allclose(shares / shares.sum(-1, keepdims=True), answers, atol=1e-6)
        assert shown.truths[epoch] == tuple(net.labels[number] for number in net.classes)
        assert shown.predictions[epoch] == tuple(net.labels[number] for number in answers.argmax(-1))


def expected_notes(exported: Exported, mode: int | None) -> Iterator[tuple[tuple[str, ...], str]]:
    """What the report has to say: a word, and the layers of which one has to be in the same line."""
    net, (steps, _) = exported.net, exported.truth[-1]
    for layer, word in net.notes:
        yield (layer,), word
    for layer in exported.shown[mode].layers[1:]:
        names, step = net.chain[layer.name], steps[layer.name]
        is_repeated = step.repeats != (1, 1)
        is_put_in = layer.kind == "conv" and step.kernel is None
        if (
            layer.kind in ("conv", "maxpool")
            and not (is_repeated or is_put_in)
            and layer.size != step.values.shape[1:3]
        ):
            yield names, "pad"
        if layer.kind == "conv" and not is_put_in and layer.weights[0].shape[:2] != step.kernel.shape[:2]:
            yield names, "kernel"
        if is_repeated:
            yield names, "repeat"
    on_their_own = {next((name for name in names if not name.startswith("norm")), "") for names in net.chain.values()}
    for layer in net.model.layers:
        if layer.name.startswith("norm"):
            yield (layer.name,), "fold"
        elif layer.name not in on_their_own and layer.output is not net.model.inputs[0]:
            yield (layer.name,), ""


def test_the_report_says_what_was_done(exported: Exported, mode: int | None) -> None:
    lines = exported.reports[mode].notes
    for names, word in expected_notes(exported, mode):
        name = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, names))})(?![\w-])")
        told = any(name.search(line) and re.search(word, line, re.IGNORECASE) for line in lines)
        assert told, f"{names}: no {word!r} in\n" + "\n".join(lines)


def test_the_report_counts_what_was_written(exported: Exported, mode: int | None) -> None:
    report = exported.reports[mode]
    files = [path for path in report.path.rglob("*") if path.is_file()]
    assert report.n_files == len(files) == 1 + 2 * exported.shown[mode].epochs
    assert report.n_bytes == sum(path.stat().st_size for path in files)
    names = {path.name for path in files}
    assert "model_structure.json" in names
    assert {f"model_weights_epoch{epoch:03}.json" for epoch in range(exported.shown[mode].epochs)} < names
