"""Puts what `make zoo` exports into a folder: `python zoo_save.py FOLDER`; a process of its own, as it needs Keras."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from zoo import ZOO
from zoo_feeds import pictures

from exporter.models.applications import application_names

PICTURE, NAMES = "picture.png", "names.json"


def save_zoo(folder: Path) -> None:
    """`NAME.keras` and `NAME.npz` of each zoo model, a picture, and the names of all models there are."""
    for name, build in ZOO.items():
        model, feeds = build()
        model.save(folder / f"{name}.keras")
        arrays: dict[str, Any] = feeds
        np.savez(folder / f"{name}.npz", **arrays)
    Image.fromarray((pictures(240, 320, 3, seed=7)[0] * 255).astype(np.uint8)).save(folder / PICTURE)
    names = {"applications": application_names(), "zoo": sorted(ZOO)}
    (folder / NAMES).write_text(json.dumps(names), encoding="utf-8")


if __name__ == "__main__":
    save_zoo(Path(sys.argv[1]))
