"""The fields of a protocol buffer message whose description is not at hand."""

from __future__ import annotations

from collections.abc import Iterator

from exporter.models.errors import ModelError

_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5
_SIZES = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}


def fields_of(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field: whole numbers, or bytes (texts and messages are not told apart).

    >>> list(fields_of(bytes([8, 150, 1, 18, 2, 104, 105])))
    [(1, 150), (2, b'hi')]

    Raises
    ------
    ModelError
        bytes that are no such message.
    """
    place = 0
    while place < len(data):
        key, place = _number(data, place)
        kind = key & 7
        if kind == _VARINT:
            value, place = _number(data, place)
            yield key >> 3, value
            continue
        if kind == _LENGTH:
            size, place = _number(data, place)
        elif kind in _SIZES:
            size = _SIZES[kind]
        else:
            raise ModelError("a protocol buffer is damaged", got=f"a field of kind {kind}")
        if place + size > len(data):
            raise ModelError("a protocol buffer is cut off")
        yield key >> 3, data[place : place + size]
        place += size


def _number(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(data) and shift < 70:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7
    raise ModelError("a protocol buffer is cut off")
