"""An attack added to a bundle: what it starts from, what is kept of it, and the entries it makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from exporter.attacks import AttackError, AttackResult, AttackStep
from exporter.backend import keras
from exporter.bounds import kept_like
from exporter.bundle import Bundle, BundleError, BundleWriter
from exporter.bundle.schema import Capture, Input, Run
from exporter.bundle.tensors import tensor_bytes
from exporter.capture import LayerOutputs
from exporter.inputs import picture_from_fed
from exporter.writing import Capturing, Shown, Warn, number, write_captures

KEPT_BYTES = 2**30
"""How much the captures of one run may take where the user does not say how many steps to keep."""


def chosen_input(bundle: Bundle, checkpoint: str, input_id: str | None) -> Input:
    """The clean input to attack: the one asked for, or the first that is classified right, or the first.

    The last holds where no true class is known.

    Raises
    ------
    BundleError
        no such input, one that is not clean, or none that was captured at this checkpoint.
    """
    captured = {capture.input: capture for capture in bundle.captures_at(checkpoint)}
    if input_id is not None:
        asked = bundle.input(input_id)
        if asked.kind != "clean" or asked.id not in captured:
            got = f"{asked.kind} input {input_id!r}"
            raise BundleError(
                "the input cannot be attacked",
                expected="a clean input captured at this checkpoint",
                got=got,
                path=bundle.path,
            )
        return asked
    clean = [each for each in bundle.manifest.inputs if each.kind == "clean" and each.id in captured]
    right = [each for each in clean if each.true_class is not None and captured[each.id].predicted == each.true_class]
    if not clean:
        raise BundleError("the bundle has no input to attack", expected="a clean input", path=bundle.path)
    if any(each.true_class is not None for each in clean) and not right:
        raise BundleError("no input is classified right", remedy="choose one with --input ID", path=bundle.path)
    return (right or clean)[0]


def kept_steps(result: AttackResult, keep: int | str | None, bytes_per_step: int, warn: Warn) -> list[AttackStep]:
    """The steps to keep: evenly chosen, the first and the last always among them (of one, the last).

    `keep` is how many, or `all`; `None`: all, or as many as stay below `KEPT_BYTES`, and then it is said.
    """
    steps = result.steps
    if keep == "all":
        return list(steps)
    if keep is not None and (isinstance(keep, str) or keep < 1):
        raise AttackError("so many steps cannot be kept", expected="'all' or a number above 0", got=keep)
    most = max(2, KEPT_BYTES // max(1, bytes_per_step)) if keep is None else int(keep)
    if keep is None and most < len(steps):
        warn(f"kept {most} of the {len(steps)} steps, since all would take {len(steps) * bytes_per_step / 1e9:.1f} GB")
    places = np.linspace(len(steps) - 1, 0, min(most, len(steps))).round().astype(int)
    return [steps[place] for place in sorted(set(places.tolist()))]


def step_bytes(bundle: Bundle, input_id: str, checkpoint: str) -> int:
    """How many bytes a step of an attack on this input takes in the bundle: as many as the input itself."""
    capture, image = bundle.capture(input_id, checkpoint), bundle.input(input_id).image
    refs = (*capture.outputs.values(), *(() if image is None else (image,)))
    return sum(map(tensor_bytes, refs))


def next_ids(bundle: Bundle, count: int) -> list[str]:
    """Ids for new inputs, after all that are there."""
    taken = {each.id for each in bundle.manifest.inputs}
    free = (number(place) for place in range(len(taken), len(taken) + count + len(taken)))
    return [id_ for id_ in free if id_ not in taken][:count]


def next_run_id(bundle: Bundle, method: str) -> str:
    """An id for a new run: the method and a number."""
    taken = {run.id for run in bundle.manifest.runs}
    return next(id_ for id_ in (f"{method}-{nth}" for nth in range(len(taken) + 1)) if id_ not in taken)


def write_attacked(
    writer: BundleWriter,
    bundle: Bundle,
    model: keras.Model,
    run_id: str,
    parent: Input,
    checkpoint: str,
    steps: Sequence[AttackStep],
) -> tuple[list[Input], list[Capture]]:
    """The entries of the attacked inputs and of their captures, which have been written.

    Of each the same outputs are kept as of the parent.
    """
    ids = next_ids(bundle, len(steps))
    picture = bundle.image(parent.id)
    preprocessing = bundle.manifest.preprocessing

    def shown() -> Iterator[Shown]:
        for id_, step in zip(ids, steps, strict=True):
            image = None if picture is None else picture_from_fed(step.x, picture, preprocessing)
            yield Shown(id_, (step.x,), image)

    kept, dtype = kept_like(bundle, parent.id, checkpoint), stored_dtype(bundle, parent.id, checkpoint)
    capturing = Capturing(checkpoint, kept, dtype, "inputs/{}.npz".format, passing={})
    made = list(write_captures(writer, LayerOutputs(model), shown(), capturing))
    inputs = [
        Input(
            id=id_,
            label=f"{parent.label} + {step.epsilon:.4g}",
            kind="attacked",
            image=image,
            true_class=parent.true_class,
            parent=parent.id,
            run=run_id,
            step=step.number,
            epsilon=step.epsilon,
        )
        for id_, step, (_, image) in zip(ids, steps, made, strict=True)
    ]
    return inputs, [capture for capture, _ in made]


def stored_dtype(bundle: Bundle, input_id: str, checkpoint: str) -> str:
    """How the bundle stores floating-point outputs: `float16`, or `float32`."""
    fed = set(bundle.manifest.model.inputs)
    outputs = bundle.capture(input_id, checkpoint).outputs
    return "float16" if any(ref.dtype == "float16" for name, ref in outputs.items() if name not in fed) else "float32"


def run_entry(
    run_id: str,
    method: str,
    checkpoint: str,
    parent: str,
    result: AttackResult,
    kept: Sequence[AttackStep],
    inputs: Sequence[Input],
) -> Run:
    """The entry of the run."""
    last = result.steps[-1]
    return Run(
        id=run_id,
        kind="attack",
        method=method,
        checkpoint=checkpoint,
        options={**result.options, "keep": len(kept)},
        result={
            "success": result.success,
            "original": result.original,
            "predicted": last.predicted,
            "epsilon": last.epsilon,
            "steps": len(result.steps),
            "kept": len(kept),
            **result.details,
        },
        parent=parent,
        inputs=tuple(each.id for each in inputs),
    )
