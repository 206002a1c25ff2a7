"""The bytes of a bundle: what is written today must be what was written yesterday."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from plain_bundle import names_in, write_plain
from tiny_bundle import make_tiny_bundle

from exporter.bundle import BundleWriter, read_bundle
from exporter.bundle.npz_write import Storable

MANIFEST = """\
{
  "captures": [],
  "checkpoints": [
    {
      "epoch": null,
      "id": "000",
      "label": "start",
      "metrics": {},
      "step": null,
      "weights": {
        "a/bias": {
          "dtype": "float64",
          "file": "weights/000.npz",
          "key": "bias",
          "shape": []
        },
        "a/kernel": {
          "dtype": "int16",
          "file": "weights/000.npz",
          "key": "kernel",
          "shape": [
            2,
            1
          ]
        }
      }
    }
  ],
  "derived": [],
  "edges": [],
  "embeddings": [],
  "format": "kerascope-bundle",
  "groups": [],
  "inputs": [],
  "layers": [
    {
      "activation": null,
      "class_name": "Dense",
      "dilation": null,
      "filters": null,
      "groups": null,
      "kernel_size": null,
      "kind": "dense",
      "mode": null,
      "name": "a",
      "outputs": [
        {
          "dtype": "float32",
          "name": null,
          "shape": [
            2
          ],
          "stored_channels": null
        }
      ],
      "padding": null,
      "parameters": 0,
      "pool_size": null,
      "rate": null,
      "settings": {},
      "shares_weights_with": null,
      "strides": null,
      "units": null,
      "value": "value",
      "variables": [
        "bias",
        "kernel"
      ]
    }
  ],
  "model": {
    "class_name": "Sequential",
    "class_names": [],
    "inputs": [
      "a"
    ],
    "name": "m",
    "outputs": [
      "a"
    ],
    "parameters": 0
  },
  "neighbours": [],
  "overlays": [],
  "preprocessing": {
    "colour_order": "rgb",
    "high": 255.0,
    "low": 0.0,
    "mean": [],
    "scale": 1.0,
    "std": []
  },
  "producer": {
    "backend": "numpy",
    "keras": "none",
    "name": "test",
    "version": "0"
  },
  "runs": [],
  "sculptures": [],
  "surveys": [],
  "version": 1
}
"""

ARRAYS: dict[str, Storable] = {"kernel": np.array([[1], [-2]], ">i2"), "bias": np.float64(1.5)}


def npy(descr: str, shape: str, values: bytes) -> bytes:
    """A `.npy` file by the table in SPEC.md; NumPy rounds the header up to 64 bytes."""
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") + text.ljust(117) + b"\n" + values


def zip_of(entries: dict[str, bytes]) -> bytes:
    """A ZIP file by its specification (APPNOTE 4.3): stored entries of 1980-01-01, made on Unix, rights 0644."""
    data, directory = b"", b""
    for name, content in entries.items():
        sizes = struct.pack("<III", zlib.crc32(content), len(content), len(content))
        head = struct.pack("<HHHHH", 20, 0, 0, 0, 0x21) + sizes + struct.pack("<HH", len(name), 0)
        directory += b"PK\x01\x02" + struct.pack("<BB", 20, 3) + head
        directory += struct.pack("<HHHII", 0, 0, 0, 0o644 << 16, len(data)) + name.encode()
        data += b"PK\x03\x04" + head + name.encode() + content
    count = len(entries)
    return data + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(data), 0)


def test_the_bytes_of_a_small_bundle_are_those_of_the_specification(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "golden.bundle", ARRAYS)
    bias = npy("<f8", "()", struct.pack("<d", 1.5))
    kernel = npy("<i2", "(2, 1)", struct.pack("<hh", 1, -2))
    assert (path / "weights/000.npz").read_bytes() == zip_of({"bias.npy": bias, "kernel.npy": kernel})
    assert (path / "manifest.json").read_text() == MANIFEST
    assert names_in(path) == ["manifest.json", "weights", "weights/000.npz"]


@pytest.mark.parametrize("compress", [False, True])
def test_the_same_arrays_give_the_same_bytes_in_any_order(tmp_path: Path, compress: bool) -> None:
    one = write_plain(tmp_path / "1.bundle", ARRAYS, compress=compress)
    other = write_plain(tmp_path / "2.bundle", dict(reversed(ARRAYS.items())), compress=compress)
    assert (one / "weights/000.npz").read_bytes() == (other / "weights/000.npz").read_bytes()


def test_the_same_bundle_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = (make_tiny_bundle(tmp_path / name) for name in ("1.bundle", "2.bundle"))
    assert names_in(one) == names_in(other)
    for name in names_in(one):
        assert (one / name).is_dir() or (one / name).read_bytes() == (other / name).read_bytes(), name


def test_streaming_writes_what_writing_at_once_does(tmp_path: Path) -> None:
    with BundleWriter.create(tmp_path / "x.bundle") as writer:
        at_once = writer.write("a.npz", ARRAYS)
        with writer.open("b.npz") as stream:
            streamed = {key: stream.add(key, ARRAYS[key]) for key in sorted(ARRAYS)}
        folder = writer._folder
        assert (folder / "a.npz").read_bytes() == (folder / "b.npz").read_bytes()
    assert {key: (ref.shape, ref.dtype) for key, ref in at_once.items()} == {
        key: (ref.shape, ref.dtype) for key, ref in streamed.items()
    }


def test_numpy_itself_can_read_the_files(tmp_path: Path) -> None:
    path = make_tiny_bundle(tmp_path / "x.bundle")
    bundle = read_bundle(path)
    ref = bundle.manifest.checkpoints[0].weights["conv/kernel"]
    with np.load(path / ref.file) as file:
        np.testing.assert_array_equal(file[ref.key], bundle.load(ref))
