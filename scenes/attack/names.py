"""What an attack is called on a picture."""

from __future__ import annotations

CONTROL = "noise"
"""The method that is no attack: as large a change, but in no direction that anyone has chosen."""

_WORDS = {
    "fgsm": "FGSM",
    "ifgsm": "I-FGSM",
    "pgd": "PGD",
    "deepfool": "DeepFool",
    "targeted-l2": "targeted L2",
    "cw": "C&W",
    "boundary": "boundary attack",
    "hopskipjump": "HopSkipJump",
    CONTROL: "uniform noise",
}


def words_of(method: str) -> str:
    """The name of a method of attack as people write it; one that is not known keeps its own.

    >>> words_of("ifgsm"), words_of("boundary"), words_of("noise"), words_of("my-own")
    ('I-FGSM', 'boundary attack', 'uniform noise', 'my-own')
    """
    return _WORDS.get(method, method)
