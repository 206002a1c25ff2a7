"""What an attack shows at each moment, in a sentence that is made of the picture's own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.classes import class_name

if TYPE_CHECKING:
    from scenes.attacked import Attacked, Step
    from scenes.panels.answer import Answer

MOST_UNSEEN = 0.15


def story(answer: Answer, attacked: Attacked, step: Step) -> tuple[str, ...]:
    """The sentence, in lines: at the clean input, on the way, and at the last step."""
    if step is attacked.steps[-1]:
        return _verdict(answer, attacked)
    if step is not attacked.steps[0]:
        unseen = ", too little to see" if _is_hard_to_see(attacked) else ""
        return f"Every pixel moves a little further{unseen};", "each layer drifts."
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
    seen = "Almost the same picture" if _is_hard_to_see(attacked) else "A changed picture"
    return f"{seen}, {drift},", "and another answer at the end."


def _is_hard_to_see(attacked: Attacked) -> bool:
    """Whether the input of the last step is nearly the clean one: a relative change of at most 15 %."""
    changes = attacked.changes(attacked.steps[-1])
    return bool(changes) and changes[0] <= MOST_UNSEEN
