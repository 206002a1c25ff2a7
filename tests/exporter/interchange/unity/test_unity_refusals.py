"""What Unity cannot show, and where its loader would trip, is refused before anything is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from unity_loading import load_as_unity

from exporter.bundle import KerascopeError, read_bundle
from exporter.interchange.unity.convert import convert_unity

SORTS = ("attention", "embedding", "growing", "lstm", "two_inputs")
WORDS = ("activation", "weights", "structure")


@pytest.fixture
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder; not named after the test, whose name could have one of the words in it."""
    return tmp_path_factory.mktemp("unity")


def listing(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("out", ["{}", "my_{}s", "{}/net", "a{}b/c/net", "net.{}"])
def test_a_place_whose_name_the_loader_takes_for_a_file_is_refused(
    out: str, word: str, room: Path, tiny_bundle_path: Path
) -> None:
    bundle = read_bundle(tiny_bundle_path)
    with pytest.raises(KerascopeError, match=word):
        convert_unity(bundle, room / out.format(word))
    assert listing(room) == []


@pytest.mark.parametrize("word", WORDS)
def test_so_is_a_place_below_one_and_a_relative_name(
    word: str, room: Path, tiny_bundle_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = read_bundle(tiny_bundle_path.absolute())
    inside = room / f"of_{word}"
    inside.mkdir()
    before = listing(room)
    for folder, out in ((inside, "net"), (inside, "./deep/net"), (room, f"{word}_here"), (room, f"of_{word}/net")):
        monkeypatch.chdir(folder)
        with pytest.raises(KerascopeError, match=word):
            convert_unity(bundle, Path(out))
    assert listing(room) == before


def test_the_words_in_capitals_are_no_words(room: Path, tiny_bundle_path: Path) -> None:
    folder = room / "My_Activations" / "Weights"
    folder.mkdir(parents=True)
    report = convert_unity(read_bundle(tiny_bundle_path), folder / "STRUCTURE")
    assert load_as_unity(report.path).scrambled == {}


def test_what_is_there_is_kept_unless_it_may_be_replaced(room: Path, tiny_bundle_path: Path) -> None:
    bundle = read_bundle(tiny_bundle_path)
    out = room / "net"
    out.mkdir()
    (out / "mine.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(KerascopeError):
        convert_unity(bundle, out)
    assert listing(room) == ["net", "net/mine.txt"]
    first = convert_unity(bundle, room / "other")
    with pytest.raises(KerascopeError):
        convert_unity(bundle, room / "other")
    assert convert_unity(bundle, room / "other", overwrite=True) == first


@pytest.mark.parametrize("pool_size", [0, 1, 3, -2])
def test_a_pool_that_the_prefab_cannot_have_is_refused(pool_size: int, room: Path, tiny_bundle_path: Path) -> None:
    with pytest.raises(KerascopeError, match="pool"):
        convert_unity(read_bundle(tiny_bundle_path), room / "net", pool_size=pool_size)
    assert listing(room) == []


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_a_scale_that_shows_nothing_is_refused(scale: float, room: Path, tiny_bundle_path: Path) -> None:
    with pytest.raises(KerascopeError, match="scale"):
        convert_unity(read_bundle(tiny_bundle_path), room / "net", scale=scale)
    assert listing(room) == []


def test_inputs_and_checkpoints_are_those_that_were_asked_for(room: Path, tiny_bundle_path: Path) -> None:
    bundle = read_bundle(tiny_bundle_path)
    whole = load_as_unity(convert_unity(bundle, room / "whole").path)
    part = convert_unity(bundle, room / "part", input_ids=("clean-1",), checkpoint_ids=("000", "002"))
    shown = load_as_unity(part.path)
    assert ((whole.epochs, whole.samples), (shown.epochs, shown.samples)) == ((3, 2), (2, 1))
    for before, now in zip(whole.layers, shown.layers, strict=True):
        for here, there in ((0, 0), (1, 2)):
            np.testing.assert_array_equal(now.weights[here], before.weights[there])
            np.testing.assert_array_equal(now.values[here], before.values[there][1:])
    with pytest.raises(KerascopeError, match="clean-9"):
        convert_unity(bundle, room / "none", input_ids=("clean-9",))
    with pytest.raises(KerascopeError, match="009"):
        convert_unity(bundle, room / "none", checkpoint_ids=("009",))
    assert not (room / "none").exists()


def test_an_attacked_picture_is_shown_where_it_was_captured(room: Path, tiny_bundle_path: Path) -> None:
    bundle = read_bundle(tiny_bundle_path)
    report = convert_unity(bundle, room / "net", input_ids=("clean-0", "attack-3"), checkpoint_ids=("002",))
    shown = load_as_unity(report.path)
    assert shown.predictions[0][0] != shown.predictions[0][1]
    for row, name in enumerate(("clean-0", "attack-3")):
        np.testing.assert_array_equal(shown.layers[0].shown(0, row), bundle.output(name, "002", "picture"))


def test_a_scale_multiplies_what_is_shown_and_is_told(room: Path, tiny_bundle_path: Path) -> None:
    bundle = read_bundle(tiny_bundle_path)
    whole = load_as_unity(convert_unity(bundle, room / "whole").path)
    report = convert_unity(bundle, room / "half", scale=0.5)
    half = load_as_unity(report.path)
    assert half.scrambled == {}
    for before, now in zip(whole.layers[1:], half.layers[1:], strict=True):
        np.testing.assert_array_equal(now.shown(2, 1), before.shown(2, 1) / 2, err_msg=now.name)
    assert any("0.5" in line for line in (*report.notes, *report.advice))


@pytest.mark.tf
@pytest.mark.slow
@pytest.mark.parametrize("sort", SORTS)
def test_a_network_that_cannot_be_shown_is_refused_with_the_layer(sort: str, room: Path) -> None:
    from unity_refused import REFUSED

    from exporter.pipeline import export_model

    assert sorted(REFUSED) == list(SORTS)
    model, feeds, layer = REFUSED[sort]()
    np.savez(room / "x.npz", **feeds)
    path = export_model(model, room / "x.npz", room / "net.bundle", warn=lambda line: None)
    before = listing(room)
    with pytest.raises(KerascopeError, match=f"\\b{layer}\\b"):
        convert_unity(read_bundle(path), room / "unity")
    assert listing(room) == before


@pytest.mark.tf
@pytest.mark.slow
def test_a_model_that_answers_nothing_is_shown_without_a_prediction(room: Path) -> None:
    from unity_net import chained, scores

    from exporter.pipeline import export_model

    model = chained("broken", (4,), scores())
    kernel = model.layers[0].kernel
    kernel.assign(np.where(np.arange(12).reshape(4, 3) == 5, np.nan, kernel))
    np.savez(room / "x.npz", x=np.ones((2, 4), np.float32))
    labels = ("cat", "dog", "owl")
    path = export_model(model, room / "x.npz", room / "net.bundle", labels=labels, warn=lambda line: None)
    shown = load_as_unity(convert_unity(read_bundle(path), room / "unity").path)
    assert shown.predictions == (("?", "?"),)
    assert np.isnan(shown.named("fc_out").shown(0, 1)).tolist() == [[[False, False, True]]]
