"""Ids that nothing in a bundle has yet."""

from __future__ import annotations

from exporter.bundle.schema import Manifest
from exporter.bundle.tensors import manifest_files


def free_input_ids(manifest: Manifest, count: int) -> list[str]:
    """Ids for new inputs: numbers of three digits or more, after all that are there."""
    taken = {each.id for each in manifest.inputs}
    free = (f"{place:03d}" for place in range(len(taken), 2 * len(taken) + count))
    return [id_ for id_ in free if id_ not in taken][:count]


def free_run_ids(manifest: Manifest, method: str, count: int) -> list[str]:
    """Ids for new runs: the method and a number."""
    taken = {run.id for run in manifest.runs}
    free = (f"{method}-{nth}" for nth in range(len(taken) + count))
    return [id_ for id_ in free if id_ not in taken][:count]


def free_derived_file(manifest: Manifest, stem: str) -> str:
    """A name for a file of derived arrays that no file of the manifest has: the stem and a number."""
    taken = manifest_files(manifest)
    names = (f"derived/{stem}-{number:03d}.npz" for number in range(len(taken) + 1))
    return next(name for name in names if name not in taken)
