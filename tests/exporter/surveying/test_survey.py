"""A survey is what brute force finds, whoever does its shards, in which order, and however often it was stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from surveyed_bundle import layer_arrays

from exporter.bundle import Bundle, KerascopeError, read_bundle, validate_bundle
from exporter.bundle.schema import SurveyPass

pytestmark = [pytest.mark.tf, pytest.mark.slow]
Array = np.ndarray[Any, Any]
PLAIN: dict[str, Any] = {"scale": 1.0, "shard": 8, "warn": lambda line: None}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from surveyed_nets import save_mixed

    folder = tmp_path_factory.mktemp("survey")
    save_mixed(folder)
    return folder


def survey(folder: Path, out: Path, inputs: str = "pictures21.npz", **options: Any) -> Bundle:
    from exporter.surveying.survey import survey_asked

    options = PLAIN | ({} if "into" in options else {"out": out}) | options
    if "into" in options:
        del options["scale"]
    return read_bundle(survey_asked(folder / "mixed.keras", str(folder / inputs), **options))


@pytest.fixture(scope="module")
def whole(folder: Path) -> Bundle:
    """A survey of all layers with all features."""
    return survey(folder, folder / "whole.bundle", layers=("*",), features=("all",), top=5)


def tensors(bundle: Bundle, made: SurveyPass, layer: str) -> dict[str, Array]:
    entry = next(each for each in made.layers if each.layer == layer)
    return {name: bundle.load(ref) for name, ref in entry.tensors.items()}


def check(bundle: Bundle, made: SurveyPass, outputs: dict[str, Array], counted: Array, top: int) -> None:
    """Every tensor of every layer of a pass is what brute force finds."""
    for layer in made.layers:
        wanted = layer_arrays(outputs[layer.layer], counted, made.classes, top)
        found = tensors(bundle, made, layer.layer)
        for name in found:
            message = f"{layer.layer}/{name}"
            if found[name].dtype.kind == "f":
                np.testing.assert_allclose(found[name], wanted[name], rtol=2e-6, atol=1e-6, err_msg=message)
            else:
                np.testing.assert_array_equal(found[name], wanted[name], err_msg=message)


def test_it_is_what_brute_force_finds(folder: Path, whole: Bundle) -> None:
    from surveyed_nets import all_outputs, mixed_net, mixed_pictures

    data = mixed_pictures()
    outputs = all_outputs(mixed_net(), data["x"].astype(np.float32))
    (entry,) = whole.manifest.surveys
    (made,) = entry.passes
    assert {layer.layer for layer in made.layers} == set(outputs)
    assert {"features", "class_mean"} <= tensors(whole, made, "dilated").keys()
    check(whole, made, outputs, data["y"], 5)
    order = np.argsort(-outputs["scores"], axis=1, kind="stable")
    np.testing.assert_array_equal(whole.load(made.tensors["top_classes"]), order)
    np.testing.assert_array_equal(
        whole.load(made.tensors["top_scores"]), np.take_along_axis(outputs["scores"], order, axis=1)
    )
    assert (made.classes, made.classes_by) == ((0, 1, 3), "true")
    np.testing.assert_array_equal(whole.load(made.tensors["class_counts"]), np.bincount(data["y"])[[0, 1, 3]])
    np.testing.assert_array_equal(whole.load(entry.tensors["pictures"]), data["x"])
    np.testing.assert_array_equal(whole.load(entry.tensors["true_class"]), data["y"])
    assert validate_bundle(whole.path) == []


def test_a_comparison_with_another_net_fails(folder: Path, whole: Bundle) -> None:
    """The check itself: one place further is not what brute force finds."""
    from surveyed_nets import all_outputs, mixed_net, mixed_pictures

    data = mixed_pictures()
    outputs = all_outputs(mixed_net(), np.roll(data["x"], 1, axis=2).astype(np.float32))
    with pytest.raises(AssertionError):
        check(whole, whole.manifest.surveys[0].passes[0], outputs, data["y"], 5)


def test_by_default_maps_before_their_activation_are_left_out(folder: Path) -> None:
    lines: list[str] = []
    bundle = survey(folder, folder / "plain.bundle", "pictures21.npz", tell=lines.append, warn=lines.append)
    made = bundle.manifest.surveys[0].passes[0]
    looked = [layer.layer for layer in made.layers]
    assert looked == ["strided", "relu", "depthwise", "peak", "average", "hidden", "scores"]
    kept = [layer.layer for layer in made.layers if "features" in layer.tensors]
    assert kept == ["strided", "relu", "depthwise", "peak", "average", "hidden"]
    assert any("1 of 4 classes have no image: 2" in line for line in lines)
    assert [each.true_class for each in bundle.manifest.inputs] != sorted(set(range(4)))
    assert {each.true_class for each in bundle.manifest.inputs} == {0, 1, 3}


def under(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


class _Stopped(Exception):  # noqa: N818 - stands for the end of a process
    pass


def stops_after(count: int) -> Any:
    from exporter.surveying.local import run_here

    def run(plan: Any, numbers: Sequence[int]) -> Iterator[Any]:
        for done, each in enumerate(run_here(plan, numbers)):
            if done == count:
                raise _Stopped
            yield each

    return run


def backwards(plan: Any, numbers: Sequence[int]) -> Iterator[Any]:
    from exporter.surveying.local import run_here
    from exporter.surveying.result import ShardResult

    for number, result in list(run_here(plan, numbers))[::-1]:
        yield number, ShardResult.from_bytes(result.to_bytes())


def test_order_and_interruption_change_no_byte(folder: Path, tmp_path: Path) -> None:
    at_once = under(survey(folder, tmp_path / "a.bundle").path)
    assert under(survey(folder, tmp_path / "b.bundle", runner=backwards).path) == at_once
    with pytest.raises(_Stopped):
        survey(folder, tmp_path / "c.bundle", runner=stops_after(2))
    assert [path.name for path in tmp_path.iterdir() if path.name not in ("a.bundle", "b.bundle")] == [
        ".c.bundle.survey"
    ]
    lines: list[str] = []
    again = survey(folder, tmp_path / "c.bundle", tell=lines.append)
    assert any("2 of 3 shards were there" in line for line in lines)
    assert under(again.path) == at_once
    assert not (tmp_path / ".c.bundle.survey").exists()


def test_another_plan_does_not_take_what_is_there(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.bundle"
    with pytest.raises(_Stopped):
        survey(folder, out, runner=stops_after(1))
    with pytest.raises(KerascopeError, match=r"another survey was begun.*--overwrite"):
        survey(folder, out, top=2)
    assert validate_bundle(survey(folder, out, top=2, overwrite=True).path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["a.bundle"]


def test_unlabelled_images_count_for_what_the_net_says(folder: Path, tmp_path: Path) -> None:
    from surveyed_nets import all_outputs, mixed_net, mixed_pictures, save_mixed

    save_mixed(folder, 10, labelled=False)
    bundle = survey(folder, tmp_path / "a.bundle", "pictures10-bare.npz")
    made = bundle.manifest.surveys[0].passes[0]
    outputs = all_outputs(mixed_net(), mixed_pictures(10, labelled=False)["x"].astype(np.float32))
    predicted = outputs["scores"].argmax(axis=1)
    assert (made.classes, made.classes_by) == (tuple(sorted(set(predicted.tolist()))), "predicted")
    check(bundle, made, outputs, predicted, 9)
    assert len(bundle.manifest.inputs) == 10


def test_one_pass_for_each_checkpoint_of_a_bundle(folder: Path, tmp_path: Path) -> None:
    from surveyed_nets import all_outputs, mixed_net, mixed_pictures

    from exporter.capture.weights import assign_weights
    from exporter.pipeline import export_model

    net = mixed_net()
    out = tmp_path / "a.bundle"
    export_model(net, str(folder / "pictures21.npz"), out, scale=1.0, untrained=True, warn=lambda line: None)
    kept = [np.asarray(each) for each in net.weights]
    bundle = survey(folder, out, into=out, checkpoint_ids=("all",), layers=("hidden", "strided"), features=("none",))
    assert all(np.array_equal(one, other) for one, other in zip(kept, net.weights, strict=True))
    (entry,) = bundle.manifest.surveys
    assert [each.checkpoint for each in entry.passes] == ["000", "001"]
    data = mixed_pictures()
    for made in entry.passes:
        refs = bundle.checkpoint(made.checkpoint).weights
        assign_weights(net, {name: bundle.load(ref) for name, ref in refs.items()})
        check(bundle, made, all_outputs(net, data["x"].astype(np.float32)), data["y"], 9)
    again = survey(folder, out, into=out, layers=("hidden",))
    assert [each.id for each in again.manifest.surveys] == ["000", "001"]
    assert [each.checkpoint for each in again.manifest.surveys[1].passes] == ["001"]
    assert validate_bundle(out) == []


def test_what_was_begun_is_not_gone_on_with_when_the_net_or_the_images_are_others(folder: Path, tmp_path: Path) -> None:
    import shutil

    from surveyed_nets import mixed_net, mixed_pictures

    home = tmp_path / "home"
    home.mkdir()
    for name in ("mixed.keras", "pictures21.npz"):
        shutil.copy2(folder / name, home / name)
    out = tmp_path / "a.bundle"
    with pytest.raises(_Stopped):
        survey(home, out, runner=stops_after(1))
    other = mixed_net()
    other.get_layer("hidden").bias.assign_add([1.0] * 6)
    other.save(home / "mixed.keras")
    with pytest.raises(KerascopeError, match="another survey was begun"):
        survey(home, out)
    shutil.copy2(folder / "mixed.keras", home / "mixed.keras")
    data = mixed_pictures()
    np.savez(home / "pictures21.npz", x=255 - data["x"], y=data["y"])
    with pytest.raises(KerascopeError, match="another survey was begun"):
        survey(home, out)
    shutil.copy2(folder / "pictures21.npz", home / "pictures21.npz")
    lines: list[str] = []
    survey(home, out, tell=lines.append)
    assert any("1 of 3 shards were there" in line for line in lines)


def test_only_the_pictures_of_the_strongest_images_are_kept_where_they_are_asked_for(
    folder: Path, tmp_path: Path
) -> None:
    from surveyed_nets import mixed_pictures

    options: dict[str, Any] = {"layers": ("hidden",), "top": 2}
    bundle = survey(folder, tmp_path / "a.bundle", pictures="top", thumbnails=0, shown=3, **options)
    (made,) = bundle.manifest.surveys
    rows = bundle.load(made.tensors["picture_images"])
    strongest = bundle.load(made.passes[0].layers[0].tensors["top_images"])
    np.testing.assert_array_equal(rows, np.unique(strongest[strongest >= 0]))
    assert 0 < len(rows) < made.images
    np.testing.assert_array_equal(bundle.load(made.tensors["pictures"]), mixed_pictures()["x"][rows])
    assert "thumbnails" not in made.tensors
    assert len(bundle.manifest.inputs) == 3
    without = survey(folder, tmp_path / "b.bundle", pictures="none", **options).manifest.surveys[0]
    assert not {"pictures", "picture_images"} & set(without.tensors)
    assert validate_bundle(bundle.path) == []


def test_too_many_pictures_are_those_that_fit(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ranks in their order: first what excites some channel most."""
    from exporter.surveying import ground
    from exporter.surveying import survey as room

    for module in (ground, room):
        monkeypatch.setattr(module, "PICTURE_BYTES", 4 * 13 * 11)
    lines: list[str] = []
    bundle = survey(folder, tmp_path / "a.bundle", layers=("hidden",), top=5, tell=lines.append)
    (made,) = bundle.manifest.surveys
    images = bundle.load(made.passes[0].layers[0].tensors["top_images"]).T.ravel()
    wanted = list(dict.fromkeys(images[images >= 0].tolist()))[:4]
    assert bundle.load(made.tensors["picture_images"]).tolist() == sorted(wanted)
    assert any("pictures of 4 of 21 images" in line for line in lines)
