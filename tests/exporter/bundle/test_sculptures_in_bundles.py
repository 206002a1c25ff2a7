"""What the reference validator says of importance and sculptures: nothing of sound ones, a line for each fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs
from tiny_bundle import make_tiny_bundle

from exporter.bundle import BundleError, BundleWriter, read_bundle, validate_bundle
from exporter.bundle.schema import Derived, Sculpture, UnitLayer
from exporter.bundle.sculptures import IMPORTANCE, IMPORTANCE_MAY, SCULPTURE, SCULPTURE_MAY

Arrays = dict[str, Any]
Change = Callable[[Arrays], object]


def made_arrays() -> Arrays:
    """Two inputs, three classes; two edges, one of three points."""
    placed = np.array([[0, 0, -1], [1, 0, -1], [0, 0, 1], [0, 1, 1], [1, 1, 1]], np.float32)
    points = np.array([placed[0], placed[2], placed[1], [1, 0.5, 0], placed[4]], np.float32)
    return {
        "placed": placed,
        "positions": placed,
        "importance": np.vstack([np.full((2, 3), 0.5), np.eye(3)]).astype(np.float32),
        "edges": np.array([[0, 2], [1, 4]], np.int32),
        "strength": np.array([1, 0.25], np.float32),
        "weight": np.array([-2, 0.5], np.float32),
        "starts": np.array([0, 2, 5], np.int64),
        "points": points,
        "history": np.zeros((4, 1, 16, 3), np.float16),
    }


def written(folder: Path, arrays: Arrays, planes: tuple[int, int] = (0, 1), **changes: Any) -> Path:
    """A bundle with this sculpture and an importance of its first layer."""
    path = make_tiny_bundle(folder / "tiny.bundle")
    with BundleWriter.append(path) as writer:
        manifest = read_bundle(path).manifest
        names = [layer.name for layer in manifest.layers]
        tensors = writer.write("derived/sculpture.npz", arrays)
        layers = UnitLayer(name=names[0], units=2, plane=planes[0]), UnitLayer(name=names[-1], units=3, plane=planes[1])
        made: dict[str, Any] = {"id": "s", "checkpoint": manifest.checkpoints[0].id, "method": "weight"}
        made |= {"layers": layers, "options": {}, "result": {}, "tensors": tensors, **changes}
        units = writer.write("derived/importance.npz", {"units": arrays["importance"][:2]})
        entry = Derived(
            kind="importance", layer=names[0], checkpoint=manifest.checkpoints[0].id, tensors=units, method="weight"
        )
        manifest = structs.replace(manifest, sculptures=(Sculpture(**made),), derived=(*manifest.derived, entry))
        writer.commit(manifest)
    return path


def test_sound_ones_are_valid_and_come_back_as_they_were(tmp_path: Path) -> None:
    arrays = made_arrays()
    path = written(tmp_path, arrays)
    assert validate_bundle(path) == []
    bundle = read_bundle(path)
    sculpture = bundle.sculpture("s")
    for name, array in arrays.items():
        np.testing.assert_array_equal(bundle.load(sculpture.tensors[name]), array)
    first = bundle.manifest.layers[0].name
    found = bundle.importance(first, sculpture.checkpoint, "weight")
    assert found is not None
    np.testing.assert_array_equal(found["units"], arrays["importance"][:2])
    assert bundle.importance(first, sculpture.checkpoint, "gradient") is None


FAULTS: dict[str, Change] = {
    "lacks 'points'": lambda a: a.pop("points"),
    "has the unknown entry 'colour'": lambda a: a.update(colour=np.zeros(2)),
    "'strength' is float64": lambda a: a.update(strength=a["strength"].astype(float)),
    "'importance' is float32 (4, 3), not float32 (U, C)": lambda a: a.update(importance=a["importance"][:4]),
    "'starts' has 2 entries for 2 edges": lambda a: a.update(starts=a["starts"][:2]),
    "'history' has 3 edges of 2": lambda a: a.update(history=np.zeros((4, 3, 16, 3), np.float16)),
    "'points' has numbers that are not finite": lambda a: a["points"].__setitem__((1, 1), np.nan),
    "'strength' goes beyond 0 to 1": lambda a: a["strength"].__setitem__(0, 1.5),
    "'importance' goes beyond 0 to 1": lambda a: a["importance"].__setitem__((0, 0), -0.5),
    "'edges' name units that are not there": lambda a: a["edges"].__setitem__((0, 1), 5),
    "an edge does not go to a higher plane": lambda a: a["edges"].__setitem__(0, (2, 0)),
    "'starts' do not share the points out": lambda a: a["starts"].__setitem__(1, 1),
}


@pytest.mark.parametrize("says", FAULTS)
def test_every_fault_is_told(says: str, tmp_path: Path) -> None:
    arrays = {name: array.copy() for name, array in made_arrays().items()}
    FAULTS[says](arrays)
    problems = validate_bundle(written(tmp_path, arrays))
    assert [problem for problem in problems if says in problem], problems
    assert all("\n" not in problem for problem in problems)


def test_a_plane_below_the_first_is_told(tmp_path: Path) -> None:
    assert any("on plane -1" in problem for problem in validate_bundle(written(tmp_path, made_arrays(), (-1, 1))))


def test_columns_are_those_of_the_classes(tmp_path: Path) -> None:
    problems = validate_bundle(written(tmp_path, made_arrays(), classes=(0, 1)))
    assert any("'importance' is float32 (5, 3)" in problem for problem in problems)


@pytest.mark.parametrize("change", [{"checkpoint": "999"}, {"layers": (UnitLayer(name="no", units=5, plane=0),)}])
def test_what_a_sculpture_names_must_be_there(change: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"sculpture 's' names \w+ '(999|no)', which is not there"):
        written(tmp_path, made_arrays(), **change)


def test_the_specification_lists_the_same_arrays() -> None:
    text = (Path(validate_bundle.__code__.co_filename).parent / "SPEC.md").read_text()
    for heading, forms in (("Importance", IMPORTANCE | IMPORTANCE_MAY), ("Sculptures", SCULPTURE | SCULPTURE_MAY)):
        section = re.split(r"\n##+ ", text.partition(f"\n### {heading}\n")[2])[0]
        rows = [row.split("|")[1:4] for row in section.splitlines() if row.startswith("| `")]
        found = {name.strip(" `"): (shape.strip(), dtype.strip()) for name, shape, dtype in rows}
        assert found == {n: (f"({', '.join(map(str, shape))})", dtype) for n, (shape, dtype) in forms.items()}
