"""An export or an attack in a process of its own, which ends itself the hard way before a certain tensor is written.

All of them are forked from one process that has imported TensorFlow and done nothing yet: starting it takes longer than
what they do.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.context import ForkServerProcess
from pathlib import Path

NEVER = 99_999


def begin(what: str, out: Path, model: Path, after: int = NEVER) -> ForkServerProcess:
    """A process that exports or attacks and is killed when the next tensor after so many is about to be written."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["exporter.pipeline"])
    process = context.Process(target=_work, args=(what, str(out), str(model), after))
    process.start()
    return process


def _work(what: str, out: str, model: str, after: int) -> None:
    from exporter.bundle.npz_write import NpzWriter
    from exporter.pipeline import attack_bundle, export_model

    added, tensors = NpzWriter.add, []

    def counted(self: NpzWriter, key: str, array: object) -> object:
        tensors.append(key)
        if len(tensors) > after:
            os.kill(os.getpid(), signal.SIGKILL)
        return added(self, key, array)

    NpzWriter.add = counted
    if what == "export":
        export_model(model, "mnist:3", out, untrained=True, layers="conv*,dense", channels=4, overwrite=True)
    else:
        attack_bundle(out, model, "fgsm", keep=6)
