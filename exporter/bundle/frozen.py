"""What every object of a manifest is made of: frozen records, and references to arrays."""

from __future__ import annotations

from msgspec import Struct


class Frozen(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An immutable record that refuses unknown fields."""


class TensorRef(Frozen, frozen=True, gc=False):  # nothing in it can refer back, and there may be millions
    """Where one array lies: `key` inside the `.npz` at `file` (relative, POSIX), its shape and numpy dtype name."""

    file: str
    key: str
    shape: tuple[int, ...]
    dtype: str
