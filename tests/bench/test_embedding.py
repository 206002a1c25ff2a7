"""An embedding of a survey beside bare t-SNE of the same rows: reading, turning, measuring and writing cost little."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture
from surveyed_shapes import surveyed_shapes

from exporter.bundle import read_bundle
from exporter.embedding import embed_bundle
from exporter.embedding.landing import ground_of
from exporter.embedding.methods import threads_for

IMAGES = 800


def test_embedding_beside_bare_tsne(benchmark: BenchmarkFixture, tmp_path: Path, timings: list[str]) -> None:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    path = surveyed_shapes(
        tmp_path / "shapes.bundle", IMAGES, checkpoints=("002",), layers=("pool",), features=("pool",)
    )
    survey = read_bundle(path).survey("000")
    rows = read_bundle(path).load(survey.tensors["thumbnails"]).reshape(IMAGES, -1).astype(np.float32)
    bare_secs, ours_secs = [], []

    def bare() -> None:
        began = time.process_time()
        with threadpool_limits(threads_for(IMAGES)):
            TSNE(2, init="pca", random_state=0, n_jobs=1).fit_transform(rows)
        bare_secs.append(time.process_time() - began)

    def ours() -> None:
        began = time.process_time()
        embed_bundle(path, layers=("pixels",))
        ours_secs.append(time.process_time() - began)

    for _ in range(2):
        bare()
        ours()
    benchmark.pedantic(ours, rounds=1)
    share = min(ours_secs) / min(bare_secs)
    timings.append(f"embedding {IMAGES} images: {min(ours_secs):.1f} s of processors, {share:.2f} x bare t-SNE")


def test_landing(benchmark: BenchmarkFixture, timings: list[str]) -> None:
    rng = np.random.default_rng(0)
    rows, points = rng.normal(size=(5000, 50)), rng.normal(size=(5000, 2)) * 30
    ground = ground_of(rows, points, 30)
    benchmark.pedantic(lambda: ground.land(rows[:100], np.arange(100)), rounds=3)
    timings.append(f"100 inputs land among 5,000 images in {benchmark.stats.stats.median:.2f} s")
