"""What nn_vis cannot show is told in one line before anything is written, and places are treated with care."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs
from nn_vis_bundles import add_importance, dense_bundle, with_sculpture
from nn_vis_files import processed_parts, save_parts

from exporter.bundle import Bundle, KerascopeError, Limits, read_bundle
from exporter.bundle.schema import Edge, UnitLayer
from exporter.interchange.nn_vis import convert
from exporter.interchange.nn_vis.convert import convert_nn_vis
from exporter.interchange.nn_vis.open import open_nn_vis
from exporter.interchange.nn_vis.source import check_chain


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    path = tmp_path_factory.mktemp("refused") / "a.bundle"
    return read_bundle(dense_bundle(path, (5, 4, 3), checkpoints=("000", "001")))


def refused(bundle: Bundle, out: Path, **options: Any) -> str:
    """The line that a conversion is refused with; nothing has changed in the folder."""
    before = {entry: entry.read_bytes() for entry in out.parent.rglob("*") if entry.is_file()}
    with pytest.raises(KerascopeError) as error:
        convert_nn_vis(bundle, out, **options)
    assert {entry: entry.read_bytes() for entry in out.parent.rglob("*") if entry.is_file()} == before
    line = str(error.value)
    assert "\n" not in line
    return line


def planes(*of: int, units: tuple[int, ...] = (5, 4, 3)) -> tuple[UnitLayer, ...]:
    return tuple(
        UnitLayer(name=f"layer_{place}", units=size, plane=plane)
        for place, (size, plane) in enumerate(zip(units, of, strict=True))
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"layers": planes(0, 0, 1)}, "'layer_0' and 'layer_1' do not"),
        ({"layers": planes(0, 2, 3)}, "'layer_0' and 'layer_1' do not"),
        ({"layers": planes(0, 1, 1)}, "'layer_1' and 'layer_2' do not"),
        ({"classes": (0, 2, 1)}, "nn_vis needs the importance for every unit of the last layer"),
        ({"classes": (0, 1, 7)}, "expected 3 classes, got classes 0, 1, 7"),
    ],
)
@pytest.mark.parametrize("name", ["a.pro.npz", "a.imp.npz", "folder"])
def test_a_network_that_is_no_chain_or_has_not_all_classes(
    tmp_path: Path, bundle: Bundle, changes: dict[str, Any], words: str, name: str
) -> None:
    assert words in refused(with_sculpture(bundle, **changes), tmp_path / name, checkpoint_ids=("000",))


def test_an_edge_that_skips_a_layer(tmp_path: Path, bundle: Bundle) -> None:
    """The planes look like a chain, the edges do not: the middle layer is cut in two."""
    layers = (*planes(0, 1, 2, units=(5, 2, 2)), UnitLayer(name="layer_2", units=3, plane=3))
    line = refused(with_sculpture(bundle, layers=layers), tmp_path / "a.pro.npz", checkpoint_ids=("000",))
    assert "nn_vis shows only networks whose layers follow each other" in line


@pytest.mark.parametrize("name", ["a.pro.npz", "a.imp.npz", "folder"])
def test_a_model_with_a_way_around_a_layer_is_refused_before_it_is_sculpted(
    tmp_path: Path, bundle: Bundle, name: str
) -> None:
    manifest = bundle.manifest
    around = (*manifest.edges, Edge(source="layer_0", target="layer_2"))
    branched = Bundle(bundle.path, structs.replace(manifest, edges=around, sculptures=()), Limits())
    assert "'layer_0' and 'layer_2' do not" in refused(branched, tmp_path / name)


def test_too_many_possible_edges_and_a_single_layer() -> None:
    with pytest.raises(KerascopeError, match=r"more edges than nn_vis can number: expected at most 16777216"):
        check_chain(planes(0, 1, units=(4097, 4096)))
    check_chain(planes(0, 1, units=(4096, 4096)))
    with pytest.raises(KerascopeError, match="at least two layers"):
        check_chain(planes(0, units=(5,)))


def test_a_sculpture_that_does_not_hold_together(tmp_path: Path, bundle: Bundle) -> None:
    """A bundle that nobody has validated: an edge to nowhere, a table of another shape, one that is missing."""
    tensors = bundle.manifest.sculptures[0].tensors
    odd = structs.replace(tensors["edges"], key="odd")
    for changed in (
        {**tensors, "starts": tensors["strength"]},
        {name: ref for name, ref in tensors.items() if name != "importance"},
        {**tensors, "strength": odd},
    ):
        line = refused(with_sculpture(bundle, tensors=changed), tmp_path / "a.pro.npz", checkpoint_ids=("000",))
        assert "the sculpture does not hold together" in line
    longer = planes(0, 1, 2, units=(4, 4, 4))
    line = refused(with_sculpture(bundle, layers=longer), tmp_path / "a.pro.npz", checkpoint_ids=("000",))
    assert "does not go to a higher plane" in line


@pytest.mark.parametrize("number", [float("nan"), -0.5, 1.5])
def test_an_importance_that_is_no_share(tmp_path: Path, bundle: Bundle, number: float) -> None:
    path = Path(shutil.copytree(bundle.path, tmp_path / "b.bundle"))
    units = {f"layer_{place}": np.full((size, 3), number, np.float32) for place, size in enumerate((5, 4, 3))}
    add_importance(path, "001", "gradient", units)
    assert "the importance of layer 'layer_0'" in refused(read_bundle(path), tmp_path / "a.imp.npz")


def test_an_importance_of_another_layer(tmp_path: Path, bundle: Bundle) -> None:
    path = Path(shutil.copytree(bundle.path, tmp_path / "b.bundle"))
    units = {f"layer_{place}": np.ones((size, 3), np.float32) for place, size in enumerate((5, 6, 3))}
    add_importance(path, "001", "gradient", units)
    line = refused(read_bundle(path), tmp_path / "a.imp.npz")
    assert "the importance of layer 'layer_1' does not fit the others: expected float32 (4, 3)" in line


def test_a_checkpoint_without_a_sculpture(tmp_path: Path, bundle: Bundle) -> None:
    plain = with_sculpture(bundle, checkpoint="001")
    assert "kerascope sculpt" in refused(plain, tmp_path / "a.pro.npz", checkpoint_ids=("000",))
    assert "no importance of all layers" in refused(plain, tmp_path / "a.imp.npz", checkpoint_ids=("000",))
    assert "no such checkpoint" in refused(plain, tmp_path / "a.imp.npz", checkpoint_ids=("7",))


def test_two_checkpoints_in_one_file(tmp_path: Path, bundle: Bundle) -> None:
    assert "one file holds one checkpoint" in refused(bundle, tmp_path / "a.pro.npz", checkpoint_ids=("000", "001"))


@pytest.mark.parametrize(
    ("limit", "words"),
    [("MOST_BUFFER_BYTES", "would not fit into a buffer of nn_vis"), ("MOST_BYTES", "the file would be too large")],
)
def test_what_is_too_large(
    tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch, limit: str, words: str
) -> None:
    monkeypatch.setattr(convert, limit, 500)
    assert words in refused(bundle, tmp_path / "a.pro.npz")


# --- Places -----------------------------------------------------------------------------------------------------------


def test_nothing_is_replaced_without_a_word(tmp_path: Path, bundle: Bundle) -> None:
    for name in ("a.pro.npz", "folder"):
        out = convert_nn_vis(bundle, tmp_path / name).path
        assert "pass --overwrite" in refused(bundle, out)
        assert convert_nn_vis(bundle, out, checkpoint_ids=("000",), overwrite=True).path == out


def test_only_files_of_nn_vis_are_ever_replaced(tmp_path: Path, bundle: Bundle) -> None:
    (tmp_path / "a.pro.npz").write_text("mine")
    assert "what is there is not of nn_vis" in refused(bundle, tmp_path / "a.pro.npz", overwrite=True)
    folder = convert_nn_vis(bundle, tmp_path / "folder").path
    (folder / "thesis.txt").write_text("mine")
    assert "thesis.txt" in refused(bundle, folder, overwrite=True)


def test_a_folder_in_the_place_of_a_file_and_the_other_way_round(tmp_path: Path, bundle: Bundle) -> None:
    (tmp_path / "a.pro.npz").mkdir()
    assert "expected a file, got a folder" in refused(bundle, tmp_path / "a.pro.npz", overwrite=True)
    (tmp_path / "out").write_text("mine")
    assert "expected a folder, got a file" in refused(bundle, tmp_path / "out", overwrite=True)
    assert "no such folder to write into" in refused(bundle, tmp_path / "none" / "a.pro.npz")


@pytest.mark.parametrize("name", ["a.pro.npz", "folder"])
@pytest.mark.parametrize("earlier", [False, True])
def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch, name: str, *, earlier: bool
) -> None:
    if earlier:
        convert_nn_vis(bundle, tmp_path / name, checkpoint_ids=("000",))

    def full(stream: Any, *_: object) -> None:
        stream.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(convert, "write_processed", full)
    assert "No space left on device" in refused(bundle, tmp_path / name, overwrite=True)


def test_an_interrupted_conversion_leaves_nothing(
    tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(convert, "write_processed", stopped)
    for name in ("a.pro.npz", "folder"):
        with pytest.raises(KeyboardInterrupt):
            convert_nn_vis(bundle, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_is_not_replaced_without_a_word_and_before_the_file_is_read(tmp_path: Path) -> None:
    file = save_parts(tmp_path / "a.pro.npz", processed_parts((3, 2)))
    out = open_nn_vis(file, tmp_path / "a.bundle")
    with pytest.raises(KerascopeError, match="pass --overwrite"):
        open_nn_vis(tmp_path / "missing.pro.npz", out)
    assert open_nn_vis(file, out, overwrite=True) == out


def test_a_large_file_is_announced(tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    tell: Callable[[str], None] = heard.append
    convert_nn_vis(bundle, tmp_path / "a.pro.npz", tell=tell)
    assert heard == []
    monkeypatch.setattr(convert, "_LARGE_BYTES", 1000)
    convert_nn_vis(bundle, tmp_path / "b.pro.npz", tell=tell)
    assert [line.split(" about")[0] for line in heard] == ["writing"]
