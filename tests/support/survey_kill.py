"""A survey in a process of its own that ends itself the hard way: `survey_kill.py MODEL INPUTS OUT WHEN`.

WHEN is `shards:N`, when N shards are on the disk and the next is half written, or `rows:N`, when N arrays of the bundle
are written and the next is half written.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from exporter.bundle import npz_write
from exporter.surveying import folder
from exporter.surveying.survey import survey_asked


def _end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at_shard(after: int) -> None:
    """The next shard after so many is half written to its temporary name."""
    written: list[Path] = []
    write = folder.write_file  # type: ignore[attr-defined]

    def watched(path: Path, content: bytes) -> None:
        if path.suffix == ".npz":
            if len(written) == after:
                path.with_name(f".{path.name}.tmp").write_bytes(content[: len(content) // 2])
                _end()
            written.append(path)
        write(path, content)

    folder.write_file = watched  # type: ignore[attr-defined]


def kill_at_array(after: int) -> None:
    """The next array of the bundle after so many is begun."""
    begun: list[str] = []
    add_rows = npz_write.NpzWriter.add_rows

    def watched(self: Any, key: str, *what: Any) -> Any:
        begun.append(key)
        if len(begun) > after:
            _end()
        return add_rows(self, key, *what)

    npz_write.NpzWriter.add_rows = watched  # type: ignore[method-assign, assignment]


def main(model: str, inputs: str, out: str, when: str) -> None:
    """Survey, and be killed."""
    what, _, after = when.partition(":")
    {"shards": kill_at_shard, "rows": kill_at_array}[what](int(after))
    survey_asked(model, inputs, out=out, scale=1.0, shard=8)


if __name__ == "__main__":
    main(*sys.argv[1:])
