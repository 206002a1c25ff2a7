"""Folders as they come: classified by the whole path, listed in an order, hostile, or none at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from unity_folders import STRUCTURE, Files, activations_of, dense_folder, entry, good_folder, weights_of, write_files

from exporter.bundle.errors import KerascopeError
from exporter.interchange.unity import loader_files, loader_json
from exporter.interchange.unity.loader import diagnose, is_unity_folder
from exporter.interchange.unity.loader_files import WORDS, word_of
from exporter.interchange.unity.loader_report import MAX_LINES, Diagnosis


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose path holds none of the loader's words, as a test's own name might."""
    return tmp_path_factory.mktemp("unity") / "folder"


def told(found: Diagnosis, words: str) -> bool:
    return any(words in line for line in found.lines())


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("where", ["{}", "my_{}s", "{}/inner"])
def test_a_word_of_the_loader_in_the_path_crashes_it(word: str, where: str, place: Path) -> None:
    found = diagnose(write_files(place / where.format(word), dense_folder()))
    assert found.verdict == "crash"
    assert told(found, f"the path of the folder holds `{word}`")


@pytest.mark.parametrize("name", ["Weights", "ACTIVATION", "struct"])
def test_the_words_are_case_sensitive(name: str, place: Path) -> None:
    assert diagnose(write_files(place / name, dense_folder())).verdict == "accepted"


def test_what_else_is_wrong_is_told_of_a_folder_whose_path_has_a_word(place: Path) -> None:
    files = dense_folder()
    files[weights_of()][1] = entry("fc_out", 3, 2)
    found = diagnose(write_files(place / "weights", files))
    assert [each.verdict for each in found.findings if each.verdict != "accepted"] == ["crash", "scrambled"]
    assert (found.n_layers, found.n_epochs) == (2, 1)


def test_the_first_of_the_three_words_decides() -> None:
    assert [word_of(f"/a/{name}.json") for name in ("structure_weights", "weights_activation", "model", "Weights")] == [
        "weights",
        "activation",
        "",
        "",
    ]


