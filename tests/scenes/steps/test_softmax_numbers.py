"""A scene of softmax shows the stored numbers before and after it, and exponentials and a sum that join them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from forward_bundle import forward_bundle
from paper_bundle import layer, paper_bundle
from step_states import grids_of, states_of, wrong
from tiny_bundle import CLASS_NAMES, make_tiny_bundle

from exporter.bundle import Bundle, KerascopeError, read_bundle
from scenes.options import SceneOptions
from scenes.panels.numbers import percent, signed
from scenes.registry import scene
from scenes.timeline import Timeline
from viewer.state import ViewState

WIDE, TALL = (1280, 720), (450, 800)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Three classes; softmax is part of the dense layer."""
    return read_bundle(make_tiny_bundle(tmp_path_factory.mktemp("softmax") / "tiny.bundle"))


def built(bundle: Bundle, **options: Any) -> Timeline:
    chosen = SceneOptions(**{"size_px": WIDE, **options})
    return scene("softmax").build(bundle, scene("softmax").lay_out(bundle, chosen), chosen)


def expected(logits: Any, shown: list[int]) -> Mapping[str, Any]:
    """The tables of softmax with a row for each of `shown`, and one for the others where there are some."""
    z = np.asarray(logits, float)
    powers = np.exp(z - z.max())
    made: dict[str, Any] = {"sum": powers.sum()}
    for row, index in enumerate(shown):
        made |= {f"logits {row}": z[index], f"shifted {row}": z[index] - z.max(), f"exponentials {row}": powers[index]}
    return made | {f"exponentials {len(shown)}": np.delete(powers, shown).sum()}


def percents(state: ViewState) -> list[str]:
    """The percents at the right of the rows, from top to bottom."""
    lines = [line for line in state.hud.words if re.fullmatch(r"<?[\d.]+ %", line.text) and line.alpha > 0.99]
    return [line.text for line in sorted(lines, key=lambda line: line.at_px[1])]


def check(timeline: Timeline, logits: Any, probabilities: Any, shown: list[int]) -> set[str]:
    """The tables that were seen, all right; the percents are those of the stored probabilities, and add up to 100."""
    seen: set[str] = set()
    for state in states_of(timeline, 3.0):
        assert wrong(state, expected(logits, shown)) == []
        seen |= set(grids_of(state))
    values = np.asarray(probabilities, float)
    rows = [*values[shown], *([np.delete(values, shown).sum()] if len(shown) < len(values) else [])]
    said = percents(timeline.state_at(timeline.stops_secs[-1]))
    assert said == [percent(float(share)) for share in rows]
    assert sum(rows) == pytest.approx(1.0, abs=1e-5)
    return seen


def logits_of(bundle: Bundle, key: tuple[str, str], fed: str, name: str) -> Any:
    outputs, weights = bundle.capture(*key).outputs, bundle.checkpoint(key[1]).weights
    row = np.asarray(bundle.load(outputs[fed]), float).reshape(-1)
    return row @ bundle.load(weights[f"{name}/kernel"]) + bundle.load(weights[f"{name}/bias"])


@pytest.mark.parametrize("size", [WIDE, TALL])
@pytest.mark.parametrize("shown", ["clean-0", "attack-3"])
def test_a_fused_softmax_is_taken_apart(tiny: Bundle, shown: str, size: tuple[int, int]) -> None:
    """The sums before it are recomputed, which is said; the probabilities are the stored ones."""
    timeline = built(tiny, input_id=shown, size_px=size)
    key = shown, "002"
    stored = tiny.load(tiny.capture(*key).outputs["scores"])
    seen = check(timeline, logits_of(tiny, key, "flatten", "scores"), stored, [0, 1, 2])
    assert seen >= {"logits 0", "shifted 2", "exponentials 1", "sum"}
    said = " ".join(line.text for line in timeline.state_at(timeline.stops_secs[0]).hud.words)
    assert "recomputed" in said
    last = " ".join(line.text.replace("\u00a0", " ") for line in timeline.state_at(timeline.stops_secs[-1]).hud.words)
    winner = int(stored.argmax())
    assert f"{CLASS_NAMES[winner]}: {percent(float(stored[winner]))}" in last


@pytest.fixture(scope="module")
def nets() -> dict[str, Bundle]:
    """Softmax as a layer, as an activation of its own, of many classes, at each place, and not at all."""
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(4)
    layers = keras.layers

    def net(shape: tuple[int, ...], *made: Any) -> Bundle:
        start = x = layers.Input(shape, name="row")
        for each in made:
            x = each(x)
        return forward_bundle(keras.Model(start, x))

    spread = keras.initializers.RandomNormal(stddev=1.0)
    return {
        "layer": net((8,), layers.Dense(4, name="sums"), layers.Softmax(name="shares")),
        "activation": net((8,), layers.Dense(4, name="sums"), layers.Activation("softmax", name="shares")),
        "many": net((8,), layers.Dense(300, activation="softmax", name="shares", kernel_initializer=spread)),
        "places": net((5, 8), layers.Dense(4, activation="softmax", name="shares", bias_initializer=spread)),
    }


