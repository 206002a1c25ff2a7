"""The commands that make bundles and look into them. Each takes what was asked for and prints what came of it; what it
needs is imported when it is asked for.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from exporter.arguments import IMAGES
from exporter.bundle import read_bundle, validate_bundle


def export(args: argparse.Namespace) -> None:
    """`kerascope export`: the path of a new bundle of a model, or of a file of nn_vis."""
    from exporter.bundle.errors import KerascopeError
    from exporter.interchange.nn_vis.open import is_nn_vis_file, open_nn_vis
    from exporter.progress import progress_bars

    if is_nn_vis_file(args.model):
        print(open_nn_vis(args.model, args.out, overwrite=args.overwrite, progress=progress_bars(), warn=_say))
        return
    if not args.inputs:
        what, remedy = "there is nothing to run through the model", "pass --inputs IMAGES"
        raise KerascopeError(what, expected=IMAGES, remedy=remedy)
    from exporter.pipeline import export_model

    names = ("inputs", "out", "overwrite", "labels", "untrained", "seed", "scale", "mean", "std", "imports", "unsafe")
    bounds = ("layers", "channels", "dtype", "weights")
    options = {name: getattr(args, name) for name in (*names, *bounds)}
    choices = {"checkpoints": args.checkpoint, "colour_order": args.color_order, "progress": progress_bars()}
    print(export_model(args.model, **options, **choices, tell=_say))


def attack(args: argparse.Namespace) -> None:
    """`kerascope attack`: the id of the run that was added."""
    from exporter.attacking import attack_bundle
    from exporter.progress import progress_bars

    options = _given(args, (*ATTACK_OPTIONS, "keep"))
    names = ("target", "seed", "survive_rounding", "at", "png", "overwrite", "imports", "unsafe")
    options |= {name: getattr(args, name) for name in names}
    chosen: dict[str, Any] = {"input_id": args.input, "inputs": tuple(args.inputs), "progress": progress_bars()}
    for run_id in attack_bundle(args.bundle, args.model, args.method, **options, **chosen, tell=_say):
        print(run_id)


def robustness(args: argparse.Namespace) -> None:
    """`kerascope robustness`: the folder of a report."""
    from exporter.progress import progress_bars
    from exporter.robustness.report import robustness_report

    options = _given(args, ("methods", "epsilons", "seed", *PREPARED))
    options |= {"survive_rounding": args.survive_rounding, **_opening(args)}
    print(robustness_report(args.models, args.inputs, args.out, **options, progress=progress_bars()))


def transfer(args: argparse.Namespace) -> None:
    """`kerascope transfer`: the folder of a report; what it says goes to stderr."""
    from exporter.progress import progress_bars
    from exporter.robustness.transfer import transfer as carried_over

    options = _given(args, ("epsilon", "show", "seed", *PREPARED)) | {"method": args.method, **_opening(args)}
    report = carried_over(args.model, args.to, args.inputs, args.out, **options, progress=progress_bars())
    for line in report.lines():
        _say(line)
    print(report.folder)


def harden(args: argparse.Namespace) -> None:
    """`kerascope harden`: the path of a model file."""
    from exporter.hardening import harden as hardened
    from exporter.progress import progress_bars

    options = _given(args, ("epsilon", "method", "steps", "epochs", "share", "rate", "seed", *PREPARED))
    options |= _opening(args)
    print(hardened(args.model, args.inputs, args.out, **options, progress=progress_bars(), tell=_say))


def importance(args: argparse.Namespace) -> None:
    """`kerascope importance`: what was added, a line each."""
    from exporter.progress import progress_bars
    from exporter.weighing import importance_bundle

    options = _given(args, ("epochs", "rate", "seed"))
    options |= {name: getattr(args, name) for name in ("inputs", "method", "labels", "prune", "imports", "unsafe")}
    chosen: dict[str, Any] = {"checkpoint_ids": tuple(args.checkpoints), "progress": progress_bars(), "warn": _say}
    for line in importance_bundle(args.bundle, args.model, **options, **chosen):
        print(line)


def sculpt(args: argparse.Namespace) -> None:
    """`kerascope sculpt`: the ids of the sculptures that were added, a line each."""
    from exporter.bundling.parameters import Parameters
    from exporter.progress import progress_bars
    from exporter.sculpting import sculpt_bundle

    parameters = Parameters(**_given(args, PARAMETERS))
    chosen: dict[str, Any] = {
        "method": args.importance,
        "checkpoint_ids": tuple(args.checkpoints),
        "most_edges": args.edges,
    }
    for line in sculpt_bundle(args.bundle, parameters=parameters, **chosen, progress=progress_bars(), warn=_say):
        print(line)


def generate(args: argparse.Namespace) -> None:
    """`kerascope generate`: the path of a bundle of a random dense network."""
    from exporter.bundling.parameters import Parameters
    from exporter.generating import generate_bundle
    from exporter.progress import progress_bars

    chosen: dict[str, Any] = {
        "seed": args.seed,
        "parameters": Parameters(**_given(args, PARAMETERS)),
        "overwrite": args.overwrite,
    }
    print(generate_bundle(tuple(args.units), args.out, **chosen, progress=progress_bars(), warn=_say))


def inspect(args: argparse.Namespace) -> None:
    """`kerascope inspect`: what a bundle holds."""
    from exporter.bundle.summary import summarise

    summary = summarise(read_bundle(args.bundle))
    print(summary.to_json() if args.json else summary.to_text())


def validate(args: argparse.Namespace) -> int:
    """`kerascope validate`: every problem of a bundle, or of a folder for Unity; 0 where there is none."""
    from exporter.interchange.unity.loader import diagnose, is_unity_folder

    if is_unity_folder(args.bundle):
        diagnosis = diagnose(args.bundle)
        print(diagnosis.to_json() if args.json else "\n".join(diagnosis.lines()))
        return 0 if diagnosis.verdict == "accepted" else 1
    problems = validate_bundle(args.bundle)
    for line in [json.dumps(problems)] if args.json else problems:
        print(line)
    _say(f"kerascope: {args.bundle}: {len(problems)} problems" if problems else f"{args.bundle}: valid")
    return 1 if problems else 0


PARAMETERS = (
    "layer_distance",
    "layer_width",
    "sampling_rate",
    "prune_percentage",
    "node_bandwidth",
    "node_bandwidth_reduction",
    "edge_bandwidth",
    "edge_bandwidth_reduction",
    "smoothing_iterations",
    "edge_importance_type",
)
"""What can be asked of a bundling, as `exporter.bundling.parameters.Parameters` names it."""


ATTACK_OPTIONS = (
    "epsilon",
    "start",
    "step",
    "limit",
    "steps",
    "step_size",
    "norm",
    "restarts",
    "random_start",
    "overshoot",
    "candidates",
    "searches",
    "confidence",
    "first_weight",
    "spherical_step",
    "source_step",
    "evaluations",
    "most_evaluations",
)
"""What can be asked of attacks, as their options name it; each takes some of it."""


PREPARED = ("scale", "mean", "std")


def _opening(args: argparse.Namespace) -> dict[str, Any]:
    """How models are opened and inputs prepared, and whether what is there is replaced."""
    named = {name: getattr(args, name) for name in ("labels", "imports", "unsafe", "overwrite")}
    return {**named, "colour_order": args.color_order}


def _given(args: argparse.Namespace, names: tuple[str, ...]) -> dict[str, Any]:
    """What was asked for; the rest is left to whoever is asked."""
    return {name: getattr(args, name) for name in names if getattr(args, name) is not None}


def _say(words: str) -> None:
    print(words, file=sys.stderr)
