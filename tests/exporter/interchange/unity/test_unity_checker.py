"""The checker of Unity folders accepts what is right, and refuses or flags each thing that is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unity_folder import SIDE, STRUCTURE, Files, small_folder, write_folder
from unity_loading import LoaderCrash, load_as_unity

WEIGHTS, VALUES = "model_weights_epoch000.json", "model_activations_epoch000.json"
WEIGHTS_1, VALUES_1 = "model_weights_epoch001.json", "model_activations_epoch001.json"


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place for a folder; not named after the test, whose name could be one that the loader trips over."""
    return tmp_path_factory.mktemp("unity") / "net"


@pytest.mark.parametrize(("pooled", "pool_size"), [(3, None), (2, 2)])
def test_what_is_right_is_shown_as_it_is(place: Path, pooled: int, pool_size: int | None) -> None:
    files = small_folder(pooled=pooled)
    net = load_as_unity(write_folder(place, files), pool_size=pool_size)
    assert [(layer.name, layer.kind) for layer in net.layers] == [
        ("input", "image"), ("conv0", "conv"), ("maxpool0", "maxpool"), ("fc0", "fc"), ("fc_out", "fc"),
    ]  # fmt: skip
    assert net.scrambled == {}
    assert (net.epochs, net.samples, net.class_names) == (2, 2, ("cat", "dog"))
    assert (net.truths, net.predictions) == ((("cat", "cat"),) * 2, (("dog", "dog"),) * 2)
    convolution, pool, dense = net.layers[1:4]
    written = np.float32(files[VALUES_1][1][2])
    np.testing.assert_array_equal(convolution.shown(1, 1), written[1])
    assert pool.size == (pooled, pooled)
    assert convolution.edge(1, -1, 1, 0, 2) == np.float32(files[WEIGHTS_1][1][2][0][2][0][2])
    row = (1 * pooled + 0) * 3 + 2
    assert dense.dense_edges(0, pool)[1, 0, 2, 4] == np.float32(files[WEIGHTS][3][2][row][4])


@pytest.mark.parametrize(("pooled", "pool_size"), [(2, None), (3, 2)])
def test_a_pool_of_the_other_size_is_scrambled_and_so_are_the_edges_out_of_it(
    place: Path, pooled: int, pool_size: int | None
) -> None:
    net = load_as_unity(write_folder(place, small_folder(pooled=pooled)), pool_size=pool_size)
    assert set(net.scrambled) == {"maxpool0", "fc0"}
    right = load_as_unity(place, pool_size=2 if pool_size is None else None)
    assert right.scrambled == {}
    shown, meant = net.named("maxpool0").shown(0, 0), right.named("maxpool0").shown(0, 0)
    small = tuple(slice(0, 2) for _ in range(2))
    assert not np.array_equal(shown[small], meant[small])


def entry(file: str, place: int, change: Callable[[Any], Any]) -> Callable[[Files], None]:
    """A change of one entry of a file."""

    def apply(files: Files) -> None:
        files[file][place] = change(files[file][place])

    return apply


def both(place: int, change: Callable[[Any], Any]) -> Callable[[Files], None]:
    """The same change in the structure and in the weights of both epochs."""

    def apply(files: Files) -> None:
        for file in (STRUCTURE, WEIGHTS, WEIGHTS_1):
            files[file][place] = change(files[file][place])

    return apply


def renamed(name: str) -> Callable[[Any], Any]:
    return lambda content: [name, *content[1:]]


def without(file: str, place: int) -> Callable[[Files], None]:
    return lambda files: files[file].__delitem__(place)


def value(change: Any) -> Callable[[Any], Any]:
    """The first number of an entry, changed."""

    def apply(content: Any) -> Any:
        content = deepcopy(content)
        inner = content[2]
        while isinstance(inner[0], list):
            inner = inner[0]
        inner[0] = change
        return content

    return apply


