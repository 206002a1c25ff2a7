"""How much memory a survey takes, plotted over the number of images.

`python tests/support/survey_memory.py PICTURE.png [IMAGES ...]` surveys so many made images each in a process of its
own, prints the peak of each, and draws them. With `--one IMAGES FOLDER` it is such a process.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
COUNTS = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
SIDE_PX = 32
_MEMORY = re.compile(r"(RssAnon|VmHWM):\s+(\d+) kB")
_WRITTEN_AT_ONCE = 1_000


def make_images(path: Path, count: int) -> None:
    """Noise in three colours, (count, 32, 32, 3) uint8, as a `.npy` file."""
    shape = count, SIDE_PX, SIDE_PX, 3
    images = np.lib.format.open_memmap(path, "w+", np.uint8, shape)  # type: ignore[no-untyped-call]
    random = np.random.default_rng(count)
    for start in range(0, count, _WRITTEN_AT_ONCE):
        images[start : start + _WRITTEN_AT_ONCE] = random.integers(
            0, 256, images[start : start + _WRITTEN_AT_ONCE].shape, np.uint8
        )
    images.flush()


def memory_mb() -> dict[str, float]:
    """What of this process lies in memory by itself (RssAnon), and the peak of that and of mapped files (VmHWM)."""
    found = _MEMORY.findall(Path("/proc/self/status").read_text())
    return {name: int(kilobytes) / 1024 for name, kilobytes in found}


def survey_one(count: int, folder: Path) -> tuple[float, float, float]:
    """The peak of the process's own memory before and while so many images are surveyed, in MB, and the seconds."""
    from exporter.backend import keras
    from exporter.surveying.survey import survey_asked

    layers = keras.layers
    image = layers.Input((SIDE_PX, SIDE_PX, 3))
    x = layers.Conv2D(16, 3, activation="relu")(image)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    net = keras.Model(image, layers.Dense(10, activation="softmax")(x))
    make_images(folder / "warm.npy", 300)
    survey_asked(net, str(folder / "warm.npy"), out=folder / "warm.bundle")
    make_images(folder / "x.npy", count)
    before, peak, is_over = memory_mb()["RssAnon"], [0.0], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.01):
            peak[0] = max(peak[0], memory_mb()["RssAnon"])

    watcher = threading.Thread(target=watch)
    watcher.start()
    began_secs = time.perf_counter()
    survey_asked(net, str(folder / "x.npy"), out=folder / "x.bundle")
    took_secs = time.perf_counter() - began_secs
    is_over.set()
    watcher.join()
    return before, peak[0], took_secs


def draw(path: Path, counts: list[int], peaks: list[float], before: list[float]) -> None:
    """The peaks over the number of images."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4), dpi=110, layout="constrained")
    axes.plot(counts, peaks, "o-", color="#1b6ca8", label="while surveying")
    axes.plot(counts, before, "o:", color="#8a8f98", label="before: TensorFlow, Keras and the network")
    axes.set(xscale="log", ylim=(0, 1.15 * max(peaks)), xlabel="images", ylabel="memory of the process in MB")
    axes.set_xticks(counts, [f"{count:,}" for count in counts])
    axes.minorticks_off()
    axes.set_title("kerascope survey: peak memory over the number of images", loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.3)
    axes.legend(frameon=False, loc="lower right")
    figure.savefig(path)


def main(arguments: list[str]) -> None:
    """Survey one number of images, or all and draw them."""
    if arguments[0] == "--one":
        print(*survey_one(int(arguments[1]), Path(arguments[2])))  # noqa: T201
        return
    counts: list[int] = [int(each) for each in arguments[1:]] or list(COUNTS)
    found: list[Any] = []
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, __file__, "--one", str(count), folder]
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        found.append([float(each) for each in done.stdout.split()])
        before, peak, secs = found[-1]
        print(f"{count:>7,} images: peak {peak:.0f} MB, {peak - before:.0f} MB above what was there, {secs:.1f} s")  # noqa: T201
    draw(Path(arguments[0]), counts, [each[1] for each in found], [each[0] for each in found])


if __name__ == "__main__":
    main(sys.argv[1:])
