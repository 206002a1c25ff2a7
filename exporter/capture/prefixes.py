"""What the names of layers say about blocks: `conv2_block1_1_conv` is of `conv2`, of `conv2_block1` and of ..._1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

Level = dict[str, list[int]]
"""The places of the layers under each prefix; all prefixes of one level are alike but for their numbers."""

_NUMBER = re.compile(r"\d+(?:[a-z](?![A-Za-z]))?")
_SEPARATORS = "_-. "


def levels_of(names: Sequence[str]) -> list[Level]:
    """Groups of layers by a common prefix that ends in a number, at least two groups to a level, longest prefix first.

    A single letter after the number belongs to it: `block2a_expand` is of `block2` and of `block2a`.
    """
    levels: dict[str, Level] = {}
    for place, name in enumerate(names):
        for prefix in _prefixes(name):
            levels.setdefault(_pattern(prefix), {}).setdefault(prefix, []).append(place)
    repeated = [(pattern, level) for pattern, level in levels.items() if len(level) > 1]
    return [level for _, level in sorted(repeated, key=lambda item: (-len(item[0]), item[0]))]


def _prefixes(name: str) -> Iterator[str]:
    for number in _NUMBER.finditer(name):
        digits = number.group().rstrip("abcdefghijklmnopqrstuvwxyz")
        yield name[: number.start() + len(digits)]
        if digits != number.group():
            yield name[: number.end()]


def _pattern(prefix: str) -> str:
    """The prefix with `#` for each number, and `#@` for a number with a letter."""
    return _NUMBER.sub(lambda number: "#" if number.group().isdigit() else "#@", prefix)


def siblings_of(names: Sequence[str], level: Level) -> Level:
    """More groups whose layers are called as those of `level` are after the prefix, but under a prefix of another kind.

    MobileNet's first block is `expanded_conv_depthwise`, ..., the others `block_1_depthwise`, ...
    """
    endings = {names[place][len(prefix) :] for prefix, places in level.items() for place in places}
    grouped = {place for places in level.values() for place in places}
    found: Level = {}
    for place, name in enumerate(names):
        if place not in grouped:
            for at in (at for at, letter in enumerate(name) if at and letter in _SEPARATORS):
                if name[at:] in endings:
                    found.setdefault(name[:at], []).append(place)
    return {prefix: places for prefix, places in found.items() if len(places) > 3}


def paired(level: Level, other: Level) -> Level | None:
    """One group of each two whose prefixes differ in letters but not in numbers (`conv_dw_1`, `conv_pw_1`), or `None`.

    `None` where not every prefix of the one has its fellow in the other.
    """
    fellows = {tuple(re.findall(r"\d+", prefix)): places for prefix, places in other.items()}
    keys = {prefix: tuple(re.findall(r"\d+", prefix)) for prefix in level}
    if len(fellows) != len(other) or set(keys.values()) != set(fellows) or len(fellows) != len(level):
        return None
    return {prefix: sorted(places + fellows[keys[prefix]]) for prefix, places in level.items()}
