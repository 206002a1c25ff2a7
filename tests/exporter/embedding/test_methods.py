"""PCA, t-SNE and UMAP: what they must make of rows whose order is known, and that the same seed gives the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from exporter.bundle import KerascopeError
from exporter.embedding.by_pca import place_by_pca
from exporter.embedding.by_tsne import perplexity_of, place_by_tsne
from exporter.embedding.by_umap import neighbours_of
from exporter.embedding.landing import drawn_by, ground_of
from exporter.embedding.measures import trust
from exporter.embedding.methods import Given, Placed, Task

CLASSES = np.repeat(np.arange(3), 25)
NO_OWN = np.full(9, -1)


def clusters(seed: int = 0, width: int = 60) -> np.ndarray:
    """Three clusters of 25 rows (75, 60) float32, far apart."""
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(3, width)) * 4)[CLASSES].astype(np.float32) + rng.normal(size=(75, width)).astype("f4")


@pytest.fixture(scope="module")
def by_tsne() -> Placed:
    return place_by_tsne(Given(clusters(), None), Task(perplexity=10))


@pytest.mark.parametrize("shape", [(30, 8), (8, 30), (12, 12)])
def test_pca_is_the_singular_value_decomposition_with_signs_that_are_sure(shape: tuple[int, int]) -> None:
    rows = np.random.default_rng(2).normal(size=shape).astype(np.float32) * np.arange(1, shape[1] + 1, dtype="f4")
    made = place_by_pca(Given(rows, None), Task(3))
    middle = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
    _, sizes, axes = np.linalg.svd(middle, full_matrices=False)
    np.testing.assert_allclose(abs(made.points), abs(middle @ axes[:3].T), atol=1e-6 * abs(made.points).max())
    assert made.result["explained_variance"] == pytest.approx((sizes[:3] ** 2).sum() / (sizes**2).sum())
    np.testing.assert_allclose(made.land(rows[3:5], NO_OWN[:2]), made.points[3:5], atol=1e-9)
    again = place_by_pca(Given(rows[::-1].copy(), None), Task(3))
    np.testing.assert_allclose(again.points[::-1], made.points, atol=1e-6 * abs(made.points).max())


def test_pca_of_less_than_a_plane_leaves_the_rest_empty() -> None:
    line = np.arange(5, dtype=np.float32)[:, None] * np.float32((1, 2))
    made = place_by_pca(Given(line, None), Task(3))
    assert (made.points[:, 1:] == 0).all()
    np.testing.assert_allclose(made.points[:, 0], np.sqrt(5) * np.arange(-2, 3))
    same = place_by_pca(Given(np.ones((4, 6), np.float32), None), Task())
    assert (same.points == 0).all()
    assert same.result == {"explained_variance": 0.0}


def test_tsne_puts_clusters_apart_and_gives_the_same_points_for_the_same_seed(by_tsne: Placed) -> None:
    centres = np.array([by_tsne.points[each == CLASSES].mean(axis=0) for each in range(3)])
    nearest = np.linalg.norm(by_tsne.points[:, None] - centres, axis=2).argmin(axis=1)
    assert (nearest == CLASSES).all()
    again = place_by_tsne(Given(clusters(), None), Task(perplexity=10))
    assert again.points.tobytes() == by_tsne.points.tobytes()
    assert by_tsne.options == {"perplexity": 10.0, "reduced_to": 50, "threads": 1}
    assert trust(clusters(), by_tsne.points)["trustworthiness"] > 0.9  # type: ignore[operator]


def test_a_row_lands_by_its_like_each_by_itself_and_the_images_stay(by_tsne: Placed) -> None:
    radius = np.linalg.norm(by_tsne.points - by_tsne.points.mean(axis=0), axis=1).mean()
    before = by_tsne.points.copy()
    near = by_tsne.land(clusters(), np.arange(75))
    assert np.median(np.linalg.norm(near - by_tsne.points, axis=1)) < 0.15 * radius
    assert np.array_equal(by_tsne.points, before)
    many = np.repeat(clusters()[:1], 60, axis=0)
    np.testing.assert_allclose(
        by_tsne.land(many, np.zeros(60, np.int64)), np.repeat(near[:1], 60, axis=0), atol=0.1 * radius
    )
    assert by_tsne.land(many[:0], NO_OWN[:0]).shape == (0, 2)


def test_how_much_images_draw_a_row_has_the_perplexity() -> None:
    squares = np.random.default_rng(4).exponential(size=(6, 40)) * np.array([[1e-6], [1], [1e6], [1], [1], [1]])
    drawn = drawn_by(squares, 7.5, NO_OWN[:6])
    np.testing.assert_allclose(np.exp(-(drawn * np.log(np.maximum(drawn, 1e-300))).sum(axis=1)), 7.5, rtol=1e-6)
    assert (np.diff(np.take_along_axis(drawn, squares.argsort(axis=1), axis=1)) <= 1e-15).all()
    own = drawn_by(squares, 7.5, np.arange(6))
    assert (own[np.arange(6), np.arange(6)] == 0).all()
    rest = [drawn_by(np.delete(squares[[row]], row, axis=1), 7.5, NO_OWN[:1])[0] for row in range(6)]
    np.testing.assert_allclose([np.delete(own[row], row) for row in range(6)], rest, rtol=1e-6)


def test_a_row_lands_where_no_place_around_costs_less() -> None:
    rng = np.random.default_rng(5)
    rows, points = rng.normal(size=(30, 4)), rng.normal(size=(30, 2)) * 5
    ground, new = ground_of(rows, points, 6.0), rng.normal(size=(3, 4))
    apart = ((points[:, None] - points) ** 2).sum(axis=2)
    assert ground.push == pytest.approx(30 / ((1 / (1 + apart)).sum() - 30))
    draw = drawn_by(((new[:, None] - rows) ** 2).sum(axis=2), 6.0, NO_OWN[:3])
    places = ground.land(new, NO_OWN[:3])

    def cost(place: np.ndarray) -> np.ndarray:
        squares = ((place[:, None] - points) ** 2).sum(axis=2)
        return (draw * np.log1p(squares)).sum(axis=1) + ground.push * (1 / (1 + squares)).sum(axis=1)

    for angle in np.linspace(0, 2 * np.pi, 12):
        assert (cost(places) <= cost(places + 1e-3 * np.array([np.cos(angle), np.sin(angle)])) + 1e-12).all()


def test_rows_that_are_all_alike_are_no_reason_to_fail() -> None:
    made = place_by_tsne(Given(np.ones((12, 4), np.float32), None), Task())
    assert np.isfinite(made.points).all()
    assert np.isfinite(made.land(np.ones((2, 4), np.float32), np.array([5, -1]))).all()


@pytest.mark.parametrize("images", [4, 5, 40])
def test_the_usual_numbers_fit_few_images(images: int) -> None:
    assert 1 <= perplexity_of(images, Task()) <= (images - 1) / 3
    assert 2 <= neighbours_of(images, Task()) < images


@pytest.mark.parametrize(
    ("line", "task", "images"),
    [
        ("too few images for t-SNE: expected 4 or more, got 3", Task(), 3),
        (
            "cannot have this perplexity: expected 1 to 13, less than a third of the 40 images, got 30",
            Task(perplexity=30),
            40,
        ),
        ("cannot have this perplexity.* got 0.5", Task(perplexity=0.5), 40),
        (
            "cannot have so many neighbours: expected 2 to 39, one less than there are images, got 40",
            Task(neighbours=40),
            40,
        ),
        ("too few images for UMAP", Task(neighbours=2), 3),
    ],
)
def test_what_so_few_images_do_not_allow_is_said(line: str, task: Task, images: int) -> None:
    with pytest.raises(KerascopeError, match=line):
        (neighbours_of if task.neighbours else perplexity_of)(images, task)


def test_trust_is_measured_of_a_part_of_many_and_not_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(1).normal(size=(40, 2)).astype(np.float32)
    assert trust(rows, rows.astype(np.float64))["trustworthiness"] == 1
    mixed = trust(rows, np.random.default_rng(2).permutation(rows).astype(np.float64))
    assert mixed["trustworthiness"] < 0.7  # type: ignore[operator]
    monkeypatch.setattr("exporter.embedding.measures.MOST_ROWS", 10)
    few = trust(rows, rows.astype(np.float64))
    assert (few["trustworthiness_images"], few["trustworthiness_neighbours"]) == (10, 4)
    assert trust(rows[:3], rows[:3].astype(np.float64)) == {"trustworthiness": None}


UMAP_TWICE = """
import sys, warnings
warnings.simplefilter("error")
import numpy as np
from exporter.embedding.by_umap import place_by_umap
from exporter.embedding.methods import Given, Task
rows = np.load(sys.argv[1])
one, two = (place_by_umap(Given(rows, None), Task(3)) for _ in range(2))
assert one.points.tobytes() == two.points.tobytes()
assert one.land(rows[:5], np.arange(5)).tobytes() == two.land(rows[:5], np.arange(5)).tobytes()
begun = place_by_umap(Given(rows, one.points), Task(3))
assert np.isfinite(begun.points).all()
assert not {"tensorflow", "keras"} & set(sys.modules), "TensorFlow was loaded"
near = np.linalg.norm(one.land(rows, np.arange(len(rows))) - one.points, axis=1)
print(np.median(near) / np.linalg.norm(one.points - one.points.mean(axis=0), axis=1).mean())
"""


def test_umap_gives_the_same_points_loads_no_tensorflow_and_is_quiet(tmp_path: Path, root: Path) -> None:
    np.save(tmp_path / "rows.npy", clusters())
    command = [sys.executable, "-c", UMAP_TWICE, str(tmp_path / "rows.npy")]
    env = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    assert float(done.stdout) < 0.2
