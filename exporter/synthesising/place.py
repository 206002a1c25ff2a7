"""Where images go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from exporter.attacking.pictures import Pictures
from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.synthesis.contract import SynthesisError


@dataclass(frozen=True)
class Place:
    """Where images go: into a new bundle, or one that is there (`bundle`), and beside it as PNG files."""

    path: Path
    bundle: Bundle | None
    pictures: Pictures | None
    overwrite: bool

    def writer(self) -> BundleWriter:
        """What writes there."""
        if self.bundle is not None:
            return BundleWriter.append(self.path)
        return BundleWriter.create(self.path, overwrite=self.overwrite)


def place_of(out: Path | str | None, into: Path | str | None, pictures: Pictures | None, *, overwrite: bool) -> Place:
    """Where images go. Raises `KerascopeError` where that is nowhere, or where something is in the way."""
    if out is not None and into is None:
        BundleWriter.check_place(out, overwrite=overwrite)
        return Place(Path(out), None, pictures, overwrite)
    if into is not None and out is None:
        return Place(Path(into), read_bundle(into), pictures, overwrite)
    got = "neither" if out is None else "both"
    raise SynthesisError("it is not clear where the images go", expected="either --out or --into", got=got)
