"""What a user of the folder should know before loading it: a line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from exporter.interchange.unity.errors import UnityError
from exporter.interchange.unity.flow import Piece
from exporter.interchange.unity.write import Peaks, kernel_size

LARGE_BYTES = 12_000_000
"""The loader took 3.9 seconds for a folder of this size, its window frozen."""
MOST_FILE_BYTES = 128 * 2**20
"""The loader reads a file as one text and makes an object of every number: no one waits for more."""
_SECS_PER_BYTE = 3.9 / LARGE_BYTES
_BYTES_PER_VALUE = 9.5
_DARK = 0.05


def advice_on(
    pieces: Sequence[Piece], epochs: int, n_bytes: int, peaks: Peaks, *, pool_size: int | None, scale: float
) -> tuple[str, ...]:
    """The lines for a folder of these pieces and this size."""
    return (
        *_order(epochs),
        *_pools(pieces, pool_size),
        *_size(n_bytes),
        *_input_range(peaks),
        *_brightness(peaks, scale),
        *_upstream(pieces),
    )


def estimated_bytes(values: int) -> int:
    """About how large the files get that hold so many numbers."""
    return int(values * _BYTES_PER_VALUE)


def check_files(pieces: Sequence[Piece], samples: int) -> None:
    """Refuse files that no loader would ever be done with.

    Raises
    ------
    UnityError
        the weights or the activations of an epoch are beyond 134 MB; names the layer that has most of them.
    """
    kernels = {piece.name: (piece, estimated_bytes(kernel_size(piece))) for piece in pieces}
    values = {piece.name: (piece, estimated_bytes(prod(piece.values.shape) * samples)) for piece in pieces}
    fewer = "choose fewer samples with --inputs" if samples > 1 else ""
    for what, sizes, remedy in (("weights", kernels, ""), ("activations", values, fewer)):
        n_bytes = sum(size for _, size in sizes.values())
        if n_bytes > MOST_FILE_BYTES:
            piece, own_bytes = max(sizes.values(), key=lambda pair: pair[1])
            raise UnityError(
                f"the {what} are too large for the loader, most of them those of the layer {piece.layer!r}",
                expected=f"at most {MOST_FILE_BYTES / 1e6:.0f} MB a file",
                got=f"about {n_bytes / 1e6:.0f} MB, {own_bytes / 1e6:.0f} of them for {piece.name}",
                remedy=remedy,
            )


def size_line(n_bytes: int, what: str) -> str:
    """How long the loader takes for so many bytes."""
    return (
        f"{what} {n_bytes / 1e6:.0f} MB: the loader's window freezes for about {n_bytes * _SECS_PER_BYTE:.0f} s; "
        "choose fewer with --inputs and --checkpoints for less"
    )


def _order(epochs: int) -> Iterator[str]:
    if epochs > 1:
        yield (
            "load order: the loader takes files in the order in which the system lists them; Windows lists names in "
            "order, Linux and macOS may not, which mixes up epochs; a single one (--checkpoints) is safe anywhere"
        )


def _pools(pieces: Sequence[Piece], pool_size: int | None) -> Iterator[str]:
    if not any(piece.kind == "maxpool" for piece in pieces):
        return
    if pool_size == 2:
        yield "pools: set Conv Shape of the MaxPoolLayer prefab to 2,2 in Unity, or the maps will be scrambled"
    else:
        yield (
            "pools: for the MaxPoolLayer prefab as published, where a pool derives one row and column more than half; "
            "with --pool-size 2 none is added, and the prefab's Conv Shape must be set to 2,2"
        )


def _size(n_bytes: int) -> Iterator[str]:
    if n_bytes > LARGE_BYTES:
        yield size_line(n_bytes, "large folder,")


def _input_range(peaks: Peaks) -> Iterator[str]:
    largest = peaks.values.get("input", 0.0)
    if largest > 1 or peaks.least < 0:
        yield (
            f"input: values from {min(peaks.least, 0):.3g} to {largest:.3g} as they were fed; the loader shows 0 to 1, "
            "what is below is black and what is above white"
        )


def _brightness(peaks: Peaks, scale: float) -> Iterator[str]:
    """What is beyond the range in which the loader tells values apart, and a factor that brings it inside."""
    if peaks.odd:
        yield f"{peaks.odd} values are NaN or infinite, written as such"
    largest = {name: max(peaks.weights.get(name, 0.0), peaks.values.get(name, 0.0)) for name in peaks.weights}
    largest |= {name: peak for name, peak in peaks.values.items() if name not in largest and name != "input"}
    if not largest or max(largest.values()) == 0:
        return
    most = max(largest.values())
    better = f"{scale / most:.2g}"
    if most > 1:
        beyond = [f"{name} {peak:.3g}" for name, peak in largest.items() if peak > 1]
        yield (
            f"brightness: values beyond 1 saturate: {', '.join(beyond)}; --scale {better} brings the largest to 1 "
            "(it multiplies weights and values, not the picture), or turn the brightness down in Unity"
        )
    elif most < _DARK:
        yield f"brightness: no value is above {most:.2g}, which is dark; --scale {better} brings the largest to 1"


def _upstream(pieces: Sequence[Piece]) -> Iterator[str]:
    few = [piece.name for piece in pieces if piece.kind == "fc" and piece.shape[1] < piece.shape[0]]
    if few:
        yield (
            f"leave 'weights x activations' off: the loader fails where a dense layer has fewer units than its input "
            f"has points ({', '.join(few)})"
        )
