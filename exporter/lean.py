"""What Keras asks for while it is imported, to offer it to others, and Kerascope has no use for."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

OFFERED = "matplotlib", "pandas", "sklearn"
"""For plots, for tables as inputs, and for models among those of scikit-learn: two fifths of the time that importing
Keras and TensorFlow takes.
"""
_claims: list[str] = []


def claim_process(name: str) -> None:
    """From now on Keras is imported without them: nobody but Kerascope uses it in this process, called `name`."""
    _claims.append(name)


@contextmanager
def without_offered(names: Sequence[str] = OFFERED) -> Iterator[None]:
    """Packages that are imported meanwhile find none of these, in a process that is Kerascope's own.

    Afterwards they can be imported as ever. What is loaded already stays, and elsewhere nothing changes: who imports
    this package in a notebook may hand Keras a table.
    """
    absent = [name for name in names if name not in sys.modules] if _claims else []
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
