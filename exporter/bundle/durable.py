"""Files and folders that are there whole or not at all, whenever the process is killed."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

if sys.platform != "win32":
    import fcntl

from exporter.bundle.errors import BundleError, KerascopeError

_HERE = -100  # AT_FDCWD: a relative path means what it always means
_EXCHANGE = 2  # RENAME_EXCHANGE on Linux and RENAME_SWAP on macOS


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """A block in which an `OSError` becomes one clear line about `path`."""
    try:
        yield
    except OSError as error:
        remedy = {
            errno.ENOSPC: "free some space or choose another place",
            errno.EDQUOT: "free some space or choose another place",
            errno.EFBIG: "choose a place that takes larger files",
        }.get(error.errno or 0, "choose a place that can be written to")
        got = error.strerror or error
        raise KerascopeError("the bundle could not be written", got=got, remedy=remedy, path=path) from error


def sync_file(stream: IO[bytes]) -> None:
    """See that what was written reaches the disk."""
    stream.flush()
    os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """See that the names in a folder reach the disk, where the system can."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_file(path: Path, content: bytes) -> None:
    """A file with this content, whole: readers see the earlier one or this one, never half of it."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.unlink(missing_ok=True)  # left by a killed process, or a link that somebody laid
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            sync_file(stream)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


class FolderLock:
    """Held by the one process that may write in a folder; the system frees it when the process ends, however it ends.

    Where the system has no such locks (Windows) nothing is locked.
    """

    def __init__(self, folder: Path) -> None:
        self._handle: int | None = None
        if sys.platform != "win32":
            self._handle = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                self.release()
                if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                    return  # a file system without locks
                remedy = "wait until it is done"
                raise BundleError("another process is writing to the bundle", remedy=remedy, path=folder) from error

    def release(self) -> None:
        """Free the folder. Releasing twice is harmless."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def temporary_sibling(path: Path) -> Path:
    """A new, empty, hidden folder beside `path` that says which process owns it: `.NAME.tmp-PID-RANDOM`."""
    folder = _sibling_name(path, "tmp")
    folder.mkdir()
    return folder


def _sibling_name(path: Path, purpose: str) -> Path:
    return path.with_name(f".{path.name}.{purpose}-{os.getpid()}-{secrets.token_hex(4)}")


def recover(path: Path) -> None:
    """Clear up what killed processes left beside `path`: folders set aside get their name back, temporary ones go.

    Only what is stale is touched: its process is gone and nobody holds its lock. The lock tells where process numbers
    do not: on a disk that several machines share.
    """
    pattern = re.compile(re.escape(f".{path.name}.") + r"(tmp|old)-(\d+)-[0-9a-f]{8}")
    for folder in sorted(path.parent.iterdir()) if path.parent.is_dir() else ():
        match = pattern.fullmatch(folder.name)
        if not match or folder.is_symlink() or _is_alive(int(match[2])) or not _is_unlocked(folder):
            continue
        if match[1] == "old" and not os.path.lexists(path):
            folder.rename(path)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # asking would need more than the standard library has: nothing counts as stale
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _is_unlocked(folder: Path) -> bool:
    try:
        FolderLock(folder).release()
    except (BundleError, OSError):
        return False
    return True


def replace_folder(old: Path, new: Path) -> None:
    """Put the folder `new` in the place of the folder `old`, and remove the old one.

    The place is never empty where the system can exchange names in one step (Linux, macOS). Elsewhere the old folder is
    set aside first, and set back if the second step fails, or by `recover` after a kill.
    """
    aside = new
    if not _exchange_names(new, old):
        aside = _sibling_name(old, "old")
        old.rename(aside)
        try:
            new.rename(old)
        except OSError:
            aside.rename(old)
            raise
    shutil.rmtree(aside, ignore_errors=True)


def _exchange_names(new: Path, old: Path) -> bool:
    """Whether the system exchanged the names in one step; if not, nothing has changed."""
    names = os.fsencode(new), os.fsencode(old)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            return bool(libc.renamex_np(*names, _EXCHANGE) == 0)
        return bool(libc.renameat2(_HERE, names[0], _HERE, names[1], _EXCHANGE) == 0)
    except (AttributeError, OSError, TypeError):
        return False
