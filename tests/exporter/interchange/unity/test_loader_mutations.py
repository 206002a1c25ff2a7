"""One thing spoiled at a time in the smallest good folder: each must change the verdict as stated, and say where."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from unity_folders import (
    HIDDEN,
    MAPS,
    SIDE,
    STRUCTURE,
    Files,
    activations_of,
    dense_folder,
    entry,
    filled,
    good_folder,
    weights_of,
    write_files,
)

from exporter.interchange.unity.loader import diagnose

W, A = weights_of(), activations_of()
Spoil = Callable[[Files], Any]


def put(file: str, *path: int, value: Any) -> Spoil:
    """Replaces what stands at a path of places in a file."""

    def spoil(files: Files) -> None:
        at = files[file]
        for place in path[:-1]:
            at = at[place]
        at[path[-1]] = value

    return spoil


def drop(file: str, *path: int) -> Spoil:
    def spoil(files: Files) -> None:
        at = files[file]
        for place in path[:-1]:
            at = at[place]
        del at[path[-1]]

    return spoil


def rename(at: int, name: str) -> Spoil:
    """Gives a layer another name, in all three files."""

    def spoil(files: Files) -> None:
        for file in (STRUCTURE, W, A):
            files[file][at][0] = name

    return spoil


def layer_put(at: int, name: str, structure: list[int], weights: list[Any], activations: list[Any]) -> Spoil:
    """Puts a layer between others, in all three files."""

    def spoil(files: Files) -> None:
        files[STRUCTURE].insert(at, [name, structure])
        files[W].insert(at, weights)
        files[A].insert(at, activations)

    return spoil


def both(*spoils: Spoil) -> Spoil:
    def spoil(files: Files) -> None:
        for each in spoils:
            each(files)

    return spoil


def renamed_file(old: str, new: str) -> Spoil:
    return lambda files: files.update({new: files.pop(old)})


CRASHES: dict[str, tuple[Spoil, str]] = {
    "no structure": (lambda files: files.pop(STRUCTURE), "no file of the structure"),
    "no kernels at all": (lambda files: files.pop(W), "no file of weights"),
    "fewer activation files": (lambda files: files.pop(A), "0 files of activations for 1 of weights"),
    "capital in a file name": (renamed_file(A, "model_Activations_epoch000.json"), "0 files of activations for 1"),
    "a name with two words": (renamed_file(W, "activations_weights.json"), "no file of weights"),
    "no class list": (drop(STRUCTURE, -1), "the class list is missing"),
    "empty structure": (lambda files: files.update({STRUCTURE: []}), "the structure has no layers"),
    "structure is an object": (lambda files: files.update({STRUCTURE: {}}), "no list at the top"),
    "weights are an object": (lambda files: files.update({W: {"conv0": 1}}), "no list at the top"),
    "activations are empty": (lambda files: files.update({A: []}), "no list of entries at the top"),
    "structure entry without shape": (drop(STRUCTURE, 1, 1), "no shape where one is expected"),
    "structure entry is null": (put(STRUCTURE, 1, value=None), "no entry of a name and a shape"),
    "structure name is null": (put(STRUCTURE, 1, 0, value=None), "no entry of a name and a shape"),
    "structure shape has null": (put(STRUCTURE, 1, 1, 0, value=None), "not a whole number"),
    "structure shape is empty": (put(STRUCTURE, 1, 1, value=[]), "its shape is empty"),
    "structure rank of a conv": (put(STRUCTURE, 1, 1, value=[3, 3, 2]), "layer 1 conv0"),
    "structure rank of the input": (put(STRUCTURE, 0, 1, value=[4, 4]), "layer 0 input"),
    "structure rank of a pool": (put(STRUCTURE, 2, 1, value=[1, 3, 3, 2]), "layer 2 maxpool0"),
    "structure rank of a dense": (put(STRUCTURE, 3, 1, value=[18]), "layer 3 fc0"),
    "weights rank of a conv": (put(W, 1, value=entry("conv0", 3, 3, 2)), "layer 1 conv0"),
    "weights rank of a dense": (put(W, 3, value=entry("fc0", 18)), "layer 3 fc0"),
    "activations rank of a conv": (put(A, 1, value=entry("conv0", 2, 4, 4)), "layer 1 conv0"),
    "activations rank of a dense": (put(A, 3, value=entry("fc0", 2, 1, 1, 3)), "layer 3 fc0"),
    "activations rank of the input": (put(A, 0, value=entry("input", 2, 16)), "layer 0 input"),
    "capital conv": (rename(1, "Conv0"), "capital letters"),
    "capital fc": (rename(3, "FC0"), "layer 3 FC0"),
    "dropout": (layer_put(4, "dropout0", [1, 3], ["dropout0", [1], [0]], entry("dropout0", 2, 3)), "4 dropout0"),
    "keras input name": (rename(0, "conv2d_input"), "the chain has no input"),
    "no input anywhere": (both(drop(STRUCTURE, 0), drop(W, 0), drop(A, 0)), "the chain has no input"),
    "no input in activations": (drop(A, 0), "4 entries of activations for 5 of weights"),
    "more weights than layers": (lambda files: files[W].append(entry("fc9", 2, 2)), "6 entries of weights for 5"),
    "fewer activations": (drop(A, 4), "4 entries of activations for 5 of weights"),
    "no trailer": (drop(A, 5), "the labels are missing at the end"),
    "trailer is flat": (put(A, 5, value=["cat", "dog"]), "the last entry holds no labels"),
    "trailer is null": (put(A, 5, value=None), "the last entry holds no labels"),
    "trailer without predictions": (put(A, 5, value=[["cat", "cat"]]), "the labels have no predictions"),
    "fewer predictions": (put(A, 5, 1, value=["cat"]), "1 prediction for 2 true classes"),
    "a label is a list": (put(A, 5, 0, 0, value=["cat"]), "a label is a list"),
    "null weight": (put(W, 1, 2, 0, 0, 0, 0, value=None), "null where a number is expected at [0][0][0][0]"),
    "null activation": (put(A, 3, 2, 1, 2, value=None), "null where a number is expected at [1][2]"),
    "object for a number": (put(A, 3, 2, 1, 2, value={}), "an object where a number is expected"),
    "object for a list": (put(A, 3, 2, 1, value={}), "an object where a list of 3 is expected at [1]"),
    "ragged": (drop(A, 1, 2, 1, 2, 3), "a list of 3 where the shape says 4 at [1][2]"),
    "a number for a list": (put(W, 3, 2, 0, value=0.5), "a number where a list of 3 is expected"),
    "a list for a number": (put(W, 3, 2, 0, 0, value=[0.5]), "a list where a number is expected"),
    "a word for a number": (put(W, 3, 2, 0, 0, value="half"), "a word where a number"),
    "empty shape": (put(W, 0, 1, value=[]), "its shape is empty"),
    "a shape of very many numbers": (put(W, 0, 1, value=[1] * 100_000), "more than 32 numbers"),
    "negative shape": (put(W, 0, 1, value=[-1]), "negative size"),
    "shape of words": (put(W, 0, 1, value=["one"]), "not a whole number"),
    "shape is null": (put(W, 1, 1, value=None), "no shape where one is expected"),
    "shape beyond what is there": (put(W, 1, 1, value=[3, 3, 1, 3]), "a list of 2 where the shape says 3"),
    "a shape beyond every number": (put(W, 1, 1, value=[10**400, 3, 1, 2]), "not a whole number"),
    "a number beyond every range": (put(W, 1, 2, 0, 0, 0, 0, value=10**400), "a number beyond every range"),
    "a shape that would fill memory": (put(W, 1, 1, value=[99999, 99999, 99, 99]), "a list of 3 where"),
    "entry without values": (drop(W, 3, 2), "no values after its shape"),
    "entry is null": (put(A, 2, value=None), "no entry of a name, a shape and values"),
    "nothing in a shape": (put(A, 3, value=["fc0", [2, 0], [[], []]]), "there is nothing in a shape"),
    "pool after the input": (both(*(drop(each, 1) for each in (STRUCTURE, W, A))), "a pool after a picture"),
    "pool after a pool": (
        layer_put(3, "maxpool1", [2, 2], entry("maxpool1", 2, 2), entry("maxpool1", 2, 2, 2, MAPS)),
        "layer 3 maxpool1: the loader stops at a pool after a pool",
    ),
    "conv after a dense": (
        layer_put(4, "conv1", [1, 1, 3, 1], entry("conv1", 1, 1, 3, 1), entry("conv1", 2, 1, 1, 1)),
        "a convolution after a dense layer",
    ),
    "too few rows after a dense": (put(W, 4, value=entry("fc_out", 2, 2)), "2 rows, but 3 units"),
    "a tall kernel": (put(W, 1, value=entry("conv0", 3, 1, 1, MAPS)), "3 x 1 is not square: the loader stops"),
    "fewer samples in one layer": (put(A, 1, value=entry("conv0", 1, SIDE, SIDE, MAPS)), "1 sample, where"),
    "cut off": (lambda files: files.update({W: '[["input",[1],[0'}), "not plain JSON"),
    "two commas": (lambda files: files.update({W: json.dumps(files[W])[:-1] + ",,]"}), "not plain JSON"),
    "empty file": (lambda files: files.update({A: ""}), "not plain JSON"),
    "nested too deep": (lambda files: files.update({W: "[" * 100_000}), "nested far too deep"),
    "a million layers": (lambda files: files.update({STRUCTURE: [[]] * 1_000_000}), "more than is examined here"),
    "binary": (lambda files: files.update({STRUCTURE: b"\x00\xff\xfe\x01"}), "not plain JSON"),
    "a huge whole number": (lambda files: files.update({W: "[" + "9" * 9000 + "]"}), "thousands of digits"),
}
SCRAMBLES: dict[str, tuple[Spoil, str]] = {
    "input is not square": (put(A, 0, value=entry("input", 2, 4, 5, 1)), "4 x 5 are not square"),
    "conv is valid": (put(A, 1, value=entry("conv0", 2, 2, 2, MAPS)), "grid of 4 x 4, but its maps are 2 x 2"),
    "even kernel": (put(W, 1, value=entry("conv0", 2, 2, 1, MAPS)), "grid of 5 x 5, but its maps are 4 x 4"),
    "a wide kernel": (put(W, 1, value=entry("conv0", 1, 3, 1, MAPS)), "1 x 3 is not square"),
    "fewer outputs than maps": (put(W, 1, value=entry("conv0", 3, 3, 1, 1)), "1 of its 2 maps are drawn"),
    "more outputs than maps": (put(W, 1, value=entry("conv0", 3, 3, 1, 3)), "3 maps are drawn from 2"),
    "pool maps": (put(A, 2, value=entry("maxpool0", 2, 1, 1, MAPS)), "but its maps are 1 x 1"),
    "pool channels": (put(A, 2, value=entry("maxpool0", 2, 3, 3, 3)), "2 of its 3 maps are drawn"),
    "fewer rows": (put(W, 3, value=entry("fc0", 10, HIDDEN)), "10 rows, but 18 points"),
    "more rows": (put(W, 3, value=entry("fc0", 20, HIDDEN)), "20 rows, but 18 points"),
    "more rows after a dense": (put(W, 4, value=entry("fc_out", 4, 2)), "4 rows, but 3 units"),
    "more units than activations": (put(A, 4, value=entry("fc_out", 2, 1)), "2 units drawn from 1 activation"),
    "fewer units than activations": (put(A, 4, value=entry("fc_out", 2, 5)), "2 units drawn from 5"),
    "longer lists than the shape": (put(W, 4, 1, value=[3, 1]), "longer than its shape 3 x 1"),
    "batch norm": (
        layer_put(3, "bn0", [1, 3, 3, 2], ["bn0", [1], [0]], entry("bn0", 2, 3, 3, MAPS)),
        "layer 3 bn0: drawn as a second picture",
    ),
    "capital pool": (rename(2, "MaxPool0"), "layer 2 MaxPool0"),
    "keras pool": (rename(2, "max_pooling2d"), "layer 2 max_pooling2d: drawn as a second picture"),
    "fewer weights": (drop(W, 4), "layer 4 fc_out, model_weights_epoch000.json: drawn black"),
    "two swapped": (
        lambda files: files[W].__setitem__(slice(3, 5), files[W][4:2:-1]),
        "layer 3 fc0, model_weights_epoch000.json: drawn with the weights of `fc_out`",
    ),
    "fewer labels than samples": (put(A, 5, value=[["cat"], ["dog"]]), "1 label for 2 samples"),
}
HARMLESS: dict[str, tuple[Spoil, str]] = {
    "nothing": (lambda files: None, "layer 1 conv0: drawn as 2 maps of 4 x 4"),
    "NaN": (put(A, 3, 2, 0, 0, value=float("nan")), "1 of its activations are NaN or infinite"),
    "infinite": (put(W, 3, 2, 0, 0, value=float("-inf")), "1 of its weights are NaN or infinite"),
    "whole numbers": (put(A, 0, value=["input", [2, 4, 4, 1], filled(2, 4, 4, 1, value=1)]), "accepted"),
    "beyond one": (put(A, 4, 2, 0, 0, value=-8.0), "activations saturate: largest are fc_out 8"),
    "a picture in 0..255": (put(A, 0, 2, 0, 0, 0, 0, value=255), "go from 0.25 to 255"),
    "any label": (put(A, 5, value=[["a cat?", 7], ["ünï", ""]]), "accepted"),
    "a null label": (put(A, 5, 1, 1, value=None), "a label is null"),
    "more predictions": (put(A, 5, 1, value=["cat"] * 9), "accepted"),
    "more activations than weights": (
        lambda files: files[A].insert(5, entry("more", 2, 2)),
        "6 entries of activations for 5 of weights: the last are never read",
    ),
    "names of its own": (put(W, 1, 0, value="kernel"), "its weights are called `kernel`"),
    "kernel channels": (put(W, 1, value=entry("conv0", 3, 3, 7, MAPS)), "7 input channels, the layer before has 1"),
    "the structure says another size": (put(STRUCTURE, 3, 1, value=[7, 3]), "the weights are 18 x 3"),
    "a stray file": (lambda files: files.update({"README.json": {}}), "README.json: the loader leaves this file alone"),
    "Unity's own files": (lambda files: files.update({W + ".meta": "guid: 1"}), "accepted"),
    "two structures": (lambda files: files.update({"a_structure.json": None}), "2 files of the structure"),
    "a byte order mark": (lambda files: files.update({STRUCTURE: _marked(files[STRUCTURE])}), "accepted"),
    "not UTF-8": (
        lambda files: files.update({STRUCTURE: json.dumps(files[STRUCTURE]).encode().replace(b"cat", b"caf\xe9")}),
        "letters that cannot be read become question marks",
    ),
    "a comma at the end": (
        lambda files: files.update({STRUCTURE: json.dumps(files[STRUCTURE])[:-1] + " , \n]"}),
        "a comma before a closing bracket is forgiven",
    ),
    "UTF-16": (lambda files: files.update({W: json.dumps(files[W]).encode("utf-16")}), "accepted"),
    "class list is none": (put(STRUCTURE, -1, value=None), "the class list is no list"),
    "more samples in one layer": (
        put(A, 0, value=entry("input", 3, SIDE, SIDE, 1)),
        "3 samples, where the slider offers 2",
    ),
}


def _marked(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8-sig")


CASES = [
    pytest.param(spoil, words, verdict, id=f"{verdict}: {name}")
    for verdict, table in (("crash", CRASHES), ("scrambled", SCRAMBLES), ("accepted", HARMLESS))
    for name, (spoil, words) in table.items()
]


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose path holds none of the loader's words, as a test's own name might."""
    return tmp_path_factory.mktemp("unity") / "folder"


@pytest.mark.parametrize(("spoil", "words", "verdict"), CASES)
def test_one_thing_spoiled_changes_the_verdict_as_stated(spoil: Spoil, words: str, verdict: str, place: Path) -> None:
    files = good_folder()
    spoil(files)
    found = diagnose(write_files(place, files), pool_size=0)
    assert found.verdict == verdict, found.lines()
    assert any(words in line for line in found.lines()), found.lines()
    assert found.summary.startswith(verdict)


@pytest.mark.parametrize("n_inputs", [1, 5, 30])
def test_a_table_of_numbers_is_accepted(n_inputs: int, place: Path) -> None:
    assert diagnose(write_files(place, dense_folder(n_inputs))).verdict == "accepted"