@pytest.mark.tf
@pytest.mark.parametrize("net", ["layer", "activation"])
def test_a_softmax_of_its_own_shows_what_it_got(nets: dict[str, Bundle], net: str) -> None:
    """Both stored."""
    bundle = nets[net]
    sums, shares = (bundle.load(bundle.manifest.captures[0].outputs[name]) for name in ("sums", "shares"))
    timeline = built(bundle)
    check(timeline, sums, shares, [0, 1, 2, 3])
    assert not any("recomputed" in line.text for line in timeline.state_at(timeline.stops_secs[0]).hud.words)


@pytest.mark.tf
@pytest.mark.parametrize("size", [WIDE, TALL])
def test_of_many_classes_the_most_probable_have_rows(nets: dict[str, Bundle], size: tuple[int, int]) -> None:
    """And all others share one."""
    bundle = nets["many"]
    shares = bundle.load(bundle.manifest.captures[0].outputs["shares"])
    ranked = np.argsort(-shares, kind="stable")[:10].tolist()
    timeline = built(bundle, size_px=size)
    seen = check(timeline, logits_of(bundle, ("shown", "000"), "row", "shares"), shares, ranked)
    assert "exponentials 10" in seen
    assert "logits 10" not in seen
    assert any(line.text == "290 others" for line in timeline.state_at(timeline.stops_secs[-1]).hud.words)


@pytest.mark.tf
def test_the_place_of_a_sequence_is_chosen(nets: dict[str, Bundle]) -> None:
    """And one that is not there is told."""
    bundle = nets["places"]
    row, shares = (bundle.load(bundle.manifest.captures[0].outputs[name]) for name in ("row", "shares"))
    weights = bundle.checkpoint("000").weights
    sums = row @ bundle.load(weights["shares/kernel"]) + bundle.load(weights["shares/bias"])
    for place in range(5):
        timeline = built(bundle, at=(place,))
        check(timeline, sums[place], shares[place], [0, 1, 2, 3])
        assert timeline.state_at(timeline.stops_secs[0]).about == (place,)
    with pytest.raises(KerascopeError, match="no such cell"):
        built(bundle, at=(5,))


def test_scores_of_classes_become_shares_here() -> None:
    """Where a network ends with its logits; it says so."""
    scores = np.array([-4.0, 9.0, 8.0], np.float32)
    net = paper_bundle([layer("row", "input", 4), layer("out", "dense", 3)], arrays={"out": scores})
    manifest = net.manifest
    with pytest.raises(KerascopeError, match="no softmax"):
        built(net)
    from msgspec import structs

    net.manifest = structs.replace(manifest, model=structs.replace(manifest.model, class_names=("a", "b", "c")))
    timeline = built(net)
    check(timeline, scores, np.exp(scores - 9.0) / np.exp(scores - 9.0).sum(), [0, 1, 2])
    assert any("computed here" in line.text for line in timeline.state_at(timeline.stops_secs[-1]).hud.words)


def test_a_wrong_number_is_found(tiny: Bundle) -> None:
    """The checks find a changed exponential, and logits of another input."""
    state = built(tiny).state_at(built(tiny).stops_secs[-1])
    logits = logits_of(tiny, ("clean-0", "002"), "flatten", "scores")
    assert wrong(state, expected(logits, [0, 1, 2])) == []
    assert wrong(state, expected(logits_of(tiny, ("clean-1", "002"), "flatten", "scores"), [0, 1, 2])) != []
    grid = grids_of(state)["exponentials 1"]
    bent = replace(grid, values=(((grid.values[0][0] or 0.0) + 0.01,),))
    changed = replace(state, grids=tuple(bent if each is grid else each for each in state.grids))
    assert [line.partition(":")[0] for line in wrong(changed, expected(logits, [0, 1, 2]))] == ["exponentials 1"]


def test_a_class_that_is_pointed_at_tells_its_formula(tiny: Bundle) -> None:
    """Between the rows and beside them nothing is told."""
    timeline = built(tiny)
    at_secs = timeline.stops_secs[2]
    names = [line for line in timeline.state_at(at_secs).hud.words if line.text in CLASS_NAMES]
    assert [line.text for line in names] == list(CLASS_NAMES)
    assert timeline.pointed is not None
    logits = logits_of(tiny, ("clean-0", "002"), "flatten", "scores")
    for index, line in enumerate(names):
        state = timeline.pointed(at_secs, (line.at_px[0] + 20.0, line.at_px[1] - 5.0))
        assert state is not None
        said = " ".join(each.text for each in state.hud.words)
        assert f"{CLASS_NAMES[index]}: e to the power of {signed(float(logits[index] - logits.max()))} is" in said
    assert timeline.pointed(at_secs, (5.0, 5.0)) is None
    assert timeline.pointed(0.0, names[0].at_px) is None
