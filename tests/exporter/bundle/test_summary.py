"""What `inspect` counts is what the bundle holds."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from surveyed_bundle import add_embedding, add_neighbours, add_survey
from tiny_bundle import make_tiny_bundle

from exporter.bundle import read_bundle
from exporter.bundle.schema import Group
from exporter.bundle.summary import summarise
from exporter.bundle.tensors import tensor_refs


def test_every_tensor_but_the_pictures_belongs_to_a_layer(tiny_bundle_path: Path) -> None:
    bundle = read_bundle(tiny_bundle_path)
    summary = summarise(bundle)
    pictures = sum(shown.image is not None for shown in bundle.manifest.inputs)
    assert summary.tensors == len(list(tensor_refs(bundle.manifest)))
    assert sum(layer.tensors for layer in summary.layers) == summary.tensors - pictures


def test_bytes_are_those_of_the_arrays(tiny_bundle_path: Path) -> None:
    bundle = read_bundle(tiny_bundle_path)
    assert summarise(bundle).bytes == sum(bundle.load(ref).nbytes for _, ref in tensor_refs(bundle.manifest))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_nan_in_the_weights_is_counted_and_told(count: int, tiny_bundle_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "nan.bundle"
    shutil.copytree(tiny_bundle_path, path)
    key, ref = next(iter(read_bundle(path).final_checkpoint.weights.items()))
    with np.load(path / ref.file) as archive:
        arrays = {name: archive[name].copy() for name in archive}
    arrays[ref.key].flat[:count] = np.nan
    np.savez(path / ref.file, **arrays)
    summary = summarise(read_bundle(path))
    layer = key.rpartition("/")[0]
    assert sum(entry.nan_weights for entry in summary.layers) == count
    assert next(entry for entry in summary.layers if entry.name == layer).nan_weights == count
    assert (f"NaN          {layer}: {count} weights" in summary.to_text()) == (count > 0)


def test_what_is_kept_of_the_outputs_is_told(tmp_path: Path) -> None:
    group = Group(name="block", kind="block", class_name="x", layers=("conv", "relu"), output="relu")
    path = make_tiny_bundle(tmp_path / "bounded.bundle", groups=(group,))
    whole = summarise(read_bundle(path))
    assert not re.search("^(outputs|channels|percentiles) ", whole.to_text(), re.MULTILINE)
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    for capture in manifest["captures"]:
        del capture["outputs"]["conv"]
    manifest["layers"][2]["outputs"][0]["stored_channels"] = 1
    manifest["derived"][0]["sampled"] = 5
    manifest["checkpoints"][0]["weights"] = {}
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    text = summarise(read_bundle(path)).to_text()
    n_layers = len(manifest["layers"])
    for line in (
        f"outputs      of {n_layers - 1} of {n_layers} layers",
        "channels     only the first ones of 1 layers",
        "percentiles  of a part of the values of 1 layers",
        "  block block of 2 layers",
    ):
        assert line in text.splitlines()
    assert text.count(" (first 1)") == text.count(", no weights kept") == 1


def test_surveys_and_what_was_made_of_them_have_a_line_each(tiny_bundle_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "surveyed.bundle"
    shutil.copytree(tiny_bundle_path, path)
    pictures = np.random.default_rng(0).integers(0, 256, (7, 6, 6, 1), np.uint8)
    add_survey(path, pictures, np.arange(7) % 3, layers=("conv", "scores"))
    add_embedding(path, np.zeros((7, 2)))
    add_neighbours(path, pictures, 2, id_="conv", layer="conv", checkpoint=read_bundle(path).final_checkpoint.id)
    text = summarise(read_bundle(path)).to_text()
    at = read_bundle(path).final_checkpoint.id
    assert re.search(rf"^surveys      1\n  000 7 images of made, 2 layers at {at}$", text, re.MULTILINE)
    assert re.search(r"^embeddings   1\n  pca-pixels by pca of pixels, survey 000$", text, re.MULTILINE)
    near = rf"^neighbours   1\n  conv of conv at checkpoint {at}, survey 000, accuracy 0(\.\d+)?, k 2$"
    assert re.search(near, text, re.MULTILINE)
