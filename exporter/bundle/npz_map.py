"""A large array of a `.npz` file that stays on disk: what is looked at is read, the rest never is."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from exporter.bundle.npz_read import checked_member
from exporter.bundle.schema import TensorRef
from exporter.bundle.tensors import DTYPES, tensor_bytes

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LOCAL_MAGIC = b"PK\x03\x04"


def map_tensor(archive: zipfile.ZipFile, ref: TensorRef, path: Path) -> np.ndarray[Any, Any] | None:
    """The array that `ref` names, read-only and mapped from the file; `None` where its entry is compressed.

    Everything that `read_tensor` compares with `ref` is compared here too, but for the checksum, which would read the
    whole array: a file that is too short is refused, values that have rotted are for `validate_bundle` to find.

    Raises
    ------
    BundleError
        as `read_tensor`.
    """
    with checked_member(archive, ref, path) as (_, header_bytes):
        entry = archive.getinfo(f"{ref.key}.npy")
        if entry.compress_type != zipfile.ZIP_STORED:
            return None
        with path.open("rb") as stream:
            stream.seek(entry.header_offset)
            magic, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
            start = entry.header_offset + _LOCAL_HEADER.size + name_bytes + extra_bytes + header_bytes
            if magic != _LOCAL_MAGIC or start + tensor_bytes(ref) > path.stat().st_size:
                raise EOFError("the values end too early")
            return np.asarray(np.memmap(stream, DTYPES[ref.dtype], "r", start, ref.shape))
