"""The entries of attacks in a bundle's manifest: ids, inputs and runs."""

from __future__ import annotations

from collections.abc import Sequence

from exporter.attacks import AttackResult, AttackStep
from exporter.attacks.contract import OptionValue
from exporter.bundle import Bundle
from exporter.bundle.free_names import free_input_ids, free_run_ids
from exporter.bundle.schema import Input, Run, TensorRef


def next_ids(bundle: Bundle, count: int) -> list[str]:
    """Ids for new inputs, after all that are there."""
    return free_input_ids(bundle.manifest, count)


def next_run_ids(bundle: Bundle, method: str, count: int) -> list[str]:
    """Ids for new runs: the method and a number."""
    return free_run_ids(bundle.manifest, method, count)


def input_entry(id_: str, parent: Input, run_id: str, step: AttackStep, image: TensorRef | None) -> Input:
    """The entry of an attacked input."""
    return Input(
        id=id_,
        label=f"{parent.label} + {step.epsilon * 255:.3g}/255" if image else f"{parent.label} + {step.epsilon:.4g}",
        kind="attacked",
        image=image,
        true_class=parent.true_class,
        parent=parent.id,
        run=run_id,
        step=step.number,
        epsilon=step.epsilon,
    )


def run_entry(
    run_id: str,
    method: str,
    checkpoint: str,
    parent: str,
    result: AttackResult,
    inputs: Sequence[Input],
    options: dict[str, OptionValue],
    more: dict[str, OptionValue],
) -> Run:
    """The entry of the run: its options and how it ended; `more` is what else is known of that."""
    return Run(
        id=run_id,
        kind="attack",
        method=method,
        checkpoint=checkpoint,
        options={**options, "keep": len(inputs)},
        result={
            "success": result.success,
            "original": result.original,
            "predicted": result.last.predicted,
            "epsilon": result.last.epsilon,
            "linf": result.linf,
            "l2": result.l2,
            "steps": result.tried,
            "kept": len(inputs),
            **result.details,
            **more,
        },
        parent=parent,
        inputs=tuple(each.id for each in inputs),
    )


def stored_dtype(bundle: Bundle, input_id: str, checkpoint: str) -> str:
    """How the bundle stores floating-point outputs: `float16`, or `float32`."""
    fed = set(bundle.manifest.model.inputs)
    outputs = bundle.capture(input_id, checkpoint).outputs
    return "float16" if any(ref.dtype == "float16" for name, ref in outputs.items() if name not in fed) else "float32"
