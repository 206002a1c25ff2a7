"""The list of inputs as rows: attacked steps under their clean parent, and only what the filter asks for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from viewer.inspect.attack import answer_text, class_name, epsilon_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from exporter.bundle import Bundle
    from viewer.inspect.samples import Sample

HINT = "label, class, wrong, attacked, clean …"

STATES: Mapping[str, Callable[[Sample], bool]] = {
    "wrong": lambda sample: sample.is_wrong,
    "right": lambda sample: not sample.is_wrong and sample.true_class is not None and sample.predicted is not None,
    "flipped": lambda sample: sample.is_flipped,
    "attacked": lambda sample: sample.kind == "attacked",
    "clean": lambda sample: sample.kind == "clean",
    "synthesised": lambda sample: sample.kind == "synthesised",
    "drawn": lambda sample: sample.kind == "drawn",
    "missing": lambda sample: bool(sample.reason),
}
"""Words of the filter that are no part of a name."""


@dataclass(frozen=True, slots=True)
class Group:
    """An input, and the attacked ones that were made of it. `is_found` is false where only steps match the filter."""

    head: Sample
    steps: tuple[Sample, ...] = ()
    is_found: bool = True


def grouped(samples: Sequence[Sample]) -> tuple[Group, ...]:
    """Every sample once, in order; attacked ones under their parent, where that is there."""
    ids = {sample.input_id for sample in samples if sample.parent is None}
    steps: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.parent in ids:
            steps.setdefault(sample.parent or "", []).append(sample)
    heads = (sample for sample in samples if sample.parent not in ids)
    return tuple(Group(head, tuple(steps.get(head.input_id, ()))) for head in heads)


def matches(sample: Sample, words: str, names: Sequence[str]) -> bool:
    """Whether a sample is what all of the words say: a state, or part of its label, its class or what it is taken for.
    Case does not matter.
    """
    spoken = f"{sample.label}\n{_spoken(names, sample.true_class)}\n{_spoken(names, sample.predicted)}".casefold()
    return all(_matches(sample, word, spoken) for word in words.casefold().split())


def _matches(sample: Sample, word: str, spoken: str) -> bool:
    state = STATES.get(word)
    return (state is not None and state(sample)) or word in spoken or word == sample.input_id.casefold()


def _spoken(names: Sequence[str], index: int | None) -> str:
    return "" if index is None else class_name(names, index)


def filtered(groups: Sequence[Group], words: str, names: Sequence[str]) -> tuple[Group, ...]:
    """The groups with what matches; a parent that does not match stays as the head of its steps that do."""
    if not words.strip():
        return tuple(groups)
    found = []
    for group in groups:
        steps = tuple(step for step in group.steps if matches(step, words, names))
        is_found = matches(group.head, words, names)
        if steps or is_found:
            found.append(Group(group.head, steps, is_found))
    return tuple(found)


def listed(groups: Sequence[Group]) -> tuple[Sample, ...]:
    """The samples that match, as they stand."""
    return tuple(sample for group in groups for sample in ((group.head,) if group.is_found else ()) + group.steps)


def title_of(bundle: Bundle, sample: Sample, *, under_parent: bool) -> str:
    """The first line of a row: the label, or of a step under its parent how large the change is."""
    if not under_parent or sample.epsilon is None:
        return sample.label
    return f"ε {epsilon_text(bundle, sample)}"


def answer_of(names: Sequence[str], sample: Sample) -> str:
    """The second line of a row: what the network says of it, and where that is wrong what it is."""
    said = answer_text(names, sample)
    if sample.is_wrong and sample.true_class is not None and sample.predicted != sample.true_class:
        return f"{said}, truly {class_name(names, sample.true_class)}"
    return said


def tip_of(bundle: Bundle, sample: Sample) -> str:
    """Everything that is known of a row, a line each."""
    names = bundle.manifest.model.class_names
    lines = [
        f"{sample.label}  ({sample.input_id}, {sample.kind})",
        sample.reason or f"says {answer_text(names, sample)}",
    ]
    if sample.true_class is not None:
        lines.append(f"truly {class_name(names, sample.true_class)}")
    if sample.margin is not None:
        lines.append(f"ahead of the second by {sample.margin:.3g}")
    if sample.shift is not None:
        lines.append(f"ε {epsilon_text(bundle, sample)}, scores moved by {sample.shift:.3g} of their size")
    return "\n".join(lines)


def summary_of(samples: Sequence[Sample]) -> str:
    """How many inputs there are and how many of them are wrong."""
    wrong = sum(sample.is_wrong for sample in samples)
    count = f"{len(samples):,} input{'' if len(samples) == 1 else 's'}"
    return f"{count}, {wrong:,} wrong" if wrong else count
