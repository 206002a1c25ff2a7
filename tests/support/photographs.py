"""A network of ImageNet and photographs, out of packages that are installed for development; none is imported."""

from __future__ import annotations

import importlib.util
from pathlib import Path


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
