"""What is shown when nobody says: a right answer, an attack that can be watched, a name that says something."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs
from paper_bundle import PaperBundle, layer, paper_bundle

from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Capture, Checkpoint, Input, Run
from scenes.choose import shown_capture, shown_name, shown_run
from scenes.options import SceneOptions

OPTIONS = SceneOptions()
LAYERS = [layer("a", "input", 3)]


def shown(*kinds_and_answers: tuple[str, int, int]) -> PaperBundle:
    """Inputs 0, 1, ... of these kinds, each with its true class and what was predicted."""
    inputs = tuple(Input(id=f"{i}", label="", kind=k, true_class=t) for i, (k, t, _) in enumerate(kinds_and_answers))  # type: ignore[arg-type]
    captures = tuple(
        Capture(input=f"{i}", checkpoint="000", outputs={}, predicted=p) for i, (*_, p) in enumerate(kinds_and_answers)
    )
    return paper_bundle(LAYERS, inputs=inputs, captures=captures)


def test_the_first_clean_input_that_is_right_is_shown() -> None:
    bundle = shown(("attacked", 0, 0), ("clean", 0, 1), ("clean", 1, 1), ("clean", 2, 2))
    assert shown_capture(bundle, OPTIONS).input == "2"


def test_else_the_first_clean_one_else_the_first() -> None:
    assert shown_capture(shown(("attacked", 0, 0), ("clean", 0, 1), ("clean", 0, 2)), OPTIONS).input == "1"
    assert shown_capture(shown(("attacked", 0, 0), ("attacked", 0, 1)), OPTIONS).input == "0"


def test_a_bundle_without_a_capture_at_the_checkpoint_says_so() -> None:
    moments = tuple(Checkpoint(id=f"00{i}", label="", weights={}) for i in range(2))
    manifest = structs.replace(shown(("clean", 0, 0)).manifest, checkpoints=moments)
    bundle = PaperBundle(manifest, {}, lambda *_: pytest.fail("nothing is read"))
    with pytest.raises(KerascopeError, match="nothing to show"):
        shown_capture(bundle, OPTIONS)
    assert shown_capture(bundle, SceneOptions(checkpoint_id="000")).input == "0"


def attack(name: str, steps: int, success: bool) -> Run:
    return Run(
        id=name, kind="attack", method="fgsm", checkpoint="000", options={}, result={"success": success}, parent="0",
        inputs=("0",) * steps,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([attack("a", 9, False), attack("b", 2, True)], "b"),
        ([attack("a", 1, True), attack("b", 12, True), attack("c", 12, True)], "b"),
        ([attack("a", 1, False), attack("b", 3, False)], "b"),
    ],
)
def test_of_attacks_that_succeeded_the_one_with_the_most_steps_is_shown(runs: list[Run], expected: str) -> None:
    bundle = shown(("clean", 0, 0))
    manifest = structs.replace(bundle.manifest, runs=tuple(runs))
    assert shown_run(PaperBundle(manifest, {}, bundle.fill), OPTIONS).id == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [("tiny_vgg", "Tiny vgg"), ("MNIST CNN", "MNIST CNN"), ("sequential", "My net"), ("functional_12", "My net")],
)
def test_a_name_that_keras_made_up_gives_way_to_that_of_the_bundle(given: str, expected: str) -> None:
    bundle = paper_bundle(LAYERS)
    manifest = structs.replace(bundle.manifest, model=structs.replace(bundle.manifest.model, name=given))
    named = PaperBundle(manifest, {}, bundle.fill)
    named.path = Path("somewhere/my_net.bundle")
    assert shown_name(named) == expected