def test_a_relative_path_counts_with_the_folder_it_is_in(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(place / "structure" / "x", dense_folder())
    monkeypatch.chdir(place / "structure")
    assert diagnose(Path("x")).verdict == "crash"


def test_several_epochs_are_safe_on_windows_only(place: Path) -> None:
    assert told(
        diagnose(write_files(place, good_folder(n_epochs=3)), pool_size=0), "3 epochs: load this folder on Windows"
    )
    assert not told(diagnose(write_files(place / "one", good_folder()), pool_size=0), "Windows")


def test_numbers_of_epochs_that_are_not_padded_are_out_of_order(place: Path) -> None:
    files = good_folder(n_epochs=11)
    short = {name.replace("epoch0", "epoch").replace("epoch0", "epoch"): value for name, value in files.items()}
    found = diagnose(write_files(place, short), pool_size=0)
    assert found.verdict == "scrambled"
    assert told(found, "the slider of epochs would run 0, 1, 10, 2")
    assert diagnose(write_files(place / "padded", files), pool_size=0).verdict == "accepted"


def test_weights_are_matched_with_activations_by_place(place: Path) -> None:
    files = good_folder(n_epochs=3)
    del files[weights_of(1)]
    found = diagnose(write_files(place, files), pool_size=0)
    assert found.verdict == "scrambled"
    assert told(found, "the weights of epoch 2 are shown with the activations of epoch 1")
    assert told(found, "3 files of activations for 2 of weights: the last are never read")


@pytest.mark.parametrize(
    ("spoil", "verdict", "words"),
    [
        (("fc0", 18, 4), "scrambled", "its weights are 18 x 4 here and 18 x 3 in the last epoch"),
        (("fc0", 18, 2), "crash", "its weights are 18 x 2 here and 18 x 3 in the last epoch"),
    ],
)
def test_a_network_that_changes_between_epochs(
    spoil: tuple[str, int, int], verdict: str, words: str, place: Path
) -> None:
    files = good_folder(n_epochs=2)
    files[weights_of(0)][3] = entry(*spoil)
    found = diagnose(write_files(place, files), pool_size=0)
    assert found.verdict == verdict
    assert told(found, words)


def test_fewer_samples_in_an_early_epoch_crash_when_one_is_chosen(place: Path) -> None:
    files = good_folder(n_epochs=2)
    files[activations_of(0)] = good_folder(n_samples=1)[activations_of(0)]
    assert diagnose(write_files(place, files), pool_size=0).verdict == "crash"


def test_true_classes_that_change_between_epochs(place: Path) -> None:
    files = good_folder(n_epochs=2)
    files[activations_of(1)][-1][0][0] = "dog"
    found = diagnose(write_files(place, files), pool_size=0)
    assert found.verdict == "scrambled"
    assert told(found, "the true classes differ between epochs")


@pytest.mark.parametrize(("made_for", "other"), [(0, 2), (2, 0)])
def test_both_settings_of_the_pool_prefab(made_for: int, other: int, place: Path) -> None:
    write_files(place, good_folder(pool_size=made_for))
    found = diagnose(place)
    assert found.verdict == "accepted"
    assert found.pool_size == made_for
    assert found.verdict_by_pool_size == {made_for: "accepted", other: "scrambled"}
    assert found.summary.startswith("accepted with the pool prefab")
    assert "; scrambled with the pool prefab" in found.summary
    assert {each.layer_name for each in found.findings if each.pool_size == other and each.verdict == "scrambled"} == {
        "maxpool0",
        "fc0",
    }
    assert diagnose(place, pool_size=made_for).verdict == "accepted"
    assert diagnose(place, pool_size=other).verdict == "scrambled"


def test_a_net_without_pools_says_nothing_of_them(place: Path) -> None:
    found = diagnose(write_files(place, dense_folder()))
    assert not told(found, "pool")
    assert found.verdict_by_pool_size == {0: "accepted", 2: "accepted"}


def test_too_few_rows_for_the_other_pool_crash_unless_the_edges_are_folded(place: Path) -> None:
    files = good_folder(pool_size=2)
    for name, verdict in (("fc0", "scrambled"), ("fc_a", "crash")):
        for each in (STRUCTURE, weights_of(), activations_of()):
            files[each][3][0] = name
        files[weights_of()][3] = entry(name, 8, 3)
        assert diagnose(write_files(place / name, files), pool_size=0).verdict == verdict
    assert diagnose(place / "fc_a", pool_size=2).verdict == "accepted"


def test_a_maps_side_of_one_vanishes_in_a_pool_of_two(place: Path) -> None:
    """A one-dimensional net: its maps have one column, of which a pool of 2 leaves none."""
    files = good_folder()
    files[weights_of()][3] = entry("fc0", 6, 3)
    for at, rows, maps in ((0, 4, 1), (1, 4, 2), (2, 3, 2)):
        files[activations_of()][at] = entry(("input", "conv0", "maxpool0")[at], 2, rows, 1, maps)
    assert diagnose(write_files(place, files), pool_size=0).verdict == "accepted"
    found = diagnose(place, pool_size=2)
    assert found.verdict == "scrambled"
    assert told(found, "layer 2 maxpool0: nothing is drawn: a pool of 2 leaves nothing of 4 x 1")


def test_a_folder_as_the_original_generator_writes_it(place: Path) -> None:
    """Convolutions of stride 1 with padding, pools that halve, spaces between numbers, ten epochs and the first."""
    shapes = [(1, 12, 12, 3), (3, 3, 3, 4), (6, 6), (3, 3, 4, 6), (3, 3), (54, 5), (5, 3)]
    drawn = [(12, 12, 3), (12, 12, 4), (6, 6, 4), (6, 6, 6), (3, 3, 6), (5,), (3,)]
    names = ["input", "conv0_0", "maxpool0", "conv1_0", "maxpool1", "fc0", "fc_out"]
    structure = [[name, list(shape)] for name, shape in zip(names, shapes, strict=True)]
    weights = [["input", [1], [0]], *(entry(name, *shape) for name, shape in zip(names[1:], shapes[1:], strict=True))]
    values = [entry(name, 2, *shape) for name, shape in zip(names, drawn, strict=True)]
    files: Files = {STRUCTURE: json.dumps([*structure, ["cat", "dog", "frog"]])}
    for epoch in range(11):
        files[weights_of(epoch)] = json.dumps(weights)
        files[activations_of(epoch)] = json.dumps([*values, [["cat", "frog"], ["cat", "dog"]]])
    found = diagnose(write_files(place, files))
    assert found.verdict_by_pool_size == {0: "scrambled", 2: "accepted"}
    assert found.summary.startswith(
        "accepted with the pool prefab's Conv Shape set to 2,2; scrambled with the pool prefab"
    )
    assert (found.n_layers, found.n_epochs, found.n_samples) == (7, 11, 2)


def test_a_layer_without_weights_looks_up_no_rows(place: Path) -> None:
    """The structure says one row, three units are before it; but no edge of it has a value to look up."""
    files = good_folder()
    files[STRUCTURE][4][1] = [1, 2]
    del files[weights_of()][4]
    found = diagnose(write_files(place, files), pool_size=0)
    assert found.verdict == "scrambled"
    assert [each.layer_name for each in found.findings if each.verdict == "scrambled"] == ["fc_out"]


# ---- folders that are not what they seem


def test_no_folder_is_an_expected_error(place: Path) -> None:
    with pytest.raises(KerascopeError, match="no such folder"):
        diagnose(place)
    for strange in (place.parent / ("a" * 400), Path("a\0b")):
        with pytest.raises(KerascopeError, match="cannot list the folder"):
            diagnose(strange)
        assert not is_unity_folder(strange)
    write_files(place, dense_folder())
    with pytest.raises(KerascopeError, match="cannot list the folder"):
        diagnose(place / STRUCTURE)


def test_an_empty_folder_crashes_the_loader(place: Path) -> None:
    place.mkdir()
    assert diagnose(place).verdict == "crash"


def test_sub_folders_links_and_pipes(place: Path) -> None:
    write_files(place, dense_folder())
    write_files(place / "inner", {"other_weights.json": [], STRUCTURE: []})
    (place / "old_weights").mkdir()
    assert diagnose(place).verdict == "accepted"
    assert told(diagnose(place), "old_weights: the loader does not look into this")
    (place / "other_weights.JSON").write_text("[")
    assert told(diagnose(place), "other_weights.JSON: taken on Windows only")
    (place / "z_weights.json").symlink_to(place / weights_of())
    (place / "z_activations.json").symlink_to(place / activations_of())
    assert diagnose(place).verdict == "accepted"
    assert diagnose(place).n_epochs == 2
    os.mkfifo(place / "zz_structure.json")
    assert told(diagnose(place), "zz_structure.json: this is not a plain file")


@pytest.mark.parametrize("target", ["nowhere", "/dev/zero", "."])
def test_a_link_to_what_is_no_file(target: str, place: Path) -> None:
    files = dense_folder()
    del files[activations_of()]
    (write_files(place, files) / activations_of()).symlink_to(target)
    assert diagnose(place).verdict == "crash"


def test_limits_are_told_before_anything_is_read(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(place, good_folder())
    monkeypatch.setattr(loader_json, "MAX_BRACKETS", 50)
    assert told(diagnose(place), "too many lists")
    monkeypatch.setattr(loader_json, "MAX_FILE_BYTES", 300)
    assert told(diagnose(place), "more than is examined here")
    monkeypatch.setattr(loader_files, "MAX_JSON_FILES", 2)
    with pytest.raises(KerascopeError, match="too many files"):
        diagnose(place)


def test_a_stranger_writes_no_line_of_his_own(place: Path) -> None:
    files = good_folder()
    for each in (STRUCTURE, weights_of(), activations_of()):
        files[each][1][0] = "conv\n\x1b[2Jaccepted: all is well \ud800" + "x" * 500
    files["evil\nweights\x1b.json"] = "["
    found = diagnose(write_files(place, files))
    for line in (*found.lines(), found.to_json()):
        line.encode()
        assert "\x1b" not in line
        assert len(line) < 400 or line.startswith("{")
    assert all(line.isprintable() for line in found.lines())


def test_the_same_thing_in_many_files_is_one_line(place: Path) -> None:
    files = good_folder(n_epochs=9)
    for epoch in range(9):
        files[weights_of(epoch)][1][2][0][0][0][0] = None
    found = diagnose(write_files(place, files))
    assert sum(each.verdict == "crash" for each in found.findings) == 1
    assert told(found, f"layer 1 conv0, {weights_of()} and 8 more: the loader stops at its weights: null")


def test_lines_begin_with_the_worst_and_have_a_bound(place: Path) -> None:
    files = good_folder()
    files[activations_of()][1] = entry("conv0", 2, 2, 2, 2)
    files[weights_of()][4][2][0][0] = None
    lines = diagnose(write_files(place, files), pool_size=0).lines()
    order = [line.split(":")[0] for line in lines[1:]]
    assert order == sorted(order, key=["crash", "scrambled", "accepted", "remark"].index)
    many: Files = {STRUCTURE: [[f"layer{number}", [None]] for number in range(MAX_LINES + 20)]}
    assert len(diagnose(write_files(place / "many", many)).lines()) == MAX_LINES + 2


def test_the_summary_counts_and_the_whole_goes_into_json(place: Path) -> None:
    found = diagnose(write_files(place, good_folder(n_epochs=2, n_samples=3)), pool_size=0)
    n_bytes = sum(each.stat().st_size for each in place.iterdir())
    assert (found.n_layers, found.n_epochs, found.n_samples, found.n_bytes) == (5, 2, 3, n_bytes)
    assert found.load_secs == pytest.approx(3.9 * n_bytes / 12e6)
    assert "5 layers, 2 epochs, 3 samples" in found.lines()[0]
    value = json.loads(found.to_json())
    assert value["verdict"] == "accepted"
    assert value["verdict_by_pool_size"] == {"0": "accepted"}
    assert len(value["findings"]) == len(found.findings)


def test_which_folders_are_meant_for_the_loader(place: Path) -> None:
    assert not is_unity_folder(place)
    place.mkdir()
    assert not is_unity_folder(place)
    (place / "package.json").write_text("{}")
    assert not is_unity_folder(place)
    (place / weights_of()).write_text("broken")
    assert is_unity_folder(place)
    assert not is_unity_folder(place / weights_of())
    (place / "manifest.json").write_text("{}")
    assert not is_unity_folder(place)
