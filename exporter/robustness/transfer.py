"""An attack that is made on one model and shown to others, with noise of the same size as the control."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from exporter.attacks.contract import OptionValue
from exporter.bundle import BundleWriter
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import ColourOrder
from exporter.inputs import PreprocessingOptions
from exporter.robustness.crafting import Craft, craft_of
from exporter.robustness.files import as_csv, as_json, check_folder, write_all
from exporter.robustness.sending import Sent, check_can_be_sent, predicted, sent, sent_clean
from exporter.robustness.shares import Share
from exporter.robustness.showing import Showing, bundle_paths, write_bundles
from exporter.robustness.subjects import Asked, Inputs, ModelSource, Subject, subjects_of
from exporter.robustness.transferred import HEAD, TransferReport, Verdict
from exporter.telling import in_silence, to_stderr
from exporter.writing import Progress, Warn

NAMES = ("transfer.csv", "transfer.json", "transfer.png")
EPSILON = 8 / 255
_FEW = 30


@dataclass(frozen=True)
class Answers:
    """Whether each model (a row) reads each judged input (a column) right: with noise on it, and attacked."""

    noise: NDArray[np.bool_]
    attacked: NDArray[np.bool_]


def transfer(
    source_model: ModelSource,
    judges: Sequence[ModelSource],
    inputs: Inputs,
    out: Path | str,
    *,
    method: str = "pgd",
    epsilon: float = EPSILON,
    options: Mapping[str, OptionValue] | None = None,
    show: int = 1,
    seed: int = 0,
    labels: Path | str | Sequence[str] | None = None,
    scale: float | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    colour_order: ColourOrder | None = None,
    imports: Sequence[str] = (),
    unsafe: bool = False,
    overwrite: bool = False,
    progress: Progress = in_silence,
    warn: Warn = to_stderr,
) -> TransferReport:
    """How an attack that was made on one model does on others, told in `transfer.csv`, `.json` and `.png` and shown in
    a bundle a model.

    Attacked are the inputs that every model reads right, in the size in which the source sees them. What is made of
    them is rounded to 8 bits, as it would be sent as a PNG, and each judge reads that picture in its own way. Beside
    what the attack does stands what noise of the same size does. Inputs that are no pictures are passed on as they are.

    Parameters
    ----------
    source_model, judges : the model that the attack is made on, and those that it is shown to.
    inputs : as for an export, with their true classes.
    out : a folder, made where it is missing.
    method, epsilon, options : an attack that takes an epsilon, and what else is asked of it.
    show : how many inputs the bundles hold: those that fool the most models where noise fools none, the first ones of
        equal ones. 0: no bundles.
    seed : of what is random.
    labels, scale, mean, std, colour_order, imports, unsafe : as for an export, the same for every model.
    overwrite : replace what is there.
    progress, warn : are told how far it is, and what the user should know.

    Raises
    ------
    KerascopeError
        anything that is not as it should be.
    """
    folder = Path(out)
    check_folder(folder, NAMES, overwrite=overwrite)
    craft = craft_of(method, epsilon, options or {}, seed=seed)
    if not judges:
        raise KerascopeError("there is no model to judge the attack", expected="one or more models beside the source")
    if show < 0:
        raise KerascopeError("so many inputs cannot be shown", expected="0 or more", got=show)
    prepared = PreprocessingOptions(scale, tuple(mean or ()), colour_order, tuple(std or ()))
    asked = Asked(labels, prepared, tuple(imports), unsafe, warn)
    subjects = subjects_of([source_model, *judges], inputs, asked)
    check_can_be_sent(subjects[0], subjects[1:])
    paths = _checked_paths(folder, subjects, show, overwrite=overwrite)
    craft = replace(craft, is_rounded=subjects[0].has_pictures)
    return _reported(folder, Showing(craft, subjects, paths, overwrite, progress, warn), show)


def _checked_paths(folder: Path, subjects: Sequence[Subject], show: int, *, overwrite: bool) -> tuple[Path, ...]:
    paths = bundle_paths(folder, subjects) if show else ()
    for path in paths:
        BundleWriter.check_place(path, overwrite=overwrite)
    return paths


def _reported(folder: Path, showing: Showing, show: int) -> TransferReport:
    """Judge, and write what comes of it."""
    judged, everywhere = _judged(showing.subjects, showing.warn)
    answers = _answers(showing.subjects, showing.craft, judged, showing.progress, showing.warn)
    shown = judged[_best(answers)[:show]]
    report = _report(folder, showing, _verdicts(showing.subjects, answers, everywhere), shown)
    contents = {NAMES[0]: as_csv(HEAD, report.rows()), NAMES[1]: as_json(report.as_plain())}
    write_all(folder, contents | _picture(report, showing.warn))
    if show:
        write_bundles(showing, report.verdicts, shown)
    return report


def _report(folder: Path, showing: Showing, verdicts: tuple[Verdict, ...], shown: NDArray[np.int64]) -> TransferReport:
    craft, source = showing.craft, showing.subjects[0]
    return TransferReport(
        folder=folder,
        source=source.name,
        method=craft.attack.name,
        norm=craft.norm,
        epsilon=craft.options.epsilon,
        options={name: value for name, value in craft.plain_options.items() if name != "epsilon"},
        inputs=len(source.samples),
        judged=verdicts[0].clean.of,
        has_pictures=source.has_pictures,
        shown=tuple(source.samples[place].label for place in shown),
        verdicts=verdicts,
        bundles=tuple(showing.paths),
    )


def _judged(subjects: Sequence[Subject], warn: Warn) -> tuple[NDArray[np.int64], list[Share]]:
    """The places (m,) of the inputs that every model reads right, and how many of all each model does."""
    source = subjects[0]
    clean = [sent_clean(source, place) for place in range(len(source.samples))]
    right = np.stack([predicted(subject, clean) == subject.classes for subject in subjects])
    judged = np.flatnonzero(right.all(axis=0))
    if not len(judged):
        got = ", ".join(f"{subject.name} {int(each.sum())}" for subject, each in zip(subjects, right, strict=True))
        raise KerascopeError("there is no input that every model reads right", got=f"of {len(clean)}: {got}")
    if len(judged) < _FEW:
        warn(f"only {len(judged)} inputs are read right by every model: the intervals are wide")
    return judged, [Share(int(each.sum()), len(clean)) for each in right]


def _answers(
    subjects: Sequence[Subject], craft: Craft, judged: NDArray[np.int64], progress: Progress, warn: Warn
) -> Answers:
    def ticker(what: str) -> Callable[[int], None]:
        return lambda done: progress(what, done, len(judged))

    source = subjects[0]
    attacked = _made(source, craft, judged, warn, ticker(f"{craft.attack.name} on {source.name}"))
    noise = _made(source, craft.control(), judged, warn, ticker("noise"))
    return Answers(_right(subjects, noise, judged), _right(subjects, attacked, judged))


def _made(
    source: Subject, craft: Craft, judged: NDArray[np.int64], warn: Warn, tick: Callable[[int], None]
) -> list[Sent]:
    """What is made of these inputs on the source, as it is sent; those that cannot be attacked stay as they are."""
    made: list[Sent] = []
    refused: list[str] = []
    for start in range(0, len(judged), source.batch):
        places = judged[start : start + source.batch]
        results = craft.results(source, places)
        made += [sent(source, int(place), each.last.pixels) for place, each in zip(places, results, strict=True)]
        refused += [str(each.details["refused"]) for each in results if "refused" in each.details]
        tick(len(made))
    if refused:
        warn(f"{craft.attack.name} on {source.name}: {len(refused)} inputs are left as they are, as {refused[0]}")
    return made


def _right(subjects: Sequence[Subject], several: Sequence[Sent], judged: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.stack([predicted(subject, several) == subject.classes[judged] for subject in subjects])


def _best(answers: Answers) -> NDArray[np.int64]:
    """The judged inputs, those first that tell most: that fool the most models where noise fools none."""
    fooled = (~answers.attacked & answers.noise).sum(axis=0) - (~answers.noise).sum(axis=0)
    order: NDArray[np.int64] = np.argsort(-fooled, kind="stable")
    return order


def _verdicts(subjects: Sequence[Subject], answers: Answers, everywhere: Sequence[Share]) -> tuple[Verdict, ...]:
    count = answers.noise.shape[1]
    return tuple(
        Verdict(
            subject.name,
            place == 0,
            everywhere[place],
            Share(count, count),
            Share(int(answers.noise[place].sum()), count),
            Share(int(answers.attacked[place].sum()), count),
        )
        for place, subject in enumerate(subjects)
    )


def _picture(report: TransferReport, warn: Warn) -> dict[str, bytes]:
    try:
        from exporter.robustness.transfer_plot import picture_of  # noqa: PLC0415 - an optional dependency, and slow
    except ImportError:
        warn(f"{NAMES[2]} is drawn by matplotlib, which is missing: pip install 'kerascope[plots]'")
        return {}
    return {NAMES[2]: picture_of(report)}
