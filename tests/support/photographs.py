"""A network of ImageNet and photographs, out of packages that are installed for development; none is imported."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
from PIL import Image


def place_of(package: str) -> Path:
    """The folder of an installed package. Raises `FileNotFoundError` where it is not installed."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise FileNotFoundError(f"the package {package} is not installed")
    return Path(found.origin).parent


def weights_file() -> Path:
    """The weights of SqueezeNet v1.1, as a pickle of arrays."""
    return place_of("ndf") / "example_models/weights/squeezenet_weights.pkl"


def photographs() -> tuple[Path, Path]:
    """A cup of coffee and a cat, both in the public domain (CC0)."""
    folder = place_of("skimage") / "data"
    return folder / "coffee.png", folder / "chelsea.png"


CROPPED = (
    *("astronaut.png", "brick.png", "camera.png", "chelsea.png", "coffee.png"),
    *("grass.png", "gravel.png", "hubble_deep_field.jpg", "retina.jpg", "rocket.jpg"),
)
"""Photographs of scikit-image, all in the public domain or CC0."""


def write_windows(folder: Path, count: int, *, seed: int = 0) -> None:
    """Fill a folder with windows cut out of ten photographs in turn: a quarter of the short side to all of it."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(seed)
    for number in range(count):
        name = CROPPED[number % len(CROPPED)]
        with Image.open(place_of("skimage") / "data" / name) as opened:
            whole = opened.convert("RGB")
        side = int(min(whole.size) * random.uniform(0.25, 1.0))
        left, top = (int(random.integers(0, size - side + 1)) for size in whole.size)
        window = whole.crop((left, top, left + side, top + side))
        window.resize((256, 256), Image.Resampling.LANCZOS).save(folder / f"{Path(name).stem}_{number:03d}.png")
