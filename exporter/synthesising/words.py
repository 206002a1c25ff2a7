"""What a person calls the images, and is told of how they came about."""

from __future__ import annotations

from exporter.bundle.schema import Run
from exporter.synthesis.contract import Synthesis
from exporter.synthesising.goals import Goal
from exporter.synthesising.making import Made
from exporter.synthesising.references import References
from exporter.writing import Warn


def name_of(goal: Goal, method: Synthesis, references: References) -> str:
    """What a person calls an image: by the class or channel, and by the pictures that it began with or is like."""
    names = {role: references.samples[place].label for role, place in references.roles.items()}
    if "content" in names and "style" in names:
        return f"{names['content']} in the style of {names['style']}"
    if "style" in names:
        return f"texture of {names['style']}"
    if "content" in names:
        return f"{names['content']} from {goal.name or method.name}"
    if goal.unit is not None:
        return goal.name
    of = goal.name or "its own choice"
    return f"{names['init']} dreaming of {of}" if "init" in names else f"{method.name} of {of}"


def told_of(run: Run, made: Made, name: str, method: Synthesis, warn: Warn, tell: Warn) -> None:
    """Tell how a run ended; warn of what never moved, or ended early."""
    if made.is_dead:
        wakes = "; --before-relu may wake it" if run.options.get("before_relu") is False else ""
        warn(f"{run.id}: {name} is dead: its gradient is 0 everywhere, so that nothing moves it{wakes}")
    elif made.stopped:
        warn(f"{run.id}: {name} ended after {run.result['steps']} steps: {made.stopped}")
    way = "rises" if method.rises else "falls"
    first, last = (_text(run.result[key]) for key in ("first_loss", "last_loss"))
    tell(f"{run.id}: {name}: the loss {way} from {first} to {last} in {run.result['steps']} steps")


def _text(loss: object) -> str:
    return f"{loss:.4g}" if isinstance(loss, float) else "no number"
