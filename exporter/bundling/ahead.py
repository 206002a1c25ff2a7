"""Compiling what bundles edges before it is needed, on a processor that has nothing to do meanwhile."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

COMMAND = sys.executable, "-c", "from exporter.bundling.bundle import compile_kernels; compile_kernels()"


@contextmanager
def compiled_meanwhile() -> Iterator[None]:
    """Compile in a process of its own while the block runs, so that a bundling after it finds everything on disk.

    Compiling takes 16 seconds of one processor, and a small network does not learn faster on two. Where numba is
    missing or nothing can be kept on disk this does nothing: the bundling itself compiles then, or says what is amiss.
    Nothing is left running when the block ends, and nothing is waited for where it fails.
    """
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(COMMAND, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        yield
    except BaseException:
        process.kill()
        raise
    finally:
        process.wait()
