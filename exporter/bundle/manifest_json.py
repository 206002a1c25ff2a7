"""A manifest as the text of `manifest.json`, and back."""

from __future__ import annotations

from pathlib import Path

import msgspec

from exporter.bundle.errors import BundleError
from exporter.bundle.schema import FORMAT_NAME, FORMAT_VERSION, Manifest

MANIFEST_FILE = "manifest.json"


class _Heading(msgspec.Struct):
    """The two fields that every version has; they tell a newer version from a broken one."""

    format: str
    version: int


_HEADING = msgspec.json.Decoder(_Heading)
_MANIFEST = msgspec.json.Decoder(Manifest)


def encode_manifest(manifest: Manifest) -> bytes:
    """The UTF-8 text of a manifest: sorted keys, indent of two, newline at the end; equal for equal manifests."""
    return msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=2) + b"\n"


def decode_manifest(text: bytes, path: Path) -> Manifest:
    """The manifest of a text. Only its form is checked here, not what it refers to.

    Raises
    ------
    BundleError
        invalid JSON, another format, a newer version, a missing, unknown or mistyped field.
    """
    try:
        return _decoded(text, path)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        remedy = "the file is damaged or was edited; export the bundle again"
        is_json = isinstance(error, msgspec.ValidationError)
        what = f"the manifest is not of format {FORMAT_VERSION}" if is_json else "the manifest is not JSON"
        raise BundleError(what, got=error, remedy=remedy, path=path) from error


def _decoded(text: bytes, path: Path) -> Manifest:
    try:
        return _MANIFEST.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        _check_heading(_HEADING.decode(text), path)
        raise


def _check_heading(heading: _Heading, path: Path) -> None:
    if heading.format != FORMAT_NAME:
        raise BundleError(
            "not a Kerascope bundle",
            expected=f"format {FORMAT_NAME!r}",
            got=repr(heading.format),
            remedy="pass a folder that `kerascope export` wrote",
            path=path,
        )
    if heading.version > FORMAT_VERSION:
        raise BundleError(
            "the bundle is newer than this Kerascope",
            expected=f"format version {FORMAT_VERSION}, the one this Kerascope reads",
            got=f"version {heading.version}",
            remedy="update Kerascope",
            path=path,
        )
    if heading.version < FORMAT_VERSION:
        raise BundleError(
            "the bundle's format version does not exist", expected=FORMAT_VERSION, got=heading.version, path=path
        )
