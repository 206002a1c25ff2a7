"""A process of Kerascope's own imports Keras without what it would only offer to others; nobody else's is changed."""

from __future__ import annotations

import importlib
import sys

import pytest

import kerascope
from exporter import lean

UNUSED = "wave"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that nobody has claimed, and a module that it has not loaded."""
    monkeypatch.setattr(lean, "_claims", [])
    monkeypatch.delitem(sys.modules, UNUSED, raising=False)


def test_a_claimed_process_finds_nothing_meanwhile_and_everything_afterwards() -> None:
    lean.claim_process("a test")
    with pytest.raises(ModuleNotFoundError), lean.without_offered([UNUSED]):
        importlib.import_module(UNUSED)
    assert importlib.import_module(UNUSED).__name__ == UNUSED


def test_what_is_loaded_stays() -> None:
    lean.claim_process("a test")
    loaded = importlib.import_module(UNUSED)
    with lean.without_offered([UNUSED]):
        assert importlib.import_module(UNUSED) is loaded
    assert sys.modules[UNUSED] is loaded


def test_in_a_process_of_others_nothing_changes() -> None:
    with lean.without_offered([UNUSED]):
        assert importlib.import_module(UNUSED).__name__ == UNUSED


def test_the_command_claims_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kerascope, "main", lambda: 0)
    monkeypatch.setattr(kerascope.signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit):
        kerascope.run()
    assert lean._claims == ["kerascope"]


@pytest.mark.tf
def test_keras_does_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from keras.src.trainers.data_adapters import array_slicing
    from keras.src.wrappers import fixes

    assert (array_slicing.pandas, fixes.sklearn) == (None, None) or {"pandas", "sklearn"} <= set(sys.modules)
    assert importlib.import_module("pandas").DataFrame({"a": [1]}).shape == (1, 1)
