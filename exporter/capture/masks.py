"""Masks: which steps of a sequence count. Keras computes them in operations of their own, which are no part of the net
that anyone drew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from exporter.capture.calls import Call, Container, Made, Reading, Run


def without_masks(reading: Reading) -> Reading:
    """The reading without the bare operations that only make masks for layers; what they mask is unchanged.

    Such an operation (`not_equal`, `logical_and`, `any`) puts out truth values that only layers take, each beside
    something else, or other such operations, or nothing.
    """
    hidden = _mask_makers(reading)
    if not hidden:
        return reading
    return replace(
        reading,
        calls=tuple(_unmasked(call, hidden) for call in reading.calls if call.name not in hidden),
        containers=tuple(kept for each in reading.containers if (kept := _without(each, hidden)) is not None),
        run=_quiet(reading.run, hidden),
    )


def _mask_makers(reading: Reading) -> frozenset[str]:
    takers: dict[str, list[Call]] = defaultdict(list)
    for call in reading.calls:
        for sources in call.arguments:
            for source in sources:
                takers[source.call].append(call)
    outputs = {source.call for source in reading.outputs}
    hidden: set[str] = set()
    for call in reversed(reading.calls):  # what takes it has been looked at before
        if _makes_truth(call) and call.name not in outputs:
            others = [taker for taker in takers[call.name] if taker.name not in hidden]
            if all(taker.is_layer and _takes_more(taker) for taker in others):
                hidden.add(call.name)
    return frozenset(hidden)


def _makes_truth(call: Call) -> bool:
    return not call.is_layer and not call.result_of and all(output.dtype == "bool" for output in call.outputs)


def _takes_more(call: Call) -> bool:
    """Whether a layer is called on several tensors, of which a mask can be one."""
    return len(call.arguments) > 1


def _unmasked(call: Call, hidden: frozenset[str]) -> Call:
    arguments = tuple(tuple(each for each in sources if each.call not in hidden) for sources in call.arguments)
    return replace(call, arguments=tuple(sources for sources in arguments if sources))


def _without(container: Container, hidden: frozenset[str]) -> Container | None:
    calls = tuple(name for name in container.calls if name not in hidden)
    if not calls:
        return None
    return replace(container, calls=calls, output=container.output if container.output in calls else calls[-1])


def _quiet(run: Run, hidden: frozenset[str]) -> Run:
    def heard(tensors: list[object]) -> Iterator[Made]:
        for call, values in run(tensors):
            if call.name in hidden:
                values.clear()
            else:
                yield call, values

    return heard
