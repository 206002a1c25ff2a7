"""What goes into the activation function of a channel, and what comes out: which channel and cell tell most. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scenes.steps.fields import Field, full_colour
from scenes.steps.functions import Function, before_of, function_of, has_function, is_fused, refuse_softmax
from scenes.steps.subject import subject_of
from viewer.kept import finite

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from scenes.steps.subject import Subject

    Array = NDArray[np.float64]

FEW, LARGE, TELLING = 0.02, 0.6, 0.4
"""Of all cells, what must be cut for one of them to be shown; of the largest value, how large the one shown is; the
share of cut cells that tells most.
"""


@dataclass(frozen=True, eq=False)
class Squashing:
    """One channel (or a vector) before and after its function.

    Attributes
    ----------
    after : the stored values.
    before : what went in, (count,); stored where the function is a layer of its own, else recomputed.
    source : the field of `before` where it is stored.
    """

    subject: Subject
    function: Function
    after: Field
    before: Array
    source: Field | None

    def chosen(self, options: SceneOptions) -> int:
        """The number of the cell that was chosen; without a choice one near the middle that shows what the function
        does: about the median of what it cuts, else a rather large one.
        """
        if not self.subject.cells and options.channel is not None:
            return self.subject.channel
        if options.at is not None and self.subject.cells:
            return self.subject.index(self.subject.at)
        third = self.after.count // 3
        middle = slice(third, max(self.after.count - third, third + 1))
        values, cut = self.before[middle], self.before[(self.outputs == 0) & (self.before < 0)]
        aim = float(np.median(cut)) if cut.size > FEW * self.after.count else LARGE * float(self.before.max())
        return third + int(np.abs(values - aim).argmin())

    @cached_property
    def outputs(self) -> Array:
        """(count,) the stored values after the function."""
        return np.asarray(self.after.cells, np.float64)

    @cached_property
    def zeroed(self) -> int:
        """How many values that were not 0 are 0 afterwards."""
        return int(np.count_nonzero((self.outputs == 0) & (self.before != 0)))

    @cached_property
    def scale(self) -> float:
        """The |value| of full colour, before and after."""
        return full_colour(np.asarray(self.before, np.float32), self.after.cells)


def squashing_of(bundle: Bundle, options: SceneOptions) -> Squashing:
    """What the options ask for.

    Raises
    ------
    KerascopeError
        There is no such layer, channel or cell, or it cannot be told.
    """
    if options.layer is not None:
        refuse_softmax(bundle.layer(options.layer))
    subject = subject_of(bundle, options, has_function, "activation function")
    case = subject.case
    if options.channel is None and subject.cells and not is_fused(case.node):
        subject = replace(subject, channel=telling_channel(case.inputs[0], case.values))
    channel = subject.channel if subject.cells else None
    after = Field(subject.layer.name, 0, case.values, channel)
    function = function_of(case.node, after.index(0))
    given = before_of(case.node, case.inputs, channel)
    at = None if channel is None else min(channel, given.shape[-1] - 1)
    source = None if is_fused(case.node) else Field(*subject.source, case.inputs[0], channel)
    shown = given if at is None else given[..., at]
    before = np.nan_to_num(np.asarray(shown, np.float64).reshape(-1)[: after.count], posinf=1e31, neginf=-1e31)
    return Squashing(subject, function, after, before, source)


def telling_channel(before: Array, after: Array) -> int:
    """The channel that shows best what is cut: of those that vary at least half as much as any, the one of which about
    two cells in five become 0.
    """
    axes = tuple(range(after.ndim - 1))
    spread = finite(after).std(axis=axes, dtype=np.float64)
    cut = ((after == 0) & (before[..., : after.shape[-1]] != 0)).mean(axis=axes)
    off = np.where(spread >= 0.5 * spread.max(), np.abs(cut - TELLING), np.inf)
    return int(off.argmin())
