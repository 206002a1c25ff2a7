"""What there is to choose: inputs and checkpoints of a bundle as items with words and tips. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Checkpoint, Input


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to choose: `None` as its id means that the scene chooses."""

    id: str | None
    words: str
    tip: str = ""


BY_HAND = "by hand"
SCENES_CHOICE = Item(None, "scene’s choice", "the scene shows what suits it")


def scene_items(summaries: Mapping[str, str]) -> tuple[Item, ...]:
    """The scenes with their summaries as tips."""
    return tuple(Item(name, name, summary) for name, summary in summaries.items())


def input_items(bundle: Bundle) -> tuple[Item, ...]:
    """The scene's choice, then every input."""
    names = bundle.manifest.model.class_names
    return SCENES_CHOICE, *(_input_item(shown, names) for shown in bundle.manifest.inputs)


def checkpoint_items(bundle: Bundle) -> tuple[Item, ...]:
    """The scene's choice, then every checkpoint."""
    return SCENES_CHOICE, *(_checkpoint_item(checkpoint) for checkpoint in bundle.manifest.checkpoints)


def fold_items(bundle: Bundle) -> tuple[Item, ...]:
    """Ways to fold groups of layers; nothing where the bundle has no groups. The last stands for what a hand did."""
    if not bundle.manifest.groups:
        return ()
    return (
        Item("auto", "auto", "models in the model, and blocks where the network is too deep to read"),
        Item("all", "all", "every group of layers is one plate"),
        Item("none", "none", "every layer is a plate"),
        Item(BY_HAND, "by hand", "double click a stack to open it, right click to fold"),
    )


def _input_item(shown: Input, names: tuple[str, ...]) -> Item:
    facts = [shown.id, shown.kind]
    if shown.epsilon is not None:
        facts.append(f"ε = {shown.epsilon * 255:.3g}/255" if shown.image else f"ε = {shown.epsilon:.4g}")
    if shown.true_class is not None and shown.true_class < len(names):
        facts.append(f"truly {names[shown.true_class]}")
    return Item(shown.id, shown.label or shown.id, ", ".join(facts))


def _checkpoint_item(checkpoint: Checkpoint) -> Item:
    facts = [checkpoint.id]
    facts += [f"epoch {checkpoint.epoch}"] if checkpoint.epoch is not None else []
    facts += [f"{name} {value:.4g}" for name, value in checkpoint.metrics.items() if value is not None]
    return Item(checkpoint.id, checkpoint.label or checkpoint.id, ", ".join(facts))
