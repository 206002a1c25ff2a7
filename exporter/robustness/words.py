"""What a reader calls attacks."""

from __future__ import annotations

METHOD_WORDS = {
    "fgsm": "one step (FGSM)",
    "growing-fgsm": "smallest step (FGSM)",
    "ifgsm": "steps (I-FGSM)",
    "pgd": "PGD",
    "deepfool": "DeepFool",
    "noise": "noise of that size (control)",
    "cw": "Carlini & Wagner",
    "boundary": "boundary attack",
    "hopskipjump": "HopSkipJump",
}
