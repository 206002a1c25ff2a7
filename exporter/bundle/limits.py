"""How much a reader is willing to take in from a bundle that somebody else made."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 2**20
GIB = 2**30


@dataclass(frozen=True)
class Limits:
    """The largest sizes that are read; each is compared with what is declared before anything is allocated.

    Attributes
    ----------
    manifest_bytes : size of `manifest.json`.
    tensor_bytes : size of one tensor's values, as declared.
    files : how many different files the manifest may name.
    total_bytes : sum of the sizes of all tensors that the manifest declares.
    """

    manifest_bytes: int = 256 * MIB
    tensor_bytes: int = 2 * GIB
    files: int = 1_000_000
    total_bytes: int = 1024 * GIB
