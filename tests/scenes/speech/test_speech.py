"""The scenes say the same in both languages, and what is missing is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from exporter.bundle.errors import KerascopeError
from scenes.speech.speech import LANGUAGES, Speech, places_of, speech_of

ROOM = Path(__file__).parents[3] / "scenes" / "speech"
SCENES = sorted({path.stem for path in ROOM.glob("*/*.toml")})


@pytest.mark.parametrize("scene", SCENES)
def test_both_languages_have_the_same_sentences_with_the_same_places(scene: str) -> None:
    places = [
        {key: places_of(text) for key, text in speech_of(language, scene).texts.items()} for language in LANGUAGES
    ]
    assert places[0] == places[1]


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_and_places_are_plain_names(scene: str, language: str) -> None:
    for key, text in speech_of(language, scene).texts.items():
        assert text.strip() == text != "", key
        assert all(name.isidentifier() for name in places_of(text)), key


def test_only_languages_that_ship_have_words() -> None:
    assert {path.name for path in ROOM.iterdir() if any(path.glob("*.toml"))} <= set(LANGUAGES)


def test_places_are_filled() -> None:
    speech = Speech("en", "made", {"where": "row {row}, {share:.0%}", "plain": "nothing"})
    assert speech("where", row=3, share=0.25) == "row 3, 25%"
    assert speech("plain") == "nothing"


@pytest.mark.parametrize(
    ("key", "places", "told"),
    [
        ("there", {}, "no such words of a scene: expected where or plain, got 'there' in en/made.toml"),
        ("where", {"column": 1}, "a place of where in en/made.toml is not filled: expected row, got column"),
        ("where", {"row": "three"}, "a place of where in en/made.toml is not filled: expected row, got row"),
    ],
)
def test_what_is_missing_is_said(key: str, places: dict[str, object], told: str) -> None:
    speech = Speech("en", "made", {"where": "row {row:d}", "plain": "nothing"})
    with pytest.raises(KerascopeError) as caught:
        speech(key, **places)
    assert told in str(caught.value)


def test_a_scene_without_words_is_said() -> None:
    with pytest.raises(KerascopeError, match="no words for nothing_like_it in zh"):
        speech_of("zh", "nothing_like_it")
