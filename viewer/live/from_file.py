"""A drawing from a file of strokes into a bundle, without a window."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from exporter.bundle import read_bundle
from viewer.live.by_numpy import NumpyResponder
from viewer.live.by_worker import WorkerResponder
from viewer.live.saving import save_sketch
from viewer.live.told_strokes import read_sketch

if TYPE_CHECKING:
    from viewer.live.responder import Responder


def draw_into(
    bundle_path: Path | str, strokes_path: Path | str, *, model: str | None = None, checkpoint_id: str | None = None
) -> str:
    """The id of the run with the drawing of a JSON file (`viewer.live.told_strokes.Sketch`), added to a bundle.

    Parameters
    ----------
    model : what answers: a model as `kerascope export` takes it, in a process of its own; `None`: numpy, from the
        bundle.
    checkpoint_id : with which weights; `None`: the last.

    Raises
    ------
    KerascopeError
        what is in the file is no drawing, nobody answers, or the bundle cannot be written to; it is as it was then.
    """
    sketch, bundle = read_sketch(strokes_path), read_bundle(bundle_path)
    responder: Responder = (
        NumpyResponder(bundle, checkpoint_id) if model is None else WorkerResponder(bundle, model, checkpoint_id)
    )
    with closing(responder):
        return save_sketch(bundle, sketch, responder, checkpoint_id)
