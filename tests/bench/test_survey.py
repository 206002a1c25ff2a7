"""Surveys beside a bare loop over `model.predict`, which reads the same images and keeps nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from photographs import weights_file
from PIL import Image
from pytest_benchmark.fixture import BenchmarkFixture

pytestmark = pytest.mark.tf

DIGITS, PHOTOGRAPHS, AT_ONCE = 5_000, 1_000, 512
ROUNDS = 3


def least_secs(*works: Callable[[], Any]) -> list[tuple[float, float]]:
    """The least time, by the clock and of all processors, that each of some works takes, done in turns."""
    found: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, times in zip(works, found, strict=True):
            began_secs, busy_secs = time.perf_counter(), time.process_time()
            work()
            times.append((time.perf_counter() - began_secs, time.process_time() - busy_secs))
    return [(min(each for each, _ in times), min(each for _, each in times)) for times in found]


def bare(opened: Any, inputs: str) -> Callable[[], None]:
    """What reads the images, and has `model.predict` make its batches of 32 of them."""
    from exporter.capture.takes import input_specs
    from exporter.inputs import PreprocessingOptions, feed
    from exporter.inputs.dataset import open_dataset
    from exporter.opening import default_scale_of

    specs = input_specs(opened.model)
    options = PreprocessingOptions().over(opened.preprocessing)
    data = open_dataset(inputs, specs, options=options, default_scale=default_scale_of(opened.model))

    def loop() -> None:
        for start in range(0, data.count, AT_ONCE):
            samples = data.read(start, start + AT_ONCE).samples
            opened.model.predict(feed(samples, specs, data.preprocessing)[0], batch_size=32, verbose=0)

    return loop


def measured(benchmark: BenchmarkFixture, opened: Any, inputs: str, out: Path) -> str:
    """How long a survey and the bare loop take, and how often the one goes into the other."""
    from exporter.inputs import PreprocessingOptions
    from exporter.surveying.asked import Asked
    from exporter.surveying.survey import survey_bundle

    asked = Asked(preprocessing=PreprocessingOptions().over(opened.preprocessing))
    loop = bare(opened, inputs)
    loop()

    def survey() -> None:
        survey_bundle(opened.model, inputs, out=out, asked=asked, overwrite=True, warn=lambda line: None)

    benchmark.pedantic(survey, rounds=1, warmup_rounds=1)
    ours, floor = least_secs(survey, loop)
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    return (
        f"in {ours[0]:.2f} s, {ours[1]:.2f} s of processors, all that is written among it ({size / 1e6:.0f} MB), "
        f"{ours[0] / floor[0]:.2f} and {ours[1] / floor[1]:.2f} times a bare loop of model.predict over the same "
        f"images ({floor[0]:.2f} and {floor[1]:.2f} s)"
    )


def test_digits(benchmark: BenchmarkFixture, tmp_path: Path, timings: list[str]) -> None:
    from exporter.models import demo_cnn
    from exporter.models.open import Opened

    line = measured(benchmark, Opened(demo_cnn()), f"mnist-all:{DIGITS}", tmp_path / "digits.bundle")
    timings.append(f"{DIGITS:,} digits surveyed {line}")


def test_photographs(benchmark: BenchmarkFixture, tmp_path: Path, timings: list[str]) -> None:
    """Noise at several scales as JPEG files, which take as long to decode as what a camera writes."""
    from exporter.models import open_source

    folder = tmp_path / "photographs"
    folder.mkdir()
    random = np.random.default_rng(0)
    for nth in range(PHOTOGRAPHS):
        coarse = Image.fromarray(random.integers(0, 256, (24, 32, 3), np.uint8)).resize((400, 300))
        grain = random.integers(-12, 13, (300, 400, 3))
        Image.fromarray(np.clip(np.asarray(coarse) + grain, 0, 255).astype(np.uint8)).save(folder / f"{nth:04d}.jpg")
    opened = open_source(f"squeezenet:{weights_file()}")
    line = measured(benchmark, opened, str(folder), tmp_path / "photographs.bundle")
    timings.append(f"{PHOTOGRAPHS:,} photographs through SqueezeNet surveyed {line}")
