"""Whether the arrays that an object names have the forms that they must have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from exporter.bundle.frozen import TensorRef

Pattern = tuple[tuple[int | str, ...], str]
"""A shape, equal letters standing for equal sizes, and a dtype."""


def form_problems(
    where: str,
    tensors: Mapping[str, TensorRef],
    must: Mapping[str, Pattern],
    may: Mapping[str, Pattern],
    sizes: dict[str, int],
) -> Iterator[str]:
    """What is missing, unknown, or of another form; `sizes` learns what each letter stands for."""
    for name in sorted((must.keys() - tensors.keys()) | (tensors.keys() - must.keys() - may.keys())):
        yield f"{where} {'lacks' if name in must else 'has the unknown entry'} {name!r}"
    for name, (pattern, dtype) in {**must, **may}.items():
        ref = tensors.get(name)
        if ref is None:
            continue
        fits = len(ref.shape) == len(pattern) and all(
            size == (sizes.setdefault(part, size) if isinstance(part, str) else part)
            for size, part in zip(ref.shape, pattern, strict=True)
        )
        if not fits or ref.dtype != dtype:
            yield f"{where}: {name!r} is {ref.dtype} {ref.shape}, not {dtype} ({', '.join(map(str, pattern))})"
