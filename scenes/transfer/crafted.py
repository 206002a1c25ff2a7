"""Perturbations that were made on one model and shown to another: which runs of two bundles belong together."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from msgspec import structs

from scenes.attack.names import CONTROL
from scenes.choose import shown_name

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Run


def attacks_of(bundle: Bundle) -> tuple[Run, ...]:
    """The attacks of a bundle that can be shown: those that kept a step, without noise, which is the control."""
    runs = (run for run in bundle.manifest.runs if run.kind == "attack" and run.inputs and run.parent is not None)
    return tuple(run for run in runs if run.method != CONTROL)


def crafted_on(run: Run) -> str:
    """The model on which the pictures of a run were made; empty where it is the bundle's own."""
    return str(run.options.get("crafted_on") or "")


def crafted_pair(first: Bundle, second: Bundle, run_id: str | None = None) -> tuple[str | None, str | None]:
    """The runs by which both bundles show the same perturbation: made in one of them, shown to the other's model.

    Of several it is the one that fooled the most models, then the one with the most steps to watch. `run_id` chooses
    that of the first bundle. `None` where there is none: the scene chooses.
    """
    runs = [run for run in attacks_of(first) if run_id in (None, run.id)]
    pairs = [pair for pair in product(runs, attacks_of(second)) if _belong(first, second, pair)]
    if not pairs:
        return run_id, None
    one, two = max(pairs, key=lambda pair: (sum(map(_fooled, pair)), min(len(run.inputs) for run in pair)))
    return one.id, two.id


def recrafted(run: Run, other: Bundle, name: str) -> Run:
    """The run, which calls the model of another bundle by this `name` where it was made on that."""
    if not crafted_on(run) or crafted_on(run) not in _names_of(other):
        return run
    return structs.replace(run, options={**run.options, "crafted_on": name})


def _belong(first: Bundle, second: Bundle, pair: tuple[Run, Run]) -> bool:
    one, two = pair
    is_from_one = crafted_on(two) in _names_of(first) and not crafted_on(one)
    is_from_two = crafted_on(one) in _names_of(second) and not crafted_on(two)
    return (is_from_one or is_from_two) and one.method == two.method and _picture(first, one) == _picture(second, two)


def _names_of(bundle: Bundle) -> set[str]:
    """By what a bundle's model may be called."""
    return {bundle.manifest.model.name, shown_name(bundle), bundle.path.name, bundle.path.stem}


def _picture(bundle: Bundle, run: Run) -> str:
    return bundle.input(run.parent or "").label


def _fooled(run: Run) -> bool:
    return bool(run.result.get("success"))
