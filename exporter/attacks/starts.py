"""Where attacks that need no gradient begin: pictures that the model misreads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from exporter.attacks.contract import AttackError, Batch, Pixels
from exporter.attacks.rows import rows_of

Judge = Callable[[Pixels], NDArray[np.float32]]
"""The logits (n, classes) of pixels (n, ...)."""

_DRAWS = 500
_HALVINGS = 10


def starting_point(name: str, batch: Batch, row: int, judge: Judge) -> Pixels:
    """A picture (...) that the model reads as another class than the label (or as the target), near to an input.

    It is another input of the batch, the nearest that will do; failing that it is noise: at most 500 draws, evenly
    between two levels that are drawn as well. It is then blended with the input, by bisection, as far as the model
    still misreads it.

    Raises
    ------
    AttackError
        the model misreads none of them; `name` is that of the attack.
    """
    one = rows_of(batch, [row])
    for candidate in _candidates(batch, row):
        if _is_misread(one, candidate, judge):
            return _blended(one, candidate, judge)
    wanted = f"class {one.targets[0]}" if one.targets is not None else f"another class than {one.labels[0]}"
    raise AttackError(
        f"{name} has nothing to start from",
        expected=f"a picture that the model reads as {wanted}",
        got=f"none among the other inputs and {_DRAWS} draws of noise",
        remedy="attack such an input together with this one",
    )


def _candidates(batch: Batch, row: int) -> Iterator[Pixels]:
    others = np.delete(np.arange(len(batch.labels)), row)
    change = batch.pixels[others] - batch.pixels[row]
    lengths = np.square(change).sum(axis=tuple(range(1, change.ndim)))
    yield from batch.pixels[others[np.argsort(lengths, kind="stable")]]
    generator = np.random.default_rng((batch.seed, batch.restart, int(batch.places[row]), _DRAWS))
    for _ in range(_DRAWS):
        low, high = np.sort(generator.random(2))
        yield generator.uniform(low, high, batch.pixels.shape[1:]).astype(np.float32)


def _is_misread(one: Batch, picture: Pixels, judge: Judge) -> bool:
    return bool(one.is_fooled(judge(picture[None]).argmax(axis=1))[0])


def _blended(one: Batch, picture: Pixels, judge: Judge) -> Pixels:
    clean, misread = one.pixels[0], picture
    shares = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = sum(shares) / 2
        blend = np.clip(clean + np.float32(middle) * (picture - clean), 0.0, 1.0)
        if _is_misread(one, blend, judge):
            misread, shares = blend, (shares[0], middle)
        else:
            shares = middle, shares[1]
    return misread
