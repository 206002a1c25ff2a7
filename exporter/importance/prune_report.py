"""What pruning by importance does to a user's own model: found on one half of the inputs, measured on the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from exporter.bundling.net import UnitNet
from exporter.bundling.norms import weight_importance
from exporter.importance.contract import Importance, Labelled, Method, OptionValue, Progress, Warn
from exporter.importance.pruning import in_silence, measured_classes, pruning_curves
from exporter.importance.pruning_files import check_folder, write_curves

if TYPE_CHECKING:  # TensorFlow is not needed to halve samples
    from exporter.importance.gates import Gated

_FEW = 100
_SEED = 20_240_501


def untold(line: str) -> None:
    """Tell nobody a line."""


def halves(data: Labelled, seed: int = _SEED) -> tuple[Labelled, Labelled]:
    """Samples to find an order on and samples to measure on: of each class one half, drawn by the seed.

    Of an odd number the second half has the one more; a class of one sample is in neither.

    Raises
    ------
    KerascopeError
        there are not two classes with two samples.
    """
    drawn = np.random.default_rng(seed)
    rows = [drawn.permutation(np.flatnonzero(data.classes == each)) for each in data.occurring]
    whole = [each for each in rows if len(each) > 1]
    if len(whole) < 2:
        raise KerascopeError(
            "there are too few inputs to hold half of them out",
            expected="two inputs or more of each of two classes or more",
            got=f"{len(data)} inputs of {len(rows)} classes, {len(whole)} of them with two or more",
            remedy="pass more inputs, or leave --prune out",
        )
    first = np.sort(np.concatenate([each[: len(each) // 2] for each in whole]))
    second = np.sort(np.concatenate([each[len(each) // 2 :] for each in whole]))
    return data.of(first), data.of(second)


def hidden_layers(net: UnitNet) -> tuple[str, ...]:
    """The layers of units that are fed and that feed others: no inputs and no answers."""
    sources, targets = {link.source for link in net.links}, {link.target for link in net.links}
    return tuple(layer.name for index, layer in enumerate(net.layers) if index in sources & targets)


def incoming_norms(net: UnitNet) -> Importance:
    """The importance (U, 1) of units by the sizes of what feeds them alone, the same for every class.

    It is the root of the sum of the squared weights, of a convolution that of its kernels: the usual measure that needs
    no data (Li et al. 2017, "Pruning Filters for Efficient ConvNets", section 3.1, where the sum of absolute values is
    found to do as well).
    """
    squares = [np.zeros((layer.units, 1), np.float32) for layer in net.layers]
    for link in net.links:
        squares[link.target] += np.sum(np.square(link.weights), axis=0, keepdims=True).T
    return {layer.name: np.sqrt(each) for layer, each in zip(net.layers, squares, strict=True)}


def weight_orders(net: UnitNet, count: int, classes: Sequence[int]) -> dict[str, Importance]:
    """What needs no data: `weight`, carried back from each of these classes, and `norm`, of each unit by itself."""
    names = [layer.name for layer in net.layers]
    carried = weight_importance(net, count, classes)
    return {"weight": dict(zip(names, carried, strict=True)), "norm": incoming_norms(net)}


def prune_report(
    gated: Gated,
    net: UnitNet,
    data: Labelled,
    method: Method,
    folder: Path | str,
    *,
    count: int,
    title: str = "",
    options: Mapping[str, OptionValue] | None = None,
    overwrite: bool = False,
    progress: Progress = in_silence,
    warn: Warn = untold,
) -> tuple[Path, ...]:
    """The paths of the files that tell how a model answers when its least important units are switched off.

    The order by `method` is found on one half of the samples and the accuracy measured on the other. Beside it stand
    the orders by weights alone and at random.

    Parameters
    ----------
    gated, net : the model, and its units and weights.
    data : samples whose classes are known to be true: not the model's own answers.
    method, options : how the importance is found.
    folder : where `curves.json`, `curves.csv` and `curves.png` are written.
    count : how many classes the model tells apart.
    title : what a reader calls the model.
    overwrite, progress, warn : whether files may be replaced, and what is told.

    Raises
    ------
    KerascopeError
        too few samples, no hidden layer of units, a folder that cannot be written to, no matplotlib.
    """
    check_folder(Path(folder), overwrite=overwrite)
    layers = _that_can_be_switched(gated, hidden_layers(net))
    first, second = halves(data)
    if len(second) < _FEW:
        warn(f"the accuracy is of {len(second)} inputs only: one of them is {100 / len(second):.1f} %")
    classes = measured_classes(second)
    importances: dict[str, Importance] = {}
    if method.needs_data:
        importances[method.name] = method.run(gated, first, classes, progress=progress, **(options or {}))
    importances |= weight_orders(net, count, classes)
    curves = pruning_curves(gated, importances, second, layers=layers, classes=classes, title=title, progress=progress)
    return write_curves(curves, folder, overwrite=overwrite)


def _that_can_be_switched(gated: Gated, layers: tuple[str, ...]) -> tuple[str, ...]:
    shut = {gate.layer for gate in gated.gates if gate.is_open}
    return tuple(name for name in layers if name not in shut)
