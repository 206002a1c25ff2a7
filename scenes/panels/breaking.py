"""Where a line may be broken: between words, and in Chinese between characters, but not before a closing mark nor after
an opening one. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from viewer.letters import MARKS, SQUARES, is_chinese

if TYPE_CHECKING:
    from collections.abc import Sequence

ENDS = frozenset("，。、：；！？）》〉」』】〕”’…—～％℃" + ".,:;!?)]}%")
"""What never begins a line: closing marks, full stops and their like."""
BEGINS = frozenset("（《〈「『【〔“‘")
"""What never ends a line: opening marks."""
_SQUARE = "".join(f"{chr(first)}-{chr(last)}" for first, last in SQUARES)
PIECE = re.compile(rf"[^\S\u00a0]+|[{_SQUARE}]|(?:[^\s{_SQUARE}]|\u00a0)+")
"""Spaces, a character that stands alone, or a word; a no-break space is part of one."""


def pieces_of(text: str) -> list[str]:
    """A text in pieces that stay whole; each but the first begins with the space that parts it from the one before, if
    any. What no-break spaces join stays whole too.

    >>> pieces_of("one word"), pieces_of("\u6b65\u5e45 2\uff0c\u586b\u5145")
    (['one', ' word'], ['\u6b65', '\u5e45', ' 2\uff0c', '\u586b', '\u5145'])
    >>> len(pieces_of("95\u00a0% of all"))
    3
    """
    pieces: list[str] = []
    space = ""
    for part in PIECE.findall(text.strip()):
        if part.isspace():
            space = " "
        elif pieces and _sticks(pieces[-1], space, part):
            pieces[-1] += space + part
            space = ""
        else:
            pieces.append(space + part)
            space = ""
    return pieces


def joined(lines: Sequence[str]) -> str:
    """Lines as one: a space between them, but none where Chinese meets Chinese.

    >>> joined(["one", "two"]), joined(["\u6b65\u5e45\uff0c", "\u586b\u5145"])
    ('one two', '\u6b65\u5e45\uff0c\u586b\u5145')
    """
    text = ""
    for line in lines:
        is_one = not text or not line or _touch(text[-1], line[0])
        text += line if is_one else f" {line}"
    return text


def _touch(before: str, after: str) -> bool:
    """Whether there is no space between two characters: where Chinese meets Chinese, or a mark of it."""
    are_squares = all(is_chinese(each) or each in MARKS for each in (before, after))
    return are_squares and (is_chinese(before) or is_chinese(after))


def _sticks(before: str, space: str, part: str) -> bool:
    """Whether a part stays with what stands before it: marks do, and Chinese behind a number, which it counts."""
    if space:
        return before[-1].isdigit() and is_chinese(part[0])
    return part[0] in ENDS or before[-1] in BEGINS
