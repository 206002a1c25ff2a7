"""What an attack shows at each moment, in a sentence that is made of the picture's own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.classes import class_name

if TYPE_CHECKING:
    from scenes.attacked import Attacked, Step
    from scenes.panels.answer import Answer


def story(answer: Answer, attacked: Attacked, step: Step) -> tuple[str, ...]:
    """The sentence, in lines: at the clean input, on the way, and at the last step."""
    if step is attacked.steps[-1]:
        return _verdict(answer, attacked)
    if step is not attacked.steps[0]:
        return "Every pixel moves a little further, too little", "to see; each layer drifts."
    if not answer.has_classes or not step.scores:
        return "One input, twice:", "both runs are the same."
    return "One picture, twice:", f"the network says {class_name(answer.names, step.winner)} to both."


def _verdict(answer: Answer, attacked: Attacked) -> tuple[str, ...]:
    clean, last = attacked.steps[0], attacked.steps[-1]
    hidden = sorted(attacked.changes(last)[1:-1])
    drift = f"a drift of {hidden[0] * 100:.0f} to {hidden[-1] * 100:.0f} % through the layers" if hidden else "a drift"
    if not answer.has_classes or not clean.scores:
        return (f"A small step at the input, {drift}.",)
    if clean.winner == last.winner:
        stays = f"and the answer stays {class_name(answer.names, clean.winner)}."
        return f"A small step at the input, {drift},", stays
    return f"Almost the same picture, {drift},", "and another answer at the end."
