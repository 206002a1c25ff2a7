"""A report of how well models bear attacks: accuracy against epsilon, as a table, as JSON and as a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from exporter.attacks import AttackError
from exporter.attacks.contract import OptionValue
from exporter.bundle.schema import ColourOrder
from exporter.inputs import PreprocessingOptions
from exporter.robustness.accuracy import Trial, checked_epsilons, curve_of, trial_of
from exporter.robustness.curves import Robustness
from exporter.robustness.files import as_csv, as_json, check_folder, write_all
from exporter.robustness.subjects import Asked, Inputs, ModelSource, Subject, subjects_of
from exporter.telling import in_silence, to_stderr
from exporter.writing import Progress, Warn

NAMES = ("robustness.csv", "robustness.json", "robustness.png")
METHODS = ("fgsm", "pgd", "noise")
EPSILONS = (0.0, 1 / 255, 2 / 255, 4 / 255, 8 / 255)
_HEAD = ("model", "method", "norm", "smallest_change", "epsilon", "count", "of", "share", "low", "high", "not_attacked")
_FEW = 100


def robustness_report(
    models: Sequence[ModelSource],
    inputs: Inputs,
    out: Path | str,
    *,
    methods: Sequence[str] = METHODS,
    epsilons: Sequence[float] = EPSILONS,
    options: Mapping[str, Mapping[str, OptionValue]] | None = None,
    labels: Path | str | Sequence[str] | None = None,
    seed: int = 0,
    survive_rounding: bool = False,
    scale: float | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    colour_order: ColourOrder | None = None,
    imports: Sequence[str] = (),
    unsafe: bool = False,
    overwrite: bool = False,
    progress: Progress = in_silence,
    warn: Warn = to_stderr,
) -> Path:
    """The folder with `robustness.csv`, `robustness.json` and `robustness.png`: accuracy against epsilon.

    All inputs count. Those that a model misreads from the start are wrong at every epsilon; the rest is attacked, and
    what still is read right is the accuracy under attack, with its 95 % interval (`Share.interval`).

    Parameters
    ----------
    models : one or several, as for an export; each gets a curve.
    inputs : as for an export, with their true classes: a folder with a sub-folder for each class, an `.npz` file with
        `y`, or `mnist:N`. Those of no known class are left out.
    out : a folder, made where it is missing.
    methods : names of attacks, or `growing-fgsm`. `fgsm` is one step at each epsilon.
    epsilons : how far a pixel may move, in shares of the way from black to white; 0 is always among them. Attacks whose
        norm is `l2` may make a change as long as one that moves every pixel so far.
    options : of the attacks, by method, without an epsilon.
    labels, scale, mean, std, colour_order, imports, unsafe : as for an export, the same for every model.
    seed : of what is random.
    survive_rounding : what counts is the picture that is saved, with 8 bits a channel.
    overwrite : replace an earlier report.
    progress, warn : are told how far it is, and what the user should know: that matplotlib is missing, and so the
        picture, or that the inputs are few.

    Raises
    ------
    KerascopeError
        anything that is not as it should be; nothing is written then.
    """
    folder = Path(out)
    check_folder(folder, NAMES, overwrite=overwrite)
    sizes = checked_epsilons(epsilons)
    trials = _trials(methods, options or {}, largest=sizes[-1], seed=seed, is_rounded=survive_rounding)
    prepared = PreprocessingOptions(scale, tuple(mean or ()), colour_order, tuple(std or ()))
    subjects = subjects_of(models, inputs, Asked(labels, prepared, tuple(imports), unsafe, warn))
    check_rounding(subjects, survive_rounding)
    curves = tuple(
        curve_of(subject, trial, sizes, _ticker(progress, f"{trial.name} on {subject.name}"))
        for trial in trials
        for subject in subjects
    )
    found = Robustness(curves, len(subjects[0].samples), subjects[0].has_pictures, survive_rounding, seed)
    _tell_of(found, warn)
    contents = {NAMES[0]: as_csv(_HEAD, rows_of(found)), NAMES[1]: as_json(found.as_plain())}
    write_all(folder, contents | picture(NAMES[2], found, warn))
    return folder


def _tell_of(found: Robustness, warn: Warn) -> None:
    """Warn of what makes the numbers worth less."""
    if found.inputs < _FEW:
        warn(f"there are only {found.inputs} labelled inputs: the intervals are wide")
    for curve in found.curves:
        if curve.refused:
            warn(f"{curve.method} on {curve.model}: {curve.refused} inputs count as right, as {curve.reason}")


def check_rounding(subjects: Sequence[Subject], survive_rounding: bool) -> None:
    """Raise `AttackError` where pictures are to be saved, and there are none."""
    if survive_rounding and not subjects[0].has_pictures:
        got, remedy = "inputs that are no pictures", "leave --survive-rounding away"
        raise AttackError("only pictures are saved with 8 bits", expected="pictures", got=got, remedy=remedy)


def _trials(methods: Sequence[str], options: Mapping[str, Mapping[str, OptionValue]], **how: Any) -> list[Trial]:
    names = list(dict.fromkeys(methods))
    if not names:
        raise AttackError("there is no attack to try", expected="one or more methods")
    if unused := sorted(set(options) - set(names)):
        raise AttackError("there are options for an attack that is not tried", got=unused[0])
    return [trial_of(name, options.get(name), **how) for name in names]


def _ticker(progress: Progress, what: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(what, done, total)


def rows_of(found: Robustness) -> Iterator[tuple[object, ...]]:
    """A row a point of each curve."""
    for curve in found.curves:
        for point in curve.points:
            about = (curve.model, curve.method, curve.norm, int(curve.is_minimal), point.epsilon)
            yield (*about, *point.right.as_plain().values(), curve.refused)


def picture(name: str, found: Robustness, warn: Warn) -> dict[str, bytes]:
    """The picture by its name; nothing, and a warning, where matplotlib is missing."""
    try:
        from exporter.robustness.plot import picture_of  # noqa: PLC0415 - an optional dependency, and slow
    except ImportError:
        warn(f"{name} is drawn by matplotlib, which is missing: pip install 'kerascope[plots]'")
        return {}
    return {name: picture_of(found)}
