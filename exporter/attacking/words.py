"""What a person is told of an attack that has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.attacks import Attack
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Input, Run
    from exporter.writing import Warn


def told_of(bundle: Bundle, parent: Input, run: Run, attack: Attack, warn: Warn, tell: Warn) -> None:
    """Tell how it ended; warn where it did not fool the model, where it did so at once, or where rounding undoes it."""
    result = run.result
    size = _size(parent, float(result["linf"] or 0.0))
    if not result["success"]:
        warn(f"{run.id}: {_failure(bundle, parent, run, attack, size)}")
        return
    steps = "1 step" if result["steps"] == 1 else f"{result['steps']} steps"
    tell(f"{run.id}: input {parent.id} {_turn(bundle, run)} at {size}, after {steps}")
    if result["steps"] == 1 and "start" in attack.option_names and run.options.get("epsilon") is None:
        warn(f"the first epsilon tried, {size}, was enough: a smaller --start and --step show how the change grows")
    saved, target = result["predicted_8bit"], run.options["target"]
    if saved is not None and (saved != target if target is not None else saved == result["original"]):
        said = _name(bundle, int(saved))
        warn(f"{run.id}: saved with 8 bits a channel the picture is read as {said} again: see --survive-rounding")


def told_of_reach(attack: Attack, options: Any, warn: Warn) -> None:
    """Warn where all steps together are shorter than the budget: what holds then may be no strength of the model."""
    if not {"steps", "step_size", "epsilon"} <= set(attack.option_names):
        return
    if options.steps * options.step_size < options.epsilon * (1 - 1e-6):
        far = f"{options.steps} steps of {options.step_size:.3g} do not reach as far as epsilon, {options.epsilon:.3g}"
        warn(f"{attack.name}: {far}: a larger --step-size uses it up")


def told_of_all(runs: Sequence[Run], tell: Warn) -> None:
    """Tell on how many of several inputs the attack succeeded."""
    if len(runs) > 1:
        tell(f"{sum(bool(run.result['success']) for run in runs)} of {len(runs)} inputs were turned")


def _failure(bundle: Bundle, parent: Input, run: Run, attack: Attack, size: str) -> str:
    target = run.options["target"]
    if target is not None:
        what = f"did not turn input {parent.id} into {_name(bundle, int(target))}"
    else:
        what = f"did not change the prediction of input {parent.id}"
    is_grown = "limit" in attack.option_names and run.options.get("epsilon") is None
    more = "; a larger --limit tries more" if is_grown else ""
    return f"{attack.name} {what} with changes of up to {size}{more}"


def _size(parent: Input, linf: float) -> str:
    return f"{linf * 255:.3g}/255" if parent.image is not None else f"{linf:.4g} of the range"


def _turn(bundle: Bundle, run: Run) -> str:
    before, after = run.result["original"], run.result["predicted"]
    return f"turns from {_name(bundle, int(before or 0))} into {_name(bundle, int(after or 0))}"


def _name(bundle: Bundle, number: int) -> str:
    names = bundle.manifest.model.class_names
    return names[number] if number < len(names) else f"class {number}"
