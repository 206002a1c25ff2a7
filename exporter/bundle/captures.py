"""The captures of a manifest as packed text: those that are looked at are decoded, the others never are."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, overload

import msgspec

from exporter.bundle.errors import BundleError
from exporter.bundle.schema import Capture

BLOCK_BYTES = 2**16
"""Captures are packed together until their text is as long as this."""
BLOCKS_KEPT = 32
"""How many blocks stay decoded: those used last."""

Check = Callable[[Capture], Iterator[str]]
"""What is wrong with a capture, a line each."""


def _nothing_wrong(_: Capture) -> Iterator[str]:
    return iter(())


class _Named(msgspec.Struct, gc=False):
    """A capture without what it holds: the outputs are skipped, which is many times as fast as decoding them."""

    input: str
    checkpoint: str


_NAMED = msgspec.json.Decoder(tuple[_Named, ...])
_TEXTS = msgspec.json.Decoder(tuple[msgspec.Raw, ...])
_CAPTURES = msgspec.json.Decoder(tuple[Capture, ...])


class PackedCaptures(Sequence[Capture]):
    """Captures in the order of the manifest. Looking one up decodes its block, of 64 KiB of text or one capture.

    A bundle of 1,000 inputs at 100 checkpoints has a million references or more; packed they take a few megabytes, and
    opening it costs a scan of the text. What the memory holds decoded is bounded by `BLOCKS_KEPT`. Equal to any
    sequence of equal captures.

    Attributes
    ----------
    text_bytes : how long the text was before it was packed.

    Raises
    ------
    BundleError
        On looking up: what is there is no capture, or `check` has found something wrong with it.
    """

    def __init__(
        self, blocks: Sequence[bytes], starts: Sequence[int], pairs: Sequence[tuple[str, str]], path: Path
    ) -> None:
        self._blocks, self._starts, self._path = blocks, starts, path
        self._inputs, self._checkpoints = [one for one, _ in pairs], [other for _, other in pairs]
        self.text_bytes = 0
        self._check: Check | None = None
        self._decoded = lru_cache(BLOCKS_KEPT)(self._decode)

    def checked(self, check: Check) -> PackedCaptures:
        """The same captures, none of which is handed out before `check` has found nothing wrong with it."""
        same = PackedCaptures(self._blocks, self._starts, list(self.pairs), self._path)
        same._check, same.text_bytes = check, self.text_bytes
        return same

    @property
    def pairs(self) -> Iterator[tuple[str, str]]:
        """Input and checkpoint of every capture; nothing is decoded."""
        return zip(self._inputs, self._checkpoints, strict=True)

    def __len__(self) -> int:
        return len(self._inputs)

    @overload
    def __getitem__(self, place: int) -> Capture: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Capture, ...]: ...
    def __getitem__(self, place: int | slice) -> Capture | tuple[Capture, ...]:
        """One capture, or a tuple of some."""
        if isinstance(place, slice):
            return tuple(self[each] for each in range(*place.indices(len(self))))
        place = range(len(self))[place]
        block = bisect_right(self._starts, place) - 1
        return self._decoded(block)[place - self._starts[block]]

    def __iter__(self) -> Iterator[Capture]:
        for block in range(len(self._blocks)):
            yield from self._decoded(block)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return NotImplemented if not isinstance(other, Sequence) else False
        return all(one == same for one, same in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{len(self)} captures>"

    def _decode(self, block: int) -> tuple[Capture, ...]:
        try:
            captures = _CAPTURES.decode(zlib.decompress(self._blocks[block]))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            what, remedy = "a capture in the manifest is not as it should be", "export the bundle again"
            raise BundleError(what, got=error, remedy=remedy, path=self._path) from error
        check = self._check or _nothing_wrong
        for capture in captures:
            for problem in check(capture):
                raise BundleError("the manifest does not hold together", got=problem, path=self._path)
        return captures


def pack_captures(text: Any, path: Path) -> PackedCaptures:
    """The captures of a JSON array, packed. Only that each names an input and a checkpoint has been looked at.

    Raises
    ------
    msgspec.DecodeError
        It is no array of objects that name these two.
    """
    texts = _TEXTS.decode(text)
    same: dict[str, str] = {}
    pairs = [
        (same.setdefault(x.input, x.input), same.setdefault(x.checkpoint, x.checkpoint)) for x in _NAMED.decode(text)
    ]
    starts, waiting_bytes = [0] if texts else [], 0
    for place, one in enumerate(texts):
        size_bytes = memoryview(one).nbytes
        if waiting_bytes and waiting_bytes + size_bytes > BLOCK_BYTES:
            starts.append(place)
            waiting_bytes = 0
        waiting_bytes += size_bytes
    ends = [*starts[1:], len(texts)]
    blocks = [_packed(texts[start:end]) for start, end in zip(starts, ends, strict=True)] if texts else []
    packed = PackedCaptures(blocks, starts, pairs, path)
    packed.text_bytes = memoryview(text).nbytes
    return packed


def _packed(texts: Sequence[msgspec.Raw]) -> bytes:
    return zlib.compress(b"[" + b",".join(texts) + b"]", 1)


def captured_pairs(captures: Sequence[Capture]) -> Iterable[tuple[str, str]]:
    """Input and checkpoint of every capture, in order."""
    if isinstance(captures, PackedCaptures):
        return captures.pairs
    return ((capture.input, capture.checkpoint) for capture in captures)
