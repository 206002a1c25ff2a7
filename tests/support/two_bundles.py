"""Two small bundles whose models have names of their own: other weights, other pictures, the same classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs
from rival_attacks import add_attack
from tiny_bundle import ATTACKED_IDS, make_tiny_bundle

from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.bundle.schema import Run

Array = np.ndarray[Any, Any]


def make_other_bundle(path: Path, *, name: str = "other", **options: Any) -> Path:
    """The path of a bundle that is like the tiny one, of a model of another name."""
    make_tiny_bundle(path, **{"seed": 3, **options})
    return renamed(path, name)


def renamed(path: Path, name: str) -> Path:
    """The same bundle, its model called `name` from now on."""
    with BundleWriter.append(path) as writer:
        manifest = read_bundle(writer.path).manifest
        writer.commit(structs.replace(manifest, model=structs.replace(manifest.model, name=name)))
    return path


def two_bundles(folder: Path) -> tuple[Bundle, Bundle]:
    """`tiny` with an attack, and `other` without one."""
    one, two = make_tiny_bundle(folder / "one.bundle"), make_other_bundle(folder / "two.bundle", attack=False)
    return read_bundle(one), read_bundle(two)


RATES = {"judged": 200, "misled": 0.31, "noise_misled": 0.02, "clean_wrong": 0.045}
CRAFTED, SHOWN, NOISE = "pgd-here", "pgd-from-tiny", "noise-0"
"""The runs of `attacked_pair`: made on the first model, shown to the second; noise is in both."""
N_STEPS = 6


def attacked_pair(folder: Path) -> tuple[Bundle, Bundle]:
    """`tiny`, on which a perturbation was made in six steps, and `other`, to which the same pictures were shown; noise
    of the same size in both, and counts over many pictures in `other` alone.
    """
    one, two = make_tiny_bundle(folder / "one.bundle"), make_other_bundle(folder / "two.bundle", attack=False)
    tiny, other = read_bundle(one), read_bundle(two)
    clean, attacked = (tiny.output(name, "002", "picture") for name in ("clean-0", ATTACKED_IDS[-1]))
    shares = np.arange(1, N_STEPS + 1, dtype=np.float32) / N_STEPS
    steps = [clean + share * (attacked - clean) for share in shares]
    add_attack(one, CRAFTED, "pgd", steps)
    own = other.output("clean-0", "002", "picture")
    add_attack(two, SHOWN, "pgd", [np.clip(own + step - clean, 0, 1) for step in steps])
    for path, picture in ((one, clean), (two, own)):
        add_attack(path, NOISE, "noise", [noisy(picture, float(np.abs(attacked - clean).max()))])
    changed_run(two, SHOWN, options={"crafted_on": "tiny"}, result=RATES)
    return read_bundle(one), read_bundle(two)


def noisy(picture: Array, size: float) -> Array:
    """The picture with even noise, one cell of which moves by the whole size."""
    noise = np.random.default_rng(0).uniform(-size, size, picture.shape).astype(np.float32)
    darkest = np.unravel_index(int(picture.argmin()), picture.shape)
    noise[darkest] = size
    return np.clip(picture + noise, 0, 1).astype(np.float32)


def changed_run(path: Path, run_id: str, **more: dict[str, Any]) -> Path:
    """`path`, in whose bundle a run has these entries more in its `options` and `result`."""
    with BundleWriter.append(path) as writer:
        manifest = read_bundle(writer.path).manifest
        runs = tuple(_changed(run, more) if run.id == run_id else run for run in manifest.runs)
        writer.commit(structs.replace(manifest, runs=runs))
    return path


def _changed(run: Run, more: dict[str, dict[str, Any]]) -> Run:
    return structs.replace(run, **{name: {**getattr(run, name), **entries} for name, entries in more.items()})
