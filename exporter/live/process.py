"""What every process that holds a model for a window does around its work."""

from __future__ import annotations

import contextlib
import importlib
import signal
from pathlib import Path

from exporter.bundle.errors import KerascopeError
from exporter.lean import claim_process
from exporter.live.pipe import Pipe

_OFFERED = "500"


def _offered_first() -> None:
    """Where memory runs out, Linux ends this process and not the window."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OFFERED, encoding="ascii")


def work(module: str) -> None:
    """Do what `serve(pipe)` of a module does, and say so where it cannot: TensorFlow is imported with that module, when
    somebody can be told that it is missing.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is meant for the window, which ends this then
    _offered_first()
    claim_process(module)
    pipe = Pipe()
    try:
        serve = importlib.import_module(module).serve
        serve(pipe)
    except KerascopeError as error:
        pipe.say(cannot=str(error))
    except MemoryError as error:
        pipe.say(memory=str(error) or type(error).__name__)
