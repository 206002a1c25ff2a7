"""What an attack shows at each moment, in a sentence that is made of the picture's own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.attack.closeup import percent_text, times
from scenes.attack.names import CONTROL
from scenes.panels.classes import class_name
from scenes.panels.numbers import signed

if TYPE_CHECKING:
    from scenes.attack.attacked import Attacked, Step
    from scenes.attack.parting import Parting
    from scenes.panels.answer import Answer

MOST_UNSEEN = 0.15


def story(answer: Answer, attacked: Attacked, step: Step) -> tuple[str, ...]:
    """The sentence, in lines: at the clean input, on the way, and at the last step."""
    if step is attacked.last:
        return _verdict(answer, attacked)
    if step is not attacked.steps[0]:
        unseen = ", too little to see" if _is_hard_to_see(attacked) else ""
        moves = "Every pixel moves a little further" if attacked.is_to_scale else "Step by step the input changes"
        return f"{moves}{unseen};", "each layer drifts."
    if not answer.has_classes or not step.scores:
        return "One input, twice:", "both runs are the same."
    return "One picture, twice:", f"the network says {class_name(answer.names, step.winner)} to both."


def layer_story(parting: Parting) -> tuple[str, ...]:
    """What is seen of the layer that a scene has flown to."""
    if parting.is_chosen or parting.growth is None or parting.before is None:
        return f"All of {parting.layer}:", f"a drift of {percent_text(parting.change)}."
    first = "Of all feature maps" if parting.is_map else "Of all layers"
    return (
        f"{first}, those of {parting.layer} part most:" if parting.is_map else f"{first}, {parting.layer} parts most:",
        f"{percent_text(parting.before)} before, {percent_text(parting.change)} after ({times(parting.growth)}).",
    )


def channel_story(parting: Parting) -> tuple[str, ...]:
    """What is seen of the channel (or unit) that differs most."""
    what = "Channel" if parting.is_map else "Unit"
    which = "moves" if parting.is_chosen else "differs most:"
    before, moved, _ = parting.at_spot
    at_most = f"and by {signed(moved)} in the framed cell."
    if not parting.is_map:
        at_most = f"{signed(moved)} from {signed(before)}."
    return f"{what} {parting.channel} {which} by {percent_text(parting.channel_change)} of its size,", at_most


def _verdict(answer: Answer, attacked: Attacked) -> tuple[str, ...]:
    clean, last = attacked.steps[0], attacked.last
    hidden = sorted(attacked.changes(last)[1:-1])
    drift = f"a drift of {hidden[0] * 100:.0f} to {hidden[-1] * 100:.0f} % through the layers" if hidden else "a drift"
    if not answer.has_classes or not clean.scores:
        return (f"A small step at the input, {drift}.",)
    if clean.winner == last.winner:
        stays = f"and the answer stays {class_name(answer.names, clean.winner)}."
        noise = "Noise at the input" if attacked.run.method == CONTROL else "A small step at the input"
        return f"{noise}, {drift},", stays
    seen = "Almost the same picture" if _is_hard_to_see(attacked) else "A changed picture"
    return f"{seen}, {drift},", f"and another answer at the end{_saved(attacked)}."


def _saved(attacked: Attacked) -> str:
    """What becomes of it in a file of 8 bits a channel, where that is known."""
    result = attacked.run.result
    rounded, original = result.get("predicted_8bit"), result.get("original")
    if rounded is None or original is None:
        return ""
    return ", lost when saved in 8 bits" if rounded == original else ", even saved in 8 bits"


def _is_hard_to_see(attacked: Attacked) -> bool:
    """Whether the input of the last step is nearly the clean one: a relative change of at most 15 %."""
    changes = attacked.changes(attacked.last)
    return bool(changes) and changes[0] <= MOST_UNSEEN
