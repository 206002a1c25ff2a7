"""The folder as a whole: its files and texts, what is chosen, what is told, what is refused, and that it is whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_chain import batch_norm, conv, dense, entry, flatten, make_chain, pool, relu
from tiny_bundle import ATTACKED_IDS, CHECKPOINT_IDS, CLASS_NAMES, CLEAN_IDS, make_tiny_bundle

from exporter.bundle import KerascopeError
from exporter.bundle.read import Bundle, read_bundle
from exporter.interchange.unity import choice, write
from exporter.interchange.unity.convert import convert_unity
from exporter.interchange.unity.write import epoch_files

STRUCTURE = "model_structure.json"
WEIGHTS, VALUES = "model_weights_epoch{}.json", "model_activations_epoch{}.json"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return read_bundle(make_tiny_bundle(tmp_path_factory.mktemp("tiny") / "tiny.bundle"))


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place for a folder; not named after the test, whose name may hold a word that is refused."""
    return tmp_path_factory.mktemp("unity") / "net"


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_bytes())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_files_hold_what_the_format_says(tiny: Bundle, place: Path) -> None:
    report = convert_unity(tiny, place)
    assert sorted(contents(place)) == sorted(
        [STRUCTURE, *(name.format(f"{e:03d}") for e in range(3) for name in (WEIGHTS, VALUES))]
    )
    assert (report.path, report.n_files) == (place, 7)
    assert tiny.held_bytes == 0, "what was read is not kept"
    assert report.n_bytes == sum(map(len, contents(place).values()))
    assert read(place, STRUCTURE) == [
        ["input", [1, 6, 6, 1]], ["conv0", [3, 3, 1, 4]], ["maxpool0", [4, 4]], ["fc_out", [64, 3]], list(CLASS_NAMES),
    ]  # fmt: skip
    for epoch, checkpoint in enumerate(CHECKPOINT_IDS):
        weights = read(place, WEIGHTS.format(f"{epoch:03d}"))
        assert weights[0] == ["input", [1], [0.0]]
        assert weights[2] == ["maxpool0", [4, 4], [[0.0] * 4] * 4]
        kernel = np.array(weights[1][2], np.float32)
        np.testing.assert_array_equal(kernel, tiny.weight(checkpoint, "conv", "kernel"))
        *entries, trailer = read(place, VALUES.format(f"{epoch:03d}"))
        assert [entry[1] for entry in entries] == [[2, 6, 6, 1], [2, 6, 6, 4], [2, 4, 4, 4], [2, 3]]
        shown = np.array(entries[1][2], np.float32)
        np.testing.assert_array_equal(shown, [tiny.output(each, checkpoint, "relu") for each in CLEAN_IDS])
        predicted = [tiny.capture(each, checkpoint).predicted for each in CLEAN_IDS]
        assert trailer == [["zero", "one"], [CLASS_NAMES[place or 0] for place in predicted]]


def test_the_text_is_compact(tiny: Bundle, place: Path) -> None:
    convert_unity(tiny, place)
    for content in contents(place).values():
        assert not {b" ", b"\n", b"{"} & {content[i : i + 1] for i in range(len(content))}


def test_the_same_export_twice_gives_the_same_bytes(tiny: Bundle, place: Path) -> None:
    convert_unity(tiny, place)
    first = contents(place)
    convert_unity(tiny, place, overwrite=True)
    assert contents(place) == first


def test_scale_multiplies_all_but_the_picture(tiny: Bundle, place: Path) -> None:
    report = convert_unity(tiny, place, checkpoint_ids=("002",), scale=0.5)
    weights, values = read(place, WEIGHTS.format("000")), read(place, VALUES.format("000"))
    np.testing.assert_array_equal(np.float32(weights[1][2]), tiny.weight("002", "conv", "kernel") / 2)
    np.testing.assert_array_equal(np.float32(values[1][2][0]), tiny.output("clean-0", "002", "relu") / 2)
    np.testing.assert_array_equal(np.float32(values[0][2][0]), tiny.output("clean-0", "002", "picture"))
    assert any("multiplied by 0.5" in note for note in report.notes)


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf")])
def test_scales_that_mean_nothing_are_refused(tiny: Bundle, place: Path, scale: float) -> None:
    with pytest.raises(KerascopeError, match="scale cannot be used"):
        convert_unity(tiny, place, scale=scale)
    with pytest.raises(KerascopeError, match="no such pool size"):
        convert_unity(tiny, place, pool_size=3)
    assert not place.exists()


