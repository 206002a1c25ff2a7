"""What a value is made of, in words with its numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from exporter.bundle import Bundle
from viewer.forward.audits import Case, case_of, worked
from viewer.forward.node import CannotError
from viewer.forward.working import Working, number
from viewer.state import CaptureKey
from viewer.study import Place

MOST_TERMS = 5
_MOST_EXPONENT = 600.0


@dataclass(frozen=True)
class Term:
    """One thing that goes into a value: `value` at `place` times `weight` is `product`."""

    place: Place
    value: float
    weight: float
    product: float


@dataclass(frozen=True)
class Formula:
    """How a value comes about.

    Attributes
    ----------
    place : the one value that it is about: of a place without channel or position, the largest in size there.
    lines : it in words with the numbers, short lines; where it cannot be told, one that says why.
    terms : what goes into it most, by the size of the product, the largest first, at most five.
    rest, rest_count : the sum of all other products, and how many they are.
    constant : what is added beside: the bias.
    before, value : the result before and after the activation function. Where `is_sum`, `before` is the sum of the
        products of `terms`, of `rest` and `constant`. `None` where it cannot be told.
    share : of all sizes of products, how much those of `terms` have, 0 to 1.
    """

    place: Place
    lines: tuple[str, ...]
    terms: tuple[Term, ...] = ()
    rest: float = 0.0
    rest_count: int = 0
    constant: float = 0.0
    before: float | None = None
    value: float | None = None
    share: float = 1.0
    is_sum: bool = False


def formula(bundle: Bundle, key: CaptureKey, place: Place) -> Formula:
    """What a value is made of, from the stored outputs before it and the weights.

    Raises
    ------
    KerascopeError
        the bundle has no such capture, layer or cell.
    """
    try:
        case = case_of(bundle, key, place)
        working, value, function = worked(bundle, key, case)
    except CannotError as error:
        return Formula(place, (error.what,))
    return _told(case, working, value, function)


def _told(case: Case, working: Working, value: float, function: str) -> Formula:
    products = working.products
    order = np.argsort(-np.abs(products), kind="stable")[:MOST_TERMS]
    order = order[(np.abs(products[order]) > 0) | (len(products) == 1)] if working.is_sum else order[:0]
    terms = tuple(_term(case, working, int(at)) for at in order)
    sizes = float(np.abs(products).sum())
    rest = float(products.sum()) - sum(term.product for term in terms) if working.is_sum else 0.0
    return Formula(
        place=case.place,
        lines=_lines(working, value, function, terms),
        terms=terms,
        rest=rest,
        rest_count=len(products) - len(terms) if working.is_sum else 0,
        constant=working.constant,
        before=working.value,
        value=value,
        share=sum(abs(term.product) for term in terms) / sizes if sizes else 1.0,
        is_sum=working.is_sum,
    )


def _term(case: Case, working: Working, at: int) -> Term:
    if case.node.layer.kind == "input":
        place = case.place
    else:
        source, output = case.network.sources[case.node.layer.name][int(working.arguments[at])]
        *position, channel = (int(each) for each in working.places[at])
        place = Place(source, output, channel, tuple(position) if position else None)
    return Term(place, float(working.values[at]), float(working.weights[at]), float(working.products[at]))


def _lines(working: Working, value: float, function: str, terms: tuple[Term, ...]) -> tuple[str, ...]:
    lines = list(working.lines)
    total = working.value - working.constant if working.is_sum else working.value
    if not working.lines or working.constant_name == "":
        lines.insert(0, f"{working.how}")
    if working.is_sum and len(terms) == 1 and len(working.values) == 1 and terms[0].weight == 1:
        lines.append(f"from {where(terms[0].place)}")
    if working.constant_name == "bias":
        lines.append(f"{number(total)} + bias {number(working.constant)} = {number(working.value)}")
    else:
        lines.append(f"= {number(working.value)}")
    if function == "softmax" and value > 0 and abs(working.value) < _MOST_EXPONENT:
        lines.append(f"sum of e^x over all: {number(math.exp(working.value) / value)}")
    if function:
        lines.append(f"{function}({number(working.value)}) = {number(value)}")
    return tuple(lines)


def where(place: Place) -> str:
    """A place in a few words.

    >>> where(Place("conv_1", 0, 3, (5, 7))), where(Place("dense", 0, 4))
    ('conv_1 3 at (5, 7)', 'dense 4')
    """
    cell = "" if place.position is None else f" at {tuple(place.position)}"
    return f"{place.layer}{'' if place.channel is None else f' {place.channel}'}{cell}"
