"""The curves of a bundling are what its paths say, by arithmetic on paths that are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_sculpture import EDGE_STEPS, NODE_STEPS, made_arrays, made_entry
from msgspec import structs

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import TensorRef
from scenes.sculptures.gathering import Gathering, gathering_of


class Kept(Bundle):
    """A bundle whose tensors are handed in."""

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self.path, self.arrays = Path("kept.bundle"), arrays

    def load(self, ref: TensorRef) -> np.ndarray:
        return self.arrays[ref.key]


def gathering(history: np.ndarray) -> Gathering:
    arrays = made_arrays((2, 2), 2) | {"history": history.astype(np.float16)}
    refs = {key: TensorRef(file="a.npz", key=key, shape=a.shape, dtype=a.dtype.name) for key, a in arrays.items()}
    return gathering_of(Kept(arrays), made_entry("a", "000", (("a", 2), ("b", 2)), refs))


def line(start: tuple[float, ...], end: tuple[float, ...], points: int = 9) -> np.ndarray:
    along = np.linspace(0, 1, points)[:, None]
    return np.array(start) * (1 - along) + np.array(end) * along


def test_made_sculptures_move_units_first(sculpted_path: Path) -> None:
    bundle = read_bundle(sculpted_path)
    found = gathering_of(bundle, bundle.sculpture("002-weight"))
    assert (found.unit_steps, found.edge_steps) == (NODE_STEPS, EDGE_STEPS)
    assert found.ink[0] == 1.0
    np.testing.assert_allclose(found.distortion[: NODE_STEPS + 1], 1.0, atol=2e-3)
    assert list(found.distortion[NODE_STEPS:]) == sorted(found.distortion[NODE_STEPS:])


def test_two_lines_that_become_one_need_half_the_ink() -> None:
    apart = np.stack([line((0, 0, 0), (0, 0, 1)), line((1, 0, 0), (1, 0, 1))])
    together = np.stack([apart[0], apart[0]])
    found = gathering(np.stack([apart, together]))
    assert found.ink == pytest.approx((1.0, 0.5), abs=0.01)
    assert found.distortion == (1.0, 1.0)
    assert (found.unit_steps, found.edge_steps, found.edges) == (1, 0, 2)


def test_a_right_angle_is_longer_by_the_root_of_two() -> None:
    bent = np.concatenate([line((0, 0, 0), (1, 0, 0), 5), line((1, 0, 0), (1, 1, 0), 5)[1:]])
    found = gathering(np.stack([line((0, 0, 0), (1, 1, 0)), bent])[:, None])
    assert found.distortion == pytest.approx((1.0, np.sqrt(2)), abs=2e-3)
    assert (found.unit_steps, found.edge_steps) == (0, 1)


def test_edges_without_length_and_nets_in_one_point_count_for_nothing() -> None:
    found = gathering(np.zeros((3, 2, 4, 3)))
    assert found.ink == found.distortion == (1.0, 1.0, 1.0)


def test_a_sculpture_without_a_history_says_what_to_do(sculpted_path: Path) -> None:
    bundle = read_bundle(sculpted_path)
    kept = bundle.sculpture("002-weight")
    bare = structs.replace(kept, tensors={name: ref for name, ref in kept.tensors.items() if name != "history"})
    with pytest.raises(KerascopeError, match=r"how it came about.*kerascope sculpt") as caught:
        gathering_of(bundle, bare)
    assert "\n" not in str(caught.value)
