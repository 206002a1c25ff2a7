from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Limits, read_bundle, validate_bundle
from exporter.bundle.statistics import statistics_layout

Edit = Callable[[Callable[[Any], None]], Path]


@pytest.mark.parametrize("options", [{}, {"attack": False}, {"statistics": False}, {"seed": 3}])
def test_a_whole_bundle_has_no_problem(tmp_path: Path, options: dict[str, Any]) -> None:
    path = make_tiny_bundle(tmp_path / "x.bundle", **options)
    assert validate_bundle(path) == []
    assert validate_bundle(str(path), limits=Limits()) == []


def test_files_that_the_manifest_does_not_name_do_not_exist(tiny: Path) -> None:
    (tiny / "weights/999.npz").write_text("half")
    (tiny / ".manifest.json.tmp").write_text("{")
    assert validate_bundle(tiny) == []


def test_every_problem_is_told_at_once(edit_tiny: Edit) -> None:
    def spoil(manifest: Any) -> None:
        manifest["captures"][0]["checkpoint"] = "999"
        manifest["captures"][1]["outputs"]["conv"]["shape"] = [6, 6, 5]
        manifest["inputs"][0]["image"]["dtype"] = "float32"
        manifest["derived"][0]["tensors"].pop("mean")
        manifest["derived"][1]["tensors"]["extra"] = manifest["derived"][1]["tensors"]["min"]
        manifest["edges"].reverse()  # in any order
        manifest["edges"].append({"source": "scores", "target": "conv"})

    problems = validate_bundle(edit_tiny(spoil))
    expected = [
        "'999'",
        "(6, 6, 5), not (6, 6, 4)",
        "float32 (6, 6, 1), not uint8",
        "lack 'mean'",
        "'extra'",
        "the order",
    ]
    assert len(problems) == len(expected)
    for part in expected:
        assert sum(part in problem for problem in problems) == 1, part


def test_every_missing_file_is_told(tiny: Path) -> None:
    for name in ("weights/000.npz", "inputs/clean-1.npz"):
        (tiny / name).unlink()
    assert len(validate_bundle(tiny)) == 2


def test_shapes_are_free_where_the_model_leaves_them_open(edit_tiny: Edit) -> None:
    def open_up(manifest: Any) -> None:
        manifest["layers"][1]["outputs"][0]["shape"] = [None, None, 4]

    assert validate_bundle(edit_tiny(open_up)) == []
    assert len(validate_bundle(edit_tiny(lambda m: m["layers"][1]["outputs"][0].update(shape=[None, 4])))) == 9


@pytest.mark.parametrize("shape", [[2, 6, 6, 1], [6, 6]])
def test_an_image_is_of_height_width_and_colour(edit_tiny: Edit, shape: list[int]) -> None:
    assert (
        "not uint8 (H, W, 1 or 3)"
        in validate_bundle(edit_tiny(lambda m: m["inputs"][0]["image"].update(shape=shape)))[0]
    )


def test_the_statistics_have_the_entries_of_the_specification(tiny: Path) -> None:
    bundle = read_bundle(tiny)
    for layer in bundle.manifest.layers:
        statistics = bundle.statistics(layer.name)
        assert statistics is not None
        channels = layer.outputs[0].shape[-1]
        assert channels is not None
        found = {name: (array.shape, array.dtype.name) for name, array in statistics.items()}
        assert found == statistics_layout(channels)
        values = np.stack([bundle.output(name, "002", layer.name) for name in ("clean-0", "clean-1")])
        assert statistics["histogram"].sum() == values.size
        np.testing.assert_array_equal(statistics["max"], values.max(axis=tuple(range(values.ndim - 1))))


def test_the_specification_lists_the_same_statistics() -> None:
    text = (Path(validate_bundle.__code__.co_filename).parent / "SPEC.md").read_text()
    section = text.partition("\n### Statistics")[2].partition("\n### Importance")[0]
    rows = [row.split("|")[1:4] for row in section.splitlines() if row.startswith("| `")]
    found = {name.strip("`"): (shape.strip(), dtype.strip()) for names, shape, dtype in rows for name in names.split()}
    shapes = {
        name: ("(" + ", ".join("C" if size == 999 else str(size) for size in shape) + ")", dtype)
        for name, (shape, dtype) in statistics_layout(999).items()
    }
    assert found == shapes


def test_a_scalar_output_has_one_channel(edit_tiny: Edit) -> None:
    def make_scalar(manifest: Any) -> None:
        manifest["layers"][-1]["outputs"][0]["shape"] = []
        manifest["captures"] = []

    problems = validate_bundle(edit_tiny(make_scalar))
    assert "'min' is ((3,), 'float32'), not ((1,), 'float32')" in " ".join(problems)
