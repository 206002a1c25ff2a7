"""A manifest as the text of `manifest.json`, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import fields, replace

from exporter.bundle.captures import pack_captures
from exporter.bundle.errors import BundleError
from exporter.bundle.schema import FORMAT_NAME, FORMAT_VERSION, Manifest


class _Heading(msgspec.Struct):
    """The two fields that every version has; they tell a newer version from a broken one."""

    format: str
    version: int


def _outline() -> Any:
    """The class of a manifest whose captures are left as text."""
    members = [
        (field.name, field.type, *(() if field.required else (field.default,)))
        for field in fields(Manifest)
        if field.name != "captures"
    ]
    rest = [("captures", msgspec.Raw, msgspec.Raw(b"[]"))]
    return msgspec.defstruct("Outline", [*members, *rest], kw_only=True, forbid_unknown_fields=True)


_HEADING = msgspec.json.Decoder(_Heading)
_OUTLINE = msgspec.json.Decoder(_outline())
_NO_CAPTURES = b'\n  "captures": [],\n'


def encode_manifest(manifest: Manifest) -> bytes:
    """The UTF-8 text of a manifest: sorted keys, indent of two, newline at the end; equal for equal manifests.

    Each capture has a line of its own, without spaces: there may be very many.
    """
    outline = msgspec.json.encode(replace(manifest, captures=()), order="sorted")
    text = msgspec.json.format(outline, indent=2) + b"\n"
    lines = [b"    " + msgspec.json.encode(capture, order="sorted") for capture in manifest.captures]
    filled = b'\n  "captures": [\n' + b",\n".join(lines) + b"\n  ],\n"
    return text.replace(_NO_CAPTURES, filled, 1) if lines else text


def decode_manifest(text: bytes, path: Path) -> Manifest:
    """The manifest of a text. Only its form is checked here, not what it refers to, and not that of its captures.

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
        outline = _OUTLINE.decode(text)
        members = {field.name: getattr(outline, field.name) for field in fields(Manifest)}
        return Manifest(**members | {"captures": pack_captures(outline.captures, path)})
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
