"""`python -m exporter.live`: for a window to start, not for people."""

from __future__ import annotations

import contextlib
import importlib
import signal
from pathlib import Path

from exporter.bundle.errors import KerascopeError
from exporter.live.pipe import Pipe

_OFFERED = "500"


def _offered_first() -> None:
    """Where memory runs out, Linux ends this process and not the window."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OFFERED, encoding="ascii")


def main() -> None:
    """Answer for a model; see `exporter.live`. TensorFlow is imported when somebody can be told that it is missing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is meant for the window, which ends this then
    _offered_first()
    pipe = Pipe()
    try:
        serve = importlib.import_module("exporter.live.serve").serve
        serve(pipe)
    except KerascopeError as error:
        pipe.say(cannot=str(error))
    except MemoryError as error:
        pipe.say(memory=str(error) or type(error).__name__)


if __name__ == "__main__":
    main()
