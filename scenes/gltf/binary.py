"""The bytes of a GLB file.

`pygltflib` holds the model, but its own way to text copies it twice and takes a second for a deep net: the same
dataclasses are written by orjson here.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from pygltflib import GLTF2

MAGIC, VERSION, JSON_CHUNK, BINARY_CHUNK = b"glTF", 2, b"JSON", b"BIN\0"


def glb_bytes(model: GLTF2, content: bytes) -> bytes:
    """The file: header, the model as JSON, and `content`, whose length must be a multiple of four."""
    text = orjson.dumps(_plain(model))
    text += b" " * (-len(text) % 4)
    length = 12 + 8 + len(text) + 8 + len(content)
    header = MAGIC + struct.pack("<II", VERSION, length)
    return b"".join(
        (header, struct.pack("<I", len(text)), JSON_CHUNK, text, struct.pack("<I", len(content)), BINARY_CHUNK, content)
    )


def _plain(value: Any) -> Any:
    """What JSON can say of an object of the model: what is not set is left out, of extensions and extras nothing."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict) or not hasattr(value, "__dict__"):
        return value
    found = {}
    for name, each in vars(value).items():
        if each is None or each is False or name.startswith("_") or (not each and isinstance(each, (list, dict))):
            continue
        found[name] = _plain(each)
    return found
