"""Very many captures: packed they are what they were, nothing is decoded or read but what is shown, and it is safe."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from many_inputs import multiply
from tiny_bundle import LAYER_NAMES, make_tiny_bundle

from exporter.bundle import BundleError, BundleWriter, captures, read, read_bundle, store, validate_bundle
from exporter.bundle.captures import PackedCaptures, captured_pairs, pack_captures
from exporter.bundle.manifest_json import encode_manifest
from exporter.bundle.schema import Capture, TensorRef

INPUTS, CHECKPOINTS = 40, 12


@pytest.fixture(scope="module")
def many_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make_tiny_bundle(tmp_path_factory.mktemp("many") / "many.bundle", attack=False, statistics=False)
    return multiply(path, inputs=INPUTS, checkpoints=CHECKPOINTS)


@pytest.fixture
def is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every bundle counts as one of very many captures, a few of which are packed together."""
    monkeypatch.setattr(read, "CHECKED_BYTES", 0)
    monkeypatch.setattr(captures, "BLOCK_BYTES", 4000)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many captures are decoded from now on, block by block."""
    counts: list[int] = []
    decoder = captures._CAPTURES

    class Counting:
        def decode(self, text: bytes) -> tuple[Capture, ...]:
            found = decoder.decode(text)
            counts.append(len(found))
            return found

    monkeypatch.setattr(captures, "_CAPTURES", Counting())
    return counts


refs = st.builds(
    TensorRef,
    file=st.text(max_size=9),
    key=st.text(max_size=9),
    shape=st.lists(st.integers(0, 9), max_size=3).map(tuple),
    dtype=st.sampled_from(["float32", "uint8"]),
)
some_captures = st.lists(
    st.builds(
        Capture,
        input=st.text(max_size=4),
        checkpoint=st.text(max_size=4),
        outputs=st.dictionaries(st.text(max_size=9), refs, max_size=3),
        scores=st.lists(st.none() | st.floats(-9, 9), max_size=3).map(tuple),
        predicted=st.none() | st.integers(0, 9),
    ),
    max_size=9,
).map(tuple)


@given(some_captures, st.integers(1, 600), st.integers(-10, 10), st.integers(-10, 10))
def test_packed_captures_are_those_that_were_packed(
    whole: tuple[Capture, ...], block_bytes: int, start: int, stop: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(captures, "BLOCK_BYTES", block_bytes)
        packed = pack_captures(msgspec.json.encode(whole), Path("manifest.json"))
    assert packed == whole
    assert len(packed) == len(whole)
    assert tuple(packed) == whole
    assert packed[start:stop] == whole[start:stop]
    assert [packed[place] for place in range(-len(whole), len(whole))] == [*whole, *whole]
    assert list(captured_pairs(packed)) == list(captured_pairs(whole))
    assert packed != (*whole, *whole[:1], None)
    with pytest.raises(IndexError):
        packed[len(whole)]


@pytest.mark.usefixtures("is_long")
def test_nothing_is_decoded_but_the_blocks_of_what_is_looked_up(many_path: Path, decoded: list[int]) -> None:
    bundle = read_bundle(many_path)
    assert len(bundle.manifest.captures) == INPUTS * CHECKPOINTS
    assert list(bundle.inputs_at("007")) == [f"{place:04d}" for place in range(INPUTS)]
    assert list(bundle.inputs_at("nothing")) == []
    assert decoded == []
    capture = bundle.capture("0017", "007")
    assert (capture.input, capture.checkpoint) == ("0017", "007")
    assert len(decoded) == 1
    assert decoded[0] < 8
    assert next(bundle.captures_at("007")).input == "0000"
    assert len(decoded) == 2
    assert bundle.capture("0017", "007") is capture
    assert [each.input for each in bundle.captures_at("003")] == list(bundle.inputs_at("003"))


@pytest.mark.usefixtures("is_long")
def test_scrubbing_reads_only_what_is_shown_and_keeps_no_more_than_the_limit(
    many_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_bytes = 30 * (store.ENTRY_BYTES + 600)
    monkeypatch.setattr(store, "CACHED_BYTES", limit_bytes)
    read_refs: list[TensorRef] = []
    read_tensor = store.read_tensor

    def noting(archive: Any, ref: TensorRef, path: Path) -> Any:
        read_refs.append(ref)
        return read_tensor(archive, ref, path)

    monkeypatch.setattr(store, "read_tensor", noting)
    bundle = read_bundle(many_path)
    assert read_refs == []
    held_bytes = []
    for place in range(200):
        name, at = f"{place % INPUTS:04d}", f"{place % CHECKPOINTS:03d}"
        read_refs.clear()
        for layer in LAYER_NAMES:
            bundle.output(name, at, layer)
            held_bytes.append(bundle.held_bytes)
        assert {(ref.file, ref.key) for ref in read_refs} == {
            (ref.file, ref.key) for ref in bundle.capture(name, at).outputs.values()
        }
        assert len(read_refs) == len(LAYER_NAMES)
    assert limit_bytes / 2 < max(held_bytes) <= limit_bytes
    bundle.close()
    assert bundle.held_bytes == 0


def test_a_tensor_larger_than_what_may_be_kept_is_not_kept(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "CACHED_BYTES", store.ENTRY_BYTES)
    bundle = read_bundle(tiny)
    first, again = (bundle.output("clean-0", "000", "conv") for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert bundle.held_bytes == 0


@pytest.mark.usefixtures("is_long")
@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda o: o["conv"].update(file="../secret.npz"), "'../secret.npz' is not a file name that stays inside"),
        (lambda o: o["conv"].update(key="a\\b"), "is not a name for a tensor"),
        (lambda o: o["conv"].update(dtype="object"), "nothing that a bundle can hold"),
        (lambda o: o["conv"].update(shape=[2**40]), "are over the limit"),
        (lambda o: o["conv"].update(shape="6"), "Expected `array`, got `str`"),
        (lambda o: o["conv"].update(more=1), "unknown field `more`"),
        (lambda o: o.update({"other#1": o["conv"]}), "names the output 'other#1', which is not there"),
    ],
)
def test_a_capture_is_checked_before_it_is_handed_out(edit_tiny: Any, change: Callable[[Any], None], line: str) -> None:
    path = edit_tiny(lambda manifest: change(manifest["captures"][1]["outputs"]))
    place = json.loads((path / "manifest.json").read_bytes())["captures"][1]
    bundle = read_bundle(path)
    looks: tuple[Callable[[], object], ...] = (
        lambda: bundle.capture(place["input"], place["checkpoint"]),
        lambda: bundle.output(place["input"], place["checkpoint"], "conv"),
        lambda: bundle.manifest.captures[1],
        lambda: list(bundle.manifest.captures),
        lambda: list(bundle.captures_at(place["checkpoint"])),
    )
    for look in looks:
        with pytest.raises(BundleError) as caught:
            look()
        assert line in str(caught.value)
        assert str(caught.value).endswith(f"({path / 'manifest.json'})")
    assert any(line in problem for problem in validate_bundle(path))


@pytest.mark.usefixtures("is_long")
@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda m: m["captures"][0].update(input="nobody"), "names input 'nobody'"),
        (lambda m: m["captures"].append(m["captures"][0]), "'clean-0 at 000' is there 2 times"),
        (lambda m: m["captures"][0].pop("input"), "missing required field `input`"),
        (lambda m: m.update(captures={}), "Expected `array`, got `object`"),
        (lambda m: m["checkpoints"][0]["weights"]["conv/kernel"].update(file="../x.npz"), "stays inside"),
    ],
)
def test_what_captures_are_of_is_checked_on_opening(edit_tiny: Any, change: Callable[[Any], None], line: str) -> None:
    with pytest.raises(BundleError) as caught:
        read_bundle(edit_tiny(change))
    assert line in str(caught.value)


@pytest.mark.usefixtures("is_long")
def test_a_captures_file_that_is_a_link_out_of_the_folder_is_not_read(many_path: Path, tmp_path: Path) -> None:
    path = shutil.copytree(many_path, tmp_path / "linked.bundle")
    file = path / read_bundle(path).capture("0017", "007").outputs["conv"].file
    file.rename(tmp_path / "outside.npz")
    file.symlink_to(tmp_path / "outside.npz")
    bundle = read_bundle(path)
    with pytest.raises(BundleError, match="leaves the bundle's folder by a link"):
        bundle.output("0017", "007", "conv")
    file.unlink()
    with pytest.raises(BundleError, match="is missing"):
        bundle.output("0017", "007", "conv")
    with pytest.raises(BundleError, match="not a tensor of this bundle"):
        bundle.load(TensorRef(file="../outside.npz", key="000/conv", shape=(6, 6, 4), dtype="float32"))


@pytest.mark.usefixtures("is_long")
def test_more_can_be_added_to_very_many_captures(many_path: Path, tmp_path: Path) -> None:
    path = shutil.copytree(many_path, tmp_path / "more.bundle")
    before = read_bundle(path).manifest
    with BundleWriter.append(path) as writer:
        (added,) = writer.write("inputs/more.npz", {"conv": np.zeros((6, 6, 4), np.float32)}).values()
        shown = msgspec.structs.replace(before.inputs[0], id="more")
        capture = Capture(input="more", checkpoint="003", outputs={"conv": added})
        members = {"inputs": (*before.inputs, shown), "captures": (*before.captures, capture)}
        writer.commit(msgspec.structs.replace(before, **members))
    after = read_bundle(path)
    assert after.manifest.captures[:-1] == before.captures[:]
    assert not after.output("more", "003", "conv").any()
    assert isinstance(after.manifest.captures, PackedCaptures)
    assert (path / "manifest.json").read_bytes() == encode_manifest(after.manifest)


def test_a_manifest_has_a_line_for_each_capture_and_says_the_same(many_path: Path) -> None:
    text = (many_path / "manifest.json").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith('    {"checkpoint":')]
    assert len(lines) == INPUTS * CHECKPOINTS
    assert [json.loads(line.rstrip(",")) for line in lines] == json.loads(text)["captures"]


def test_a_replaced_bundle_is_not_mixed_with_the_one_that_was_opened(tiny: Path) -> None:
    bundle = read_bundle(tiny)
    assert bundle.change() is None
    conv = bundle.output("clean-0", "000", "conv")
    make_tiny_bundle(tiny, overwrite=True, seed=8)
    change = bundle.change()
    assert change is not None
    assert "was replaced" in str(change)
    assert bundle.output("clean-0", "000", "conv") is conv
    with pytest.raises(BundleError, match=r"replaced after it was opened; what has been read stays; open it again"):
        bundle.output("clean-1", "000", "conv")
    assert not np.array_equal(read_bundle(tiny).output("clean-0", "000", "conv"), conv)


def test_a_bundle_that_is_gone_keeps_what_was_read(tiny: Path) -> None:
    bundle = read_bundle(tiny)
    conv = bundle.output("clean-0", "000", "conv")
    aside = tiny.rename(tiny.with_name("aside"))
    assert bundle.output("clean-0", "000", "conv") is conv
    with pytest.raises(BundleError, match="no longer there"):
        bundle.weight("001", "conv", "kernel")
    aside.rename(tiny)
    assert bundle.change() is None
    assert bundle.weight("001", "conv", "kernel").shape == (3, 3, 1, 4)


def test_adding_to_a_bundle_does_not_disturb_who_has_it_open(tiny: Path) -> None:
    bundle = read_bundle(tiny)
    assert not bundle.has_more()
    with BundleWriter.append(tiny) as writer:
        writer.write("inputs/more.npz", {"k": np.zeros(1)})
        writer.commit(bundle.manifest)
    assert bundle.change() is None
    assert bundle.has_more()
    assert not read_bundle(tiny).has_more()
    assert bundle.output("clean-1", "000", "conv").shape == (6, 6, 4)
    make_tiny_bundle(tiny, overwrite=True)
    assert not bundle.has_more(), "another bundle is not more of this one"
