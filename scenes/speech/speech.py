"""The words of a scene in a language: sentences with places for numbers, from `LANGUAGE/SCENE.toml` beside this file.

    window = "the {rows}\u00d7{columns} window at row {row}, column {column}"

Both languages have the same keys, and the same places under each. A place may say how its number is written, as in
`{share:.0%}`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from types import MappingProxyType
from typing import TYPE_CHECKING, get_args

from exporter.bundle.errors import KerascopeError
from scenes.options import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """The sentences of one scene in one language; called with a key and what stands in its places, one of them."""

    language: Language
    scene: str
    texts: Mapping[str, str]

    def __call__(self, key: str, /, **places: object) -> str:
        """The sentence under that key, its places filled.

        Raises
        ------
        KerascopeError
            There is no such sentence, or nothing was given for one of its places, or it cannot be written so.
        """
        if key not in self.texts:
            expected, source = " or ".join(self.texts), f"{self.language}/{self.scene}.toml"
            raise KerascopeError("no such words of a scene", expected=expected, got=f"{key!r} in {source}")
        text = self.texts[key]
        try:
            return text.format(**places)
        except (LookupError, ValueError, AttributeError) as error:
            where = f"{key} in {self.language}/{self.scene}.toml"
            expected, got = ", ".join(sorted(places_of(text))), ", ".join(sorted(places)) or "nothing"
            raise KerascopeError(f"a place of {where} is not filled", expected=expected, got=got) from error


@cache
def speech_of(language: Language, scene: str) -> Speech:
    """The words of a scene in a language, read once.

    Raises
    ------
    KerascopeError
        There are none, or they are no flat table of texts.
    """
    source, remedy = files("scenes.speech") / language / f"{scene}.toml", "pip install --force-reinstall kerascope"
    try:
        texts = tomllib.loads(source.read_text("utf-8"))
    except OSError as error:
        remedy = "pip install --force-reinstall kerascope"
        raise KerascopeError(
            f"no words for {scene} in {language}", got=error.strerror or error, remedy=remedy
        ) from error
    except ValueError as error:
        raise KerascopeError(f"the words of {scene} in {language} cannot be read", got=error) from error
    if wrong := [key for key, text in texts.items() if not isinstance(text, str)]:
        expected = 'key = "text with {places}"'
        raise KerascopeError(f"the words of {scene} in {language} are no texts", expected=expected, got=wrong[0])
    return Speech(language, scene, MappingProxyType(texts))


def places_of(text: str) -> frozenset[str]:
    """The names of the places in a sentence.

    >>> sorted(places_of("row {row} of {rows}: {share:.0%}"))
    ['row', 'rows', 'share']
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