def test_attacked_inputs_come_when_they_are_named_at_the_checkpoints_they_were_captured_at(
    tiny: Bundle, place: Path
) -> None:
    report = convert_unity(tiny, place, input_ids=("clean-0", ATTACKED_IDS[2]))
    assert report.n_files == 3
    values = read(place, VALUES.format("000"))
    np.testing.assert_allclose(np.float32(values[0][2][1]), tiny.output(ATTACKED_IDS[2], "002", "picture"), atol=1e-7)
    assert any("not captured at them: 000, 001" in note for note in report.notes)
    assert values[-1][0] == ["zero", "zero"]


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"input_ids": ("nobody",)}, "nobody"),
        ({"checkpoint_ids": ("009",)}, "009"),
        ({"input_ids": (ATTACKED_IDS[0],), "checkpoint_ids": ("000",)}, "'attack-1' was not captured at .* '000'"),
    ],
)
def test_ids_that_are_not_there_are_refused(tiny: Bundle, place: Path, named: Any, words: str) -> None:
    with pytest.raises(KerascopeError, match=words):
        convert_unity(tiny, place, **named)
    assert list(place.parent.iterdir()) == []


def test_only_the_first_clean_inputs_are_taken(tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = make_chain(tmp_path / "made.bundle", [entry(3), dense("o", 2)], samples=5)
    monkeypatch.setattr(choice, "MOST_INPUTS", 3)
    report = convert_unity(bundle, place)
    assert read(place, VALUES.format("000"))[0][1] == [3, 3, 1, 1]
    assert any("first 3 of 5 clean inputs" in note for note in report.notes)


@pytest.mark.parametrize("word", ["activation", "weights", "structure"])
def test_a_path_that_the_loader_would_misread_is_refused(tiny: Bundle, tmp_path_factory: Any, word: str) -> None:
    parent = tmp_path_factory.mktemp("x")
    (parent / f"my{word}s").mkdir()
    for out in (parent / f"a_{word}", parent / f"my{word}s" / "net"):
        with pytest.raises(KerascopeError, match=f"it looks for '{word}' in their whole path"):
            convert_unity(tiny, out)
        assert not out.exists()
    convert_unity(tiny, parent / word.upper())


def test_a_link_into_such_a_path_is_refused_too(
    tiny: Bundle, tmp_path_factory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = tmp_path_factory.mktemp("x")
    (parent / "weights").mkdir()
    (parent / "link").symlink_to(parent / "weights")
    with pytest.raises(KerascopeError, match="'weights'"):
        convert_unity(tiny, parent / "link" / "net")
    monkeypatch.chdir(parent / "weights")
    with pytest.raises(KerascopeError, match="'weights'"):
        convert_unity(tiny, Path("net"))
    assert list((parent / "weights").iterdir()) == []


def test_a_strangers_folder_is_never_replaced(tiny: Bundle, place: Path) -> None:
    place.mkdir()
    (place / "thesis.txt").write_text("years")
    for overwrite in (False, True):
        with pytest.raises(KerascopeError):
            convert_unity(tiny, place, overwrite=overwrite)
        assert contents(place) == {"thesis.txt": b"years"}
    (place / "thesis.txt").unlink()
    convert_unity(tiny, place)
    (place / "thesis.txt").write_text("years")
    with pytest.raises(KerascopeError, match=r"thesis\.txt"):
        convert_unity(tiny, place, overwrite=True)
    assert (place / "thesis.txt").exists()


def test_an_earlier_folder_is_replaced_whole_and_only_when_asked(tiny: Bundle, place: Path) -> None:
    convert_unity(tiny, place)
    (place / "model_structure.json.meta").write_text("what Unity writes beside a file")
    with pytest.raises(KerascopeError, match="--overwrite"):
        convert_unity(tiny, place)
    convert_unity(tiny, place, checkpoint_ids=("001",), overwrite=True)
    assert len(contents(place)) == 3
    assert [path.name for path in place.parent.iterdir()] == ["net"]


def test_a_place_that_cannot_be_is_refused(tiny: Bundle, place: Path) -> None:
    with pytest.raises(KerascopeError, match="no such folder"):
        convert_unity(tiny, place / "deep" / "net")
    place.write_text("a file")
    with pytest.raises(KerascopeError, match="expected a folder, got a file"):
        convert_unity(tiny, place, overwrite=True)


def test_what_fails_half_way_leaves_what_was_there(tiny: Bundle, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    convert_unity(tiny, place)
    before = contents(place)

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "sync_file", broken)
    for out in (place, place.with_name("new")):
        with pytest.raises(KerascopeError, match="No space left"):
            convert_unity(tiny, out, overwrite=True)
    assert contents(place) == before
    assert [path.name for path in place.parent.iterdir()] == ["net"]


def test_folders_of_killed_runs_are_cleared_up(tiny: Bundle, place: Path) -> None:
    left = place.with_name(f".{place.name}.tmp-4194999-0123abcd")
    left.mkdir()
    convert_unity(tiny, place)
    assert not left.exists()


def test_what_is_no_number_is_written_as_such(tmp_path: Path, place: Path) -> None:
    odd = {"h": np.array([np.nan, np.inf, -np.inf, 1], np.float32)}
    bundle = make_chain(tmp_path / "made.bundle", [entry(3), dense("h", 4), dense("o", 2)], odd=odd)
    report = convert_unity(bundle, place)
    text = (place / VALUES.format("000")).read_bytes()
    assert b"[NaN,Infinity,-Infinity,1.0]" in text
    assert b"null" not in text
    assert any("6 values are NaN or infinite" in line for line in report.advice)


@pytest.mark.parametrize(("epochs", "digits"), [(1, 3), (1000, 3), (1001, 4), (10001, 5)])
def test_names_of_epochs_have_one_length_and_sort_as_they_count(epochs: int, digits: int) -> None:
    names = epoch_files(epochs)
    for each in zip(*names, strict=True):
        assert list(each) == sorted(each)
        assert {len(name.removesuffix(".json").rpartition("epoch")[2]) for name in each} == {digits}


@pytest.mark.parametrize("held", [1, 10**9])
def test_memory_that_is_held_changes_no_byte(
    tiny: Bundle, place: Path, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    convert_unity(tiny, place)
    before = contents(place)
    monkeypatch.setattr(write, "_HELD_BYTES", held)
    convert_unity(tiny, place, overwrite=True)
    assert contents(place) == before


def test_advice_is_on_what_the_user_will_meet(tmp_path: Path, place: Path) -> None:
    layers = [entry(6, 6, 1), conv("c", (6, 6, 2)), pool("p", (3, 3, 2)), flatten("f", 18), dense("o", 2)]
    loud = {"p": np.full((3, 3, 2), 50, np.float32)}
    bundle = make_chain(tmp_path / "made.bundle", layers, checkpoints=2, odd=loud)
    advice = convert_unity(bundle, place).advice
    assert any("load order" in line and "Windows" in line for line in advice)
    assert any("as published" in line for line in advice)
    assert any("maxpool0 50" in line and "--scale 0.02" in line for line in advice)
    assert any("weights x activations" in line and "fc_out" in line for line in advice)
    advice = convert_unity(bundle, place, checkpoint_ids=("000",), pool_size=2, scale=0.02, overwrite=True).advice
    assert not any("load order" in line or "saturate" in line for line in advice)
    assert any("Conv Shape" in line and "2,2" in line for line in advice)


def test_a_table_beyond_what_is_shown_is_told(tmp_path: Path, place: Path) -> None:
    wild = {"x": np.array([-3, 0.5, 40], np.float32)}
    report = convert_unity(make_chain(tmp_path / "made.bundle", [entry(3), dense("o", 2)], odd=wild), place)
    assert read(place, VALUES.format("000"))[0][2][0] == [[[-3.0]], [[0.5]], [[40.0]]]
    assert any("from -3 to 40 as they were fed" in line for line in report.advice)


def test_a_large_folder_is_announced_before_it_is_written(
    tiny: Bundle, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    convert_unity(tiny, place, tell=told.append)
    assert told == []
    monkeypatch.setattr("exporter.interchange.unity.convert.LARGE_BYTES", 100)
    convert_unity(tiny, place, overwrite=True, tell=lambda line: told.append(f"{line} {place.exists()}"))
    assert len(told) == 1
    assert "window freezes" in told[0]


def test_files_that_no_loader_is_ever_done_with_are_refused(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.interchange.unity.advice.MOST_FILE_BYTES", 3000)
    layers = [entry(8, 8, 1), conv("c", (8, 8, 2)), flatten("f", 128), dense("o", 2)]
    bundle = make_chain(tmp_path / "maps.bundle", layers)
    with pytest.raises(KerascopeError, match=r"^the activations are too large .*layer 'c'.*--inputs"):
        convert_unity(bundle, place)
    assert convert_unity(bundle, place, input_ids=("s0",), overwrite=True).path == place
    wide = make_chain(tmp_path / "wide.bundle", [entry(100), dense("heavy", 30), dense("o", 2)])
    with pytest.raises(KerascopeError, match=r"^the weights are too large .*'heavy'.*for fc0$"):
        convert_unity(wide, place.with_name("other"))
    assert not place.with_name("other").exists()


def test_classes_without_names_are_numbers_and_a_single_unit_is_a_side(tmp_path: Path, place: Path) -> None:
    convert_unity(make_chain(tmp_path / "a.bundle", [entry(3), dense("o", 3)]), place)
    assert read(place, STRUCTURE)[-1] == ["0", "1", "2"]
    assert read(place, VALUES.format("000"))[-1][0] == ["?", "?"]
    two = make_chain(tmp_path / "b.bundle", [entry(3), dense("o", 1)], class_names=("cat", "dog"))
    convert_unity(two, place, overwrite=True)
    assert read(place, STRUCTURE)[-1] == ["dog"]
    expected = ["dog" if two.output(each, "000", "o")[0] > 0 else "cat" for each in ("s0", "s1")]
    assert read(place, VALUES.format("000"))[-1] == [["cat", "dog"], expected]


def test_a_bundle_without_weights_is_told_what_to_do(tmp_path: Path, place: Path) -> None:
    bundle = make_chain(tmp_path / "made.bundle", [entry(3), relu("r", 3)])
    with pytest.raises(KerascopeError, match="no weights; export the model again with weights"):
        convert_unity(bundle, place)
    assert not place.exists()


def test_every_layer_of_the_model_is_in_the_notes(tmp_path: Path, place: Path) -> None:
    layers = [
        entry(6, 6, 1), conv("c", (6, 6, 2)), batch_norm("n", 6, 6, 2), relu("r", 6, 6, 2), pool("p", (3, 3, 2)),
        flatten("f", 18), dense("o", 2, "softmax"),
    ]  # fmt: skip
    notes = "\n".join(convert_unity(make_chain(tmp_path / "made.bundle", layers), place).notes)
    for each in layers:
        assert f"{each.name} -> " in notes or f" {each.name}" in notes


def test_a_damaged_bundle_leaves_nothing(tmp_path: Path, place: Path) -> None:
    bundle = make_chain(tmp_path / "made.bundle", [entry(3), dense("o", 3)])
    shutil.copy(bundle.path / "weights/000.npz", bundle.path / "inputs/s1.npz")
    (bundle.path / "inputs/1-000.npz").write_bytes(b"PK")
    with pytest.raises(KerascopeError, match="damaged"):
        convert_unity(bundle, place)
    assert list(place.parent.iterdir()) == []
