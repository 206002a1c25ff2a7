"""A scene of attention shows what its weights make of what was stored: vectors, fits, shares, means, the output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from forward_bundle import forward_bundle
from paper_bundle import PaperBundle, layer, paper_bundle
from step_states import grids_of, states_of, wrong
from taught_bundle import taught_bundle

from exporter.bundle import Bundle, KerascopeError
from scenes.options import SceneOptions
from scenes.panels.numbers import percent, signed
from scenes.registry import scene
from scenes.steps.attention_heads import attention_of
from scenes.timeline import Timeline
from viewer.state import ViewState

WIDE, TALL = (1280, 720), (450, 800)


def built(bundle: Bundle, **options: Any) -> Timeline:
    chosen = SceneOptions(**{"size_px": WIDE, **options})
    return scene("attention").build(bundle, scene("attention").lay_out(bundle, chosen), chosen)


class Peer:
    """Attention of several heads over one sequence, written out."""

    def __init__(self, bundle: PaperBundle, name: str, fed: str, *, is_causal: bool = False) -> None:
        outputs, weights = bundle.manifest.captures[0].outputs, bundle.checkpoint("000").weights
        load = lambda part: np.asarray(bundle.load(weights[f"{name}/{part}"]), float)  # noqa: E731
        x = np.asarray(bundle.load(outputs[fed]), float)
        q, k, v = (np.einsum("tc,chd->htd", x, load(f"{each}.kernel")) + load(f"{each}.bias")[:, None]
                   for each in ("query", "key", "value"))  # fmt: skip
        self.q, self.k, self.v = q, k, v
        self.scores = q @ k.swapaxes(1, 2) / np.sqrt(q.shape[2])
        if is_causal:
            self.scores = np.where(np.triu(np.ones(self.scores.shape[1:], bool), 1), -np.inf, self.scores)
        powers = np.exp(self.scores)
        self.shares = powers / powers.sum(axis=2, keepdims=True)
        self.kernel, self.bias = load("attention_output.kernel"), load("attention_output.bias")
        self.out = np.asarray(bundle.load(outputs[name]), float)

    def expected(self, head: int, query: int, state: ViewState) -> Mapping[str, Any]:
        """The tables at a query; the state says only how blocks are laid out."""
        row = self.shares[head, query]
        most = sum(name.startswith("key ") for name in grids_of(state)) or len(row)
        shown = sorted(np.argsort(-row, kind="stable")[:most].tolist())
        made: dict[str, Any] = {"query": self.q[head, query], "map": self.shares[head]}
        for at, key in enumerate(shown):
            made |= {f"key {at}": self.k[head, key], f"value {at}": self.v[head, key]}
            made |= {f"score {at}": score} if np.isfinite(score := self.scores[head, query, key]) else {}
        mixed = row @ self.v[head]
        part = mixed @ self.kernel[head]
        blocks = {"mixed": mixed, "part": part, "rest": self.out[query] - part}
        for name, values in blocks.items():
            grid = grids_of(state).get(name)
            if grid is not None:
                whole = np.full((len(grid.values), len(grid.values[0])), np.nan)
                whole.reshape(-1)[: len(values)] = values
                made[name] = whole
        return made


def check(timeline: Timeline, peer: Peer, head: int) -> dict[int, set[str]]:
    """The queries that were visited, and the tables that were seen there; all right."""
    seen: dict[int, set[str]] = {}
    for state in states_of(timeline, 3.0):
        if state.about is not None:
            (query,) = state.about
            assert wrong(state, peer.expected(head, query, state)) == [], query
            seen.setdefault(query, set()).update(grids_of(state))
    return seen


@pytest.mark.parametrize("size", [WIDE, TALL])
@pytest.mark.parametrize("head", [0, 1])
def test_every_number_of_the_small_network_is_right(head: int, size: tuple[int, int]) -> None:
    """At every query that it comes by; what the bundle does not hold is recomputed, which is said."""
    bundle = taught_bundle()
    timeline = built(bundle, channel=head, at=(6,), size_px=size)
    seen = check(timeline, Peer(bundle, "attention", "tokens"), head)
    assert {0, 1, 2, 3, 6, 8} <= set(seen)
    assert seen[6] >= {"query", "key 5", "score 5", "value 5", "mixed", "map"}
    assert ("rest" in seen[6]) == (size == WIDE)
    assert any("recomputed" in line.text for line in timeline.state_at(2.0).hud.words)


@pytest.fixture(scope="module")
def nets() -> dict[str, PaperBundle]:
    """Words that were embedded, with a causal mask and without; attention without heads, by products and by sums."""
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(8)
    layers = keras.layers

    def words(**call: Any) -> PaperBundle:
        given = layers.Input((12,), dtype="int32", name="words")
        x = layers.Embedding(30, 6, embeddings_initializer=keras.initializers.RandomNormal(stddev=1.5))(given)
        out = layers.MultiHeadAttention(3, 5, name="looks")(x, x, **call)
        model = keras.Model(given, out)
        model.get_layer("looks").set_weights([each + 0.1 for each in model.get_layer("looks").get_weights()])
        return forward_bundle(model, {"words": np.arange(12, dtype=np.int32)[None] * 2})

    def plain(attention: Any) -> PaperBundle:
        given = layers.Input((7, 4), name="row")
        return forward_bundle(keras.Model(given, attention([given, given])))

    return {
        "words": words(),
        "causal": words(use_causal_mask=True),
        "dot": plain(layers.Attention(use_scale=True, name="looks")),
        "sums": plain(layers.AdditiveAttention(name="looks")),
    }


@pytest.mark.tf
@pytest.mark.parametrize("net", ["words", "causal"])
def test_stored_shares_are_shown(nets: dict[str, PaperBundle], net: str) -> None:
    """Those of the bundle, in the map and in percents; with a mask, too, and keys are named after their words."""
    bundle, is_causal = nets[net], net == "causal"
    (name,) = (layer.name for layer in bundle.manifest.layers if layer.kind == "embedding")
    peer = Peer(bundle, "looks", name, is_causal=is_causal)
    timeline = built(bundle, channel=2, at=(4,))
    seen = check(timeline, peer, 2)
    assert seen[4] >= {"query", "key 4", "score 4", "value 4", "mixed", "part", "rest"}
    state = timeline.state_at([at for at in timeline.stops_secs if timeline.state_at(at).about == (4,)][-1])
    loupe = next(loupe for loupe in state.loupes if loupe.name == "map")
    assert (loupe.layer, loupe.output, loupe.part) == ("looks", 1, (2, None, None))
    row = peer.shares[2, 4]
    shown = sorted(np.argsort(-row, kind="stable")[:8].tolist())
    shares = [*row[shown], np.delete(row, shown).sum()]
    said = [line.text for line in state.hud.words if line.text.endswith(" %")]
    assert said == [percent(float(share)) for share in shares]
    assert sum(shares) == pytest.approx(1.0)
    assert any(line.text == f"{shown[0]}: token {2 * shown[0]}" for line in state.hud.words)
    assert any(line.text == "masked" for line in state.hud.words) == is_causal
    kept = bundle.load(bundle.manifest.captures[0].outputs["looks#1"])
    np.testing.assert_allclose(kept, peer.shares, atol=1e-5)


@pytest.mark.tf
@pytest.mark.parametrize("net", ["dot", "sums"])
def test_attention_without_heads_ends_with_its_mean(nets: dict[str, PaperBundle], net: str) -> None:
    """Which is the stored output."""
    bundle = nets[net]
    x = np.asarray(bundle.load(bundle.manifest.captures[0].outputs["row"]), float)
    out = bundle.load(bundle.manifest.captures[0].outputs["looks"])
    for query in range(7):
        timeline = built(bundle, at=(query,))
        state = timeline.state_at([at for at in timeline.stops_secs if timeline.state_at(at).about == (query,)][-1])
        grids = grids_of(state)
        mixed = [value for row in grids["mixed"].values for value in row if value is not None]
        np.testing.assert_allclose(mixed, out[query], atol=1e-5)
        np.testing.assert_allclose([grids[f"key {key}"].values[0] for key in range(7)], x)
        assert "rest" not in grids


def test_without_a_choice_it_shows_the_sharpest_look() -> None:
    """The head and query with the largest share of all."""
    whole, peer = attention_of(taught_bundle(), SceneOptions()), Peer(taught_bundle(), "attention", "tokens")
    assert (whole.head, whole.query) == np.unravel_index(peer.shares.max(axis=2).argmax(), (2, 9))


def test_a_pair_that_is_pointed_at_is_told() -> None:
    """On the map a query and a key, on the output a query; elsewhere nothing."""
    bundle = taught_bundle()
    timeline, peer = built(bundle, channel=1, at=(2,)), Peer(bundle, "attention", "tokens")
    at_secs = timeline.stops_secs[-1]
    state = timeline.state_at(at_secs)
    assert timeline.pointed is not None
    left, top, width, height = grids_of(state)["map"].box_px
    shown = timeline.pointed(at_secs, (left + 4.5 * width / 9, top + 7.5 * height / 9))
    assert shown is not None
    assert shown.about == (7,)
    assert wrong(shown, peer.expected(1, 7, shown)) == []
    said = " ".join(line.text for line in shown.hud.words)
    assert f"query 7, key 4: fit {signed(peer.scores[1, 7, 4])}" in said
    left, top, width, height = next(loupe for loupe in state.loupes if loupe.name == "output").box_px
    shown = timeline.pointed(at_secs, (left + width / 2, top + 5.5 * height / 9))
    assert shown is not None
    assert shown.about == (5,)
    assert timeline.pointed(at_secs, (2.0, 2.0)) is None
    assert timeline.pointed(0.0, (left + 1.0, top + 1.0)) is None


def test_a_wrong_number_is_found() -> None:
    """The checks find a changed score, and the tables of another head."""
    bundle = taught_bundle()
    timeline, peer = built(bundle, channel=0, at=(3,)), Peer(bundle, "attention", "tokens")
    state = timeline.state_at([at for at in timeline.stops_secs if timeline.state_at(at).about == (3,)][-1])
    assert wrong(state, peer.expected(0, 3, state)) == []
    assert wrong(state, peer.expected(1, 3, state)) != []
    grid = grids_of(state)["score 2"]
    bent = replace(grid, values=(((grid.values[0][0] or 0.0) + 0.01,),))
    changed = replace(state, grids=tuple(bent if each is grid else each for each in state.grids))
    assert [line.partition(":")[0] for line in wrong(changed, peer.expected(0, 3, changed))] == ["score 2"]


def test_what_is_not_there_is_told() -> None:
    """In a line: another head, another query, a layer that is none, a network without attention."""
    for options in ({"channel": 2}, {"at": (9,)}, {"at": (1, 1)}, {"layer": "conv"}):
        with pytest.raises(KerascopeError) as caught:
            built(taught_bundle(), **options)
        assert "\n" not in str(caught.value)
    with pytest.raises(KerascopeError, match="no attention"):
        built(paper_bundle([layer("row", "input", 6), layer("out", "dense", 2)]))


def test_shares_that_a_mask_has_changed_are_shown_as_stored() -> None:
    """What the bundle holds counts; that a mask has changed it is said."""
    from msgspec import structs

    from exporter.bundle.schema import Output, TensorRef

    bundle = taught_bundle()
    peer = Peer(bundle, "attention", "tokens")
    stored = peer.shares.copy()
    stored[:, :, 5:] = 0.0
    stored = (stored / stored.sum(axis=2, keepdims=True)).astype(np.float32)
    ref = TensorRef(file="inputs/000.npz", key="attention#1", shape=stored.shape, dtype="float32")
    extra = Output(stored.shape, "float32", "attention scores")
    layers = tuple(
        structs.replace(each, outputs=(*each.outputs, extra)) if each.name == "attention" else each
        for each in bundle.manifest.layers
    )
    (capture,) = bundle.manifest.captures
    captures = (structs.replace(capture, outputs={**capture.outputs, "attention#1": ref}),)
    manifest = structs.replace(bundle.manifest, layers=layers, captures=captures)
    masked = PaperBundle(manifest, {**bundle.arrays, "attention#1": stored}, bundle.fill)
    whole = attention_of(masked, SceneOptions(at=(3,), channel=0))
    assert whole.is_masked
    np.testing.assert_array_equal(whole.shares, stored)
    np.testing.assert_allclose(whole.mixed(3), stored[0, 3] @ peer.v[0], rtol=1e-5)
    timeline = built(masked, at=(3,), channel=0)
    said = [line.text for at in timeline.stops_secs for line in timeline.state_at(at).hud.words]
    assert any("mask has changed" in text for text in said)
    assert not attention_of(bundle, SceneOptions(at=(3,), channel=0)).is_masked
