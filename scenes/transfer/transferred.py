"""One perturbation as one network sees it: which run, its control, and what the network says to each. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import structs

from exporter.bundle.errors import KerascopeError
from scenes.attack.names import CONTROL, words_of
from scenes.attack.size import LEVELS, ChangeSize, change_size
from scenes.transfer.crafted import attacks_of, crafted_on
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Run
    from scenes.options import SceneOptions
    from scenes.panels.answer import Answer

SAME_SIZE = 0.1
"""By how much, in parts of it, noise may differ from what it is the control of."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the network says of one input: the class, its name, and the share that it gives to it where that is known;
    `is_fooled` where it is another class than for the clean input.
    """

    predicted: int
    name: str
    share: float | None
    is_fooled: bool = False


@dataclass(frozen=True, slots=True)
class Rates:
    """How many of `judged` pictures change their class by the perturbation, by noise of the same size, and were taken
    for something else than they are before; shares of 0..1, `None` where it was not counted.
    """

    judged: int
    misled: float
    noise_misled: float | None
    clean_wrong: float | None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A run at the checkpoint that is shown, and how large the change is in the end.

    `steps` is what is said of the clean input and of each kept step; `noise` of noise of the same size on the same
    input, `control` the run of it, if there is any. What is said is `None` where the network has no classes.
    `was_wrong` is whether the clean input is known to be something else than it is taken for.
    """

    run: Run
    size: ChangeSize
    steps: tuple[Said | None, ...]
    control: Run | None
    noise: Said | None
    was_wrong: bool

    @property
    def clean(self) -> Said | None:
        """What is said of the clean input."""
        return self.steps[0]

    @property
    def attacked(self) -> Said | None:
        """What is said at the last step."""
        return self.steps[-1]

    @property
    def made_on(self) -> str:
        """The name of the model on which it was made; empty where it is this one."""
        return crafted_on(self.run).replace("_", " ").strip()

    @property
    def size_words(self) -> str:
        """How far a pixel moves at most: of pictures in their 255 levels, else in parts of the valid range."""
        return size_words(self.size)

    @property
    def origin(self) -> str:
        """Where the perturbation was made, by what, and how large it is."""
        how = f"({words_of(self.run.method)}, {self.size_words})"
        return f"crafted on {self.made_on} {how}, shown to this one" if self.made_on else f"crafted here {how}"


def size_words(size: ChangeSize, part: float = 1.0) -> str:
    """How far a pixel moves at most after that `part` of the change.

    >>> size_words(ChangeSize(8 / 255, 1.0, True)), size_words(ChangeSize(8 / 255, 1.0, True), 0.25)
    ('8/255', '2.0/255')
    >>> size_words(ChangeSize(0.125, 1.0, False))
    '0.125'
    """
    if not size.is_picture:
        return f"{size.linf * part:.3g}"
    levels = round(size.linf * part * LEVELS, 1)
    is_whole = part == 1.0 and levels == round(levels)  # while it grows, the words stay as wide as they are
    return f"{levels:.0f}/{LEVELS}" if is_whole else f"{levels:.1f}/{LEVELS}"


def transfer_of(bundle: Bundle, options: SceneOptions, answer: Answer) -> Transfer:
    """The chosen run; without a choice one that was made on another model, else one that was made here; of several one
    that fooled the network, with the most steps to watch.

    Raises
    ------
    KerascopeError
        The bundle has no such attack, or none at all; it was not captured at the chosen checkpoint.
    """
    run = max(_asked(bundle, options), key=_worth)
    run = structs.replace(run, checkpoint=options.checkpoint_id or run.checkpoint)
    size = _size(bundle, run)
    control = _control(bundle, run, size)
    clean = _said(bundle, run, run.parent or "", answer, None)
    steps = (clean, *(_said(bundle, run, name, answer, clean) for name in run.inputs))
    noise = None if control is None else _said(bundle, run, control.inputs[-1], answer, clean)
    true_class = bundle.input(run.parent or "").true_class
    was_wrong = clean is not None and true_class is not None and clean.predicted != true_class
    return Transfer(run, size, steps, control, noise, was_wrong)


def rates_of(run: Run) -> Rates | None:
    """What was counted over many pictures, `None` where nothing was."""
    counted = {name: run.result.get(name) for name in ("judged", "misled", "noise_misled", "clean_wrong")}
    numbers = {name: float(value) for name, value in counted.items() if isinstance(value, (int, float))}
    if not {"judged", "misled"} <= set(numbers) or numbers["judged"] < 1:
        return None
    return Rates(round(numbers["judged"]), numbers["misled"], numbers.get("noise_misled"), numbers.get("clean_wrong"))


def _asked(bundle: Bundle, options: SceneOptions) -> list[Run]:
    """The attacks to choose from. Of noise it is what it is the control of."""
    runs = list(attacks_of(bundle))
    asked = next((run for run in bundle.manifest.runs if run.id == options.run_id), None)
    if asked is not None and asked.method == CONTROL:
        runs = [run for run in runs if run.parent == asked.parent]
    elif options.run_id is not None:
        runs = [run for run in runs if run.id == options.run_id]
    if options.input_id is not None:
        runs = [run for run in runs if options.input_id in (run.parent, *run.inputs)] or (runs if asked else [])
    if not runs:
        got = options.run_id or (f"none on input {options.input_id}" if options.input_id else "none")
        raise KerascopeError(
            "no perturbation to show",
            expected="a bundle with an attack",
            got=got,
            remedy="make two bundles with one: kerascope transfer A.keras --to B.keras --inputs IMAGES --out FOLDER",
            path=bundle.path,
        )
    return runs


def _worth(run: Run) -> tuple[bool, bool, int]:
    return bool(crafted_on(run)), bool(run.result.get("success")), len(run.inputs)


def _size(bundle: Bundle, run: Run) -> ChangeSize:
    clean, last = (CaptureKey(name or "", run.checkpoint) for name in (run.parent, run.inputs[-1]))
    return change_size(bundle, clean, last)


def _control(bundle: Bundle, run: Run, size: ChangeSize) -> Run | None:
    """The noise on the same input whose size is nearest to that of the run, if it is the same; the largest change of a
    pixel counts, or the Euclidean length where the attack keeps to that.
    """
    name = "l2" if run.result.get("norm") == "l2" else "linf"
    best, least = None, SAME_SIZE * getattr(size, name) + 1e-9
    for each in bundle.manifest.runs:
        if each.method != CONTROL or each.parent != run.parent or not each.inputs:
            continue
        if each.inputs[-1] not in bundle.inputs_at(run.checkpoint):
            continue
        noise = _size(bundle, structs.replace(each, checkpoint=run.checkpoint))
        off = abs(getattr(noise, name) - getattr(size, name))
        if off <= least:
            best, least = each, off
    return best


def _said(bundle: Bundle, run: Run, input_id: str, answer: Answer, clean: Said | None) -> Said | None:
    capture = bundle.capture(input_id, run.checkpoint)
    predicted = capture.predicted
    if predicted is None or not answer.has_classes:
        return None
    scores = answer.read(capture)
    name = answer.names[predicted] if predicted < len(answer.names) else f"class {predicted}"
    share = scores[predicted] if predicted < len(scores) else None
    return Said(predicted, name, share, clean is not None and predicted != clean.predicted)