def array(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The numbers of an entry changed, and its shape with them."""

    def apply(content: Any) -> Any:
        changed = change(np.asarray(content[2]))
        return [content[0], list(changed.shape), changed.tolist()]

    return apply


def kernel(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A kernel changed: its shape alone where there are no values, as in the structure."""

    def apply(content: Any) -> Any:
        changed = array(change)([content[0], content[1], np.zeros(content[1]) if len(content) < 3 else content[2]])
        return changed[: len(content)]

    return apply


def for_structure(shape: list[int]) -> Callable[[Files], None]:
    return entry(STRUCTURE, 1, lambda content: [content[0], shape])


def drop(*names: str) -> Callable[[Files], None]:
    def apply(files: Files) -> None:
        for name in names:
            del files[name]

    return apply


def headless(files: Files) -> None:
    for content in files.values():
        del content[0]


def second_pool(files: Files) -> None:
    for content in files.values():
        content.insert(3, ["maxpool1", *content[2][1:]])


CRASHES: dict[str, tuple[str, Callable[[Files], None]]] = {
    "no structure": ("structure", drop(STRUCTURE)),
    "no weights": ("weights", drop(WEIGHTS, WEIGHTS_1)),
    "fewer files of one sort": ("fewer", drop(VALUES_1)),
    "no class names": ("class names", without(STRUCTURE, -1)),
    "no labels": ("entries", without(VALUES, -1)),
    "labels of another sort": ("labels", entry(VALUES, -1, lambda labels: [labels])),
    "fewer predictions": ("predictions", entry(VALUES, -1, lambda labels: [labels[0], labels[1][:1]])),
    "more samples than labels": ("samples", entry(VALUES, -1, lambda labels: [labels[0][:1], labels[1]])),
    "a layer without weights": ("layers", without(WEIGHTS_1, 2)),
    "a layer without values": ("entries", without(VALUES, 1)),
    "null": ("no number", entry(WEIGHTS, 1, value(None))),
    "a text among the numbers": ("no number", entry(VALUES, 3, value("1.0"))),
    "ragged": ("ragged", entry(WEIGHTS, 3, value([1.0, 2.0]))),
    "short": ("says", entry(VALUES, 3, lambda content: [*content[:2], content[2][:1]])),
    "an object": ("keys", entry(WEIGHTS, 0, lambda content: {"input": content})),
    "an empty shape": ("no shape", entry(WEIGHTS, 0, lambda content: [content[0], [], 0.0])),
    "a dense layer of maps": ("rank", entry(VALUES, 3, array(lambda values: values[:, None, None]))),
    "a convolution in one dimension": ("rank", for_structure([3, 2, 3])),
    "a flat picture": ("rank", entry(VALUES, 0, array(lambda values: values[..., 0]))),
    "a kernel of rank three": ("rank", entry(WEIGHTS, 1, array(lambda kernel: kernel[0]))),
    "a capital": ("capital", both(1, renamed("Conv0"))),
    "no input": ("input", headless),
    "dropout": ("rank", both(3, renamed("dropout"))),
    "a pool after a pool": ("directly", second_pool),
}  # fmt: skip


@pytest.mark.parametrize("case", CRASHES)
def test_the_loader_crashes(case: str, place: Path) -> None:
    reason, change = CRASHES[case]
    files = small_folder()
    change(files)
    with pytest.raises(LoaderCrash, match=reason):
        load_as_unity(write_folder(place, files))


SCRAMBLED: dict[str, tuple[set[str], Callable[[Files], None]]] = {
    "an even kernel": ({"conv0"}, both(1, kernel(lambda values: values[:2, :2]))),
    "a kernel that is not square": ({"conv0"}, both(1, kernel(lambda values: values[:1]))),
    "another kernel than the structure says": ({"conv0"}, entry(WEIGHTS_1, 1, array(lambda values: values[:1, :1]))),
    "maps of a valid convolution": ({"conv0"}, entry(VALUES, 1, array(lambda values: values[:, 1:-1, 1:-1]))),
    "a channel too few": ({"conv0"}, entry(VALUES, 1, array(lambda values: values[..., 1:]))),
    "too few rows": ({"fc0"}, both(3, kernel(lambda values: values[1:]))),
    "units": ({"fc_out"}, entry(VALUES, 4, array(lambda values: values[:, :1]))),
    "another picture than is said": ({"input"}, entry(STRUCTURE, 0, lambda entry: [entry[0], [1, SIDE, SIDE, 9]])),
}  # fmt: skip


@pytest.mark.parametrize("case", SCRAMBLED)
def test_the_points_are_scrambled(case: str, place: Path) -> None:
    names, change = SCRAMBLED[case]
    files = small_folder()
    change(files)
    assert set(load_as_unity(write_folder(place, files)).scrambled) == names


def test_a_layer_of_no_known_name_cuts_the_chain(place: Path) -> None:
    files = small_folder()
    files[STRUCTURE].insert(1, ["bn", [1, SIDE, SIDE, 2]])
    for file in (WEIGHTS, WEIGHTS_1):
        files[file].insert(1, ["bn", [1], [0.0]])
    for file in (VALUES, VALUES_1):
        files[file].insert(1, ["bn", *files[file][0][1:]])
    assert any("cuts" in reason for reason in load_as_unity(write_folder(place, files)).scrambled["bn"])


@pytest.mark.parametrize(("channels", "faults"), [(2, set()), (1, set()), (3, {"conv0"})])
def test_a_kernel_is_for_all_maps_or_one_for_each(place: Path, channels: int, faults: set[str]) -> None:
    files = small_folder()
    both(1, kernel(lambda values: np.resize(values, (3, 3, channels, 4))))(files)
    both(3, kernel(lambda values: np.resize(values, (3 * 3 * 4, 5))))(files)
    for file in (VALUES, VALUES_1):
        for at in (1, 2):
            entry(file, at, array(lambda values: np.resize(values, (*values.shape[:3], 4))))(files)
    assert set(load_as_unity(write_folder(place, files)).scrambled) == faults


@pytest.mark.parametrize("word", ["activation", "weights"])
def test_a_folder_whose_path_has_one_of_the_words_fails(place: Path, word: str) -> None:
    with pytest.raises(LoaderCrash):
        load_as_unity(write_folder(place / f"my_{word}s" / "net", small_folder()))


def test_epochs_are_the_files_in_the_order_of_their_names(place: Path) -> None:
    files = small_folder(epochs=12)
    padded = load_as_unity(write_folder(place, files))
    bare = {name.replace("epoch00", "epoch").replace("epoch0", "epoch"): content for name, content in files.items()}
    unpadded = load_as_unity(write_folder(place.with_name("bare"), bare))
    tenth = np.float32(files["model_activations_epoch010.json"][4][2])
    np.testing.assert_array_equal(padded.named("fc_out").values[10], tenth)
    np.testing.assert_array_equal(unpadded.named("fc_out").values[2], tenth)


def test_numbers_that_json_does_not_have_are_taken(place: Path) -> None:
    files = small_folder()
    entry(VALUES, 3, value(float("nan")))(files)
    entry(VALUES_1, 3, value(7))(files)
    net = load_as_unity(write_folder(place, files))
    assert "NaN" in json.dumps(files[VALUES])
    assert np.isnan(net.named("fc0").shown(0, 0)[0, 0, 0])
    assert net.named("fc0").shown(1, 0)[0, 0, 0] == 7


def cropped(columns: int) -> Callable[[Files], None]:
    """A change to so many columns of the picture and of what the convolution makes of it, as if they were real."""

    def apply(files: Files) -> None:
        for file in (VALUES, VALUES_1):
            for at in (0, 1):
                entry(file, at, array(lambda values: values[:, :, :columns]))(files)
            entry(file, 2, array(lambda values: values[:, :, : columns // 2 + 1]))(files)
        files[STRUCTURE][0][1][2] = columns
        both(3, kernel(lambda values: values[: 3 * (columns // 2 + 1) * 3]))(files)

    return apply


@pytest.mark.parametrize(("columns", "faults"), [(1, set()), (3, {"input", "conv0", "maxpool0"}), (4, set())])
def test_maps_are_square_or_one_column(place: Path, columns: int, faults: set[str]) -> None:
    files = small_folder()
    cropped(columns)(files)
    assert set(load_as_unity(write_folder(place, files)).scrambled) == faults


STRICTER = {"a text among the numbers", "another picture than is said"}
"""What the checker minds and the loader does not: it reads numbers out of texts, and shapes of pictures elsewhere."""


@pytest.mark.parametrize("case", [*CRASHES, *SCRAMBLED])
def test_the_examination_of_folders_minds_the_same(case: str, place: Path) -> None:
    from exporter.interchange.unity.loader import diagnose

    files = small_folder()
    {**CRASHES, **SCRAMBLED}[case][1](files)
    found = diagnose(write_folder(place, files), pool_size=0)
    assert (found.verdict == "accepted") == (case in STRICTER), "\n".join(found.lines())
