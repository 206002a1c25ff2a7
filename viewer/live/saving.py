"""A drawing into the bundle that it was drawn for: its moments as inputs, and a run that says how it was made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from msgspec import structs

from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.free_names import free_input_ids, free_run_ids
from exporter.bundle.schema import Capture, Input, Run, TensorRef
from viewer.forward.node import Array
from viewer.live.moments import Moment, answered, asked_of, finer
from viewer.live.responder import Responder
from viewer.live.strokes import Stroke
from viewer.live.told_strokes import Sketch, strokes_text

METHOD = "strokes"
LABEL = "drawing"
_MOST_SCORES = 10_000
_IMAGE = "image"


def save_drawing(
    bundle_path: Path | str,
    strokes: tuple[Stroke, ...],
    moments: Sequence[Moment],
    *,
    background: Sequence[int] | None = None,
    label: str = LABEL,
    true_class: int | None = None,
    checkpoint_id: str | None = None,
) -> str:
    """The id of the run with a drawing that has been added to a bundle: a `drawn` input for each moment.

    Parameters
    ----------
    strokes : what was drawn.
    moments : in order; the last is the finished drawing. Outputs are stored as the bundle stores those of its inputs.
    background : the colour under the strokes, 0..255 per channel; `None`: it was a picture, the first moment's.
    label, true_class : what it is called, and which class it is meant to be.
    checkpoint_id : of the network that answered; `None`: the last one.

    Raises
    ------
    KerascopeError
        there is no moment, the bundle has no such checkpoint, or it cannot be written to; it is as it was then.
    """
    if not moments:
        raise KerascopeError("there is no drawing to save", expected="a moment of one", got="none")
    with BundleWriter.append(bundle_path) as writer:
        there = read_bundle(writer.path)
        manifest = there.manifest
        at = there.final_checkpoint.id if checkpoint_id is None else there.checkpoint(checkpoint_id).id
        ids = free_input_ids(manifest, len(moments))
        run_id = free_run_ids(manifest, LABEL, 1)[0]
        made = [_written(writer, there, id_, at, moment) for id_, moment in zip(ids, moments, strict=True)]
        captures = tuple(capture for _, capture in made)
        points = [moment.asked.points for moment in moments]
        inputs = _inputs(run_id, ids, [image for image, _ in made], points, label, true_class)
        runs = (*manifest.runs, _run(run_id, at, strokes, background, label, ids, captures[-1]))
        inputs, captures = (*manifest.inputs, *inputs), (*manifest.captures, *captures)
        writer.commit(structs.replace(manifest, inputs=inputs, captures=captures, runs=runs))
    return run_id


def save_sketch(bundle: Bundle, sketch: Sketch, responder: Responder, checkpoint_id: str | None = None) -> str:
    """The id of the run with a drawing from a file (`read_sketch`), answered by a responder and added to the bundle.

    Raises
    ------
    KerascopeError
        as `answered` and `save_drawing` do.
    """
    strokes = finer(sketch.strokes)
    moments = tuple(answered(responder, asked_of(bundle, strokes, sketch.background)))
    return save_drawing(
        bundle.path,
        strokes,
        moments,
        background=sketch.background,
        label=sketch.label or LABEL,
        true_class=sketch.true_class,
        checkpoint_id=checkpoint_id,
    )


def _inputs(
    run_id: str,
    ids: Sequence[str],
    images: Sequence[TensorRef],
    points: Sequence[int],
    label: str,
    true_class: int | None,
) -> tuple[Input, ...]:
    """The entries of the moments of a drawing, and last that of the finished one, of which they are."""
    *before, last = ids
    moments = (
        Input(
            id=id_,
            label=f"{label}, moment {place} of {len(ids)}",
            kind="drawn",
            image=image,
            parent=last,
            run=run_id,
            step=step,
        )
        for place, (id_, image, step) in enumerate(zip(before, images[:-1], points[:-1], strict=True), start=1)
    )
    finished = Input(
        id=last, label=label, kind="drawn", image=images[-1], true_class=true_class, run=run_id, step=points[-1]
    )
    return (*moments, finished)


def _written(writer: BundleWriter, bundle: Bundle, id_: str, at: str, moment: Moment) -> tuple[TensorRef, Capture]:
    """The picture and the entry of the capture of a moment, which have been written."""
    fed = bundle.manifest.model.inputs[0]
    outputs = {**moment.reply.outputs, fed: np.asarray(moment.asked.fed, np.float32)}
    stored = _stored(bundle, at, outputs, fed)
    key = _IMAGE if _IMAGE not in stored else f"{_IMAGE} (picture)"  # a layer may have any name
    refs = writer.write(f"inputs/{id_}.npz", {key: moment.asked.picture, **stored})
    image = refs.pop(key)
    scores = tuple(float(score) if np.isfinite(score) else None for score in moment.reply.scores)
    scores = scores if len(scores) <= _MOST_SCORES else ()
    is_choice = len(scores) > 1 and None not in scores
    predicted = int(np.argmax(moment.reply.scores)) if is_choice else None
    return image, Capture(input=id_, checkpoint=at, outputs=refs, scores=scores, predicted=predicted)


def _stored(bundle: Bundle, at: str, outputs: dict[str, Array], fed: str) -> dict[str, Array]:
    """Of all outputs those that the bundle keeps of its inputs, in the dtype in which it does; all, where it has none.

    What was fed is kept exactly.
    """
    like = next(iter(bundle.captures_at(at)), None)
    if like is None:
        return outputs
    kept = {name: outputs[name] for name in like.outputs if name in outputs}
    with np.errstate(over="ignore"):  # too large for float16: infinite, as the exporter has it
        return {
            name: values if name == fed or values.dtype.kind != "f" else values.astype(like.outputs[name].dtype)
            for name, values in kept.items()
        }


def _run(
    run_id: str,
    at: str,
    strokes: tuple[Stroke, ...],
    background: Sequence[int] | None,
    label: str,
    ids: Sequence[str],
    finished: Capture,
) -> Run:
    ground = None if background is None else [int(part) for part in background]
    return Run(
        id=run_id,
        kind="drawing",
        method=METHOD,
        checkpoint=at,
        options={"strokes": strokes_text(strokes), "background": msgspec.json.encode(ground).decode(), "label": label},
        result={
            "predicted": finished.predicted,
            "points": sum(len(stroke.points) for stroke in strokes),
            "kept": len(ids),
        },
        inputs=tuple(ids),
    )
