"""What the window remembers until the next start: its geometry, its docks, and where each bundle was looked at from.

One JSON file in the platform's folder for settings, written whole or not at all.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from exporter.bundle.errors import KerascopeError
from viewer.cues import write_whole
from viewer.foreign import check_view
from viewer.state import Theme
from viewer.study import Language, Vantage

if TYPE_CHECKING:
    from exporter.bundle import Bundle

MEMORY_FILE = "window.json"
MOST_BUNDLES = 60


class Seen(Struct, frozen=True):
    """Where a bundle was looked at from; `digest` is that of its manifest then."""

    digest: str
    view: Vantage


class Memory(Struct, frozen=True):
    """`geometry` and `docks` are Qt's own, in base 64; `bundles` go by their path, the latest last."""

    geometry: str = ""
    docks: str = ""
    theme: Theme = "dark"
    language: Language = "en"
    bundles: dict[str, Seen] = {}

    def view_of(self, bundle: Bundle) -> Vantage | None:
        """Where this very bundle was looked at from; `None` where it was not, or is another one by now."""
        seen = self.bundles.get(_name(bundle))
        if seen is None or seen.digest != digest_of(bundle):
            return None
        try:
            check_view(seen.view, bundle.manifest)
        except KerascopeError:
            return None
        return seen.view

    def with_view(self, bundle: Bundle, view: Vantage) -> Memory:
        """The memory with this as the last view of the bundle; the bundles longest not seen are forgotten."""
        others = {name: seen for name, seen in self.bundles.items() if name != _name(bundle)}
        names = list(others)[-(MOST_BUNDLES - 1) :]
        bundles = {name: others[name] for name in names} | {_name(bundle): Seen(digest_of(bundle), view)}
        return replace(self, bundles=bundles, theme=view.theme, language=view.language)


def read_memory(folder: Path) -> Memory:
    """What was remembered in `folder`; nothing where there is no file.

    Raises
    ------
    KerascopeError
        There is a file, and it cannot be understood.
    """
    path = folder / MEMORY_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Memory)
    except FileNotFoundError:
        return Memory()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        remedy = "the window starts as if for the first time"
        raise KerascopeError("what the window remembered is damaged", got=error, remedy=remedy, path=path) from error


def write_memory(folder: Path, memory: Memory) -> None:
    """Remember it.

    Raises
    ------
    KerascopeError
        It cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / MEMORY_FILE, msgspec.json.format(msgspec.json.encode(memory), indent=1))
    except OSError as error:
        got = error.strerror or error
        raise KerascopeError("the window cannot remember", got=got, path=folder / MEMORY_FILE) from error


def digest_of(bundle: Bundle) -> str:
    """A fingerprint of the bundle's manifest; empty where it is gone."""
    try:
        return hashlib.sha256((bundle.path / "manifest.json").read_bytes()).hexdigest()
    except OSError:
        return ""


def _name(bundle: Bundle) -> str:
    return str(bundle.path.resolve())
