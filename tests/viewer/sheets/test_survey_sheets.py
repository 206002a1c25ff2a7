"""Sheets of surveys: the confusion matrix, nearest images, channels that stand out; what is on them and what is not."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from near_bundle import IMAGES, K, near_bundle
from surveyed_bundle import add_embedding

from exporter.bundle import KerascopeError, read_bundle
from scenes.arguments import SHEETS as NAMED
from viewer.colour import PALETTES
from viewer.learned.classes import confusion_in, confusion_of
from viewer.learned.nearness import beside_pixels, nearness_of
from viewer.learned.read import pass_of, survey_of
from viewer.sheets import SHEETS, write_sheet
from viewer.sheets.confusion import chosen_classes, sheet_of_confusion
from viewer.sheets.embedded import sheet_of_embedding
from viewer.sheets.matrix import Matrix, sequential
from viewer.sheets.near import RIGHT, WRONG, sheet_of_neighbours
from viewer.sheets.of_classes import sheet_of_classes
from viewer.sheets.page import EDGE_PX, LINE_PX, ROOM_PX, TITLE_PX, picture_of
from viewer.sheets.paper import Paper
from viewer.sheets.scatter import CELL_PX, Scatter, chosen_of
from viewer.sheets.subject import Subject


def subject(**more: Any) -> Subject:
    told = {"layer": None, "input_id": None, "run_ids": (), "tell": lambda line: None, "theme": "dark", **more}
    return Subject(bundle=near_bundle(), checkpoint_id="002", **told)


def test_the_command_line_knows_every_sheet() -> None:
    assert set(NAMED) == set(SHEETS)


def test_a_cell_has_the_colour_of_its_share() -> None:
    bundle = near_bundle()
    sheet = sheet_of_confusion(subject())
    matrix, page = sheet.figure, picture_of(sheet, "dark")
    assert isinstance(matrix, Matrix)
    found = confusion_in(bundle, survey_of(bundle), pass_of(bundle, survey_of(bundle)))
    assert np.array_equal(matrix.shown.counts, found.counts)
    top, left = EDGE_PX + TITLE_PX + LINE_PX + 64, EDGE_PX + matrix._label_px
    table = sequential("dark")
    for row, column in np.ndindex(*found.counts.shape):
        share = np.nan_to_num(found.rates[row, column])
        corner = page[top + row * matrix.cell_high_px + 2, left + column * matrix.cell_px + 2]
        assert np.abs(corner / 255 - table[round(np.sqrt(share) * 255)]).max() < 0.01
    assert f"of {IMAGES} images right" in sheet.subtitle
    assert sum(int(tile.lines[0].split()[0]) for tile in sheet.groups[0].tiles) <= found.counts.sum()


@pytest.mark.parametrize("names", ["short", "long"])
@pytest.mark.parametrize("count", [1, 2, 10, 20])
def test_a_matrix_of_any_size_stays_on_the_page(count: int, names: str) -> None:
    rng = np.random.default_rng(count)
    found = confusion_of(*rng.integers(0, count, (2, 400)))
    labels = tuple(f"{'a very long name of a class ' * (names == 'long')}{each}" for each in found.classes)
    sums = found.counts.sum(axis=1)
    matrix = Matrix(found, found.rates, found.recall, found.precision, sums, labels, "light")
    assert matrix._label_px + matrix.cell_px * len(labels) + 190 <= ROOM_PX
    assert matrix.cell_px >= 40


def test_of_many_classes_those_are_shown_that_are_most_often_confused() -> None:
    rng = np.random.default_rng(2)
    true = np.repeat(np.arange(1000), 5)
    said = true.copy()
    said[rng.choice(5000, 60, replace=False)] += 1
    said[true == 700], said[true == 30] = 701, 999
    chosen = chosen_classes(confusion_of(true, said), 20)
    assert len(chosen) == 20
    assert {30, 700, 701, 999} <= set(chosen.tolist())
    assert (np.diff(chosen) > 0).all()
    assert chosen_classes(confusion_of(true, true), 20).tolist() == list(range(20))
    assert len(chosen_classes(confusion_of(true[:50], said[:50]), 20)) <= 20


def test_both_accuracies_are_in_the_title_and_wrong_ones_are_marked() -> None:
    bundle = near_bundle()
    sheet = sheet_of_neighbours(subject(top=3))
    survey = survey_of(bundle)
    near = [nearness_of(bundle, survey, entry) for entry in beside_pixels(bundle, survey)]
    assert all(f"{each.accuracy * 100:.1f} %" in sheet.title for each in near)
    assert all(len(group.tiles) == 1 + 3 for group in sheet.groups)
    alarm = np.rint(np.array(PALETTES["dark"].roles["alarm"]) * 255)
    marks = [(tile.name[0], tile.picture) for group in sheet.groups for tile in group.tiles[1:]]
    assert {mark for mark, _ in marks} == {RIGHT, WRONG}
    for mark, picture in marks:
        assert (picture[4, picture.shape[1] // 2] == alarm).all() == (mark == WRONG)
        assert (picture[0, 0] == alarm).all() == (mark == WRONG)


def test_channels_of_a_class_come_in_the_order_of_their_difference() -> None:
    sheet = sheet_of_classes(subject(layer="pool", top=2))
    assert [group.heading.split(":")[0] for group in sheet.groups] == ["zero", "one", "two"]
    for group in sheet.groups:
        told = [float(tile.name.removeprefix("d' ")) for tile in group.tiles if tile.name.startswith("d' ")]
        assert told == sorted(told, reverse=True)
        assert len(group.tiles) <= 3 * 2


def test_dots_are_where_the_embedding_has_them_and_a_picture_stands_in_each_cell_that_has_some() -> None:
    rng = np.random.default_rng(3)
    points = rng.normal(0, 5, (60, 2))
    colours = rng.random((60, 3)).astype(np.float32)
    dots = Scatter(points, colours, None, (), np.zeros((0, 2)), ())
    paper = Paper(ROOM_PX + 40, dots.height_px + 40, "dark")
    dots.draw(paper, 20, 20)
    for colour, (x, y) in zip(colours[::-1], (dots.places(points) + 20)[::-1], strict=True):
        assert np.abs(paper.pixels[round(y), round(x)] - colour).max() < 1e-6
        break  # the last one lies over all others
    at = dots.places(points)
    assert (at > 0).all()
    assert (at < [ROOM_PX, dots.height_px]).all()
    span = np.ptp(at, axis=0) / np.ptp(points, axis=0)
    assert span[0] == pytest.approx(span[1]), "one scale for both axes"
    assert np.argmax(points[:, 1]) == np.argmin(at[:, 1]), "y goes up"
    chosen = chosen_of(at)
    cells = np.floor(at / CELL_PX).astype(int)
    for row, cell in chosen:
        rivals = np.flatnonzero((cells == cell).all(axis=1))
        away = np.linalg.norm(at[rivals] - (np.array(cell) + 0.5) * CELL_PX, axis=1)
        assert row == rivals[np.argmin(away)]
    assert len({cell for _, cell in chosen}) == len(chosen)


def test_an_embedding_is_found_by_its_layer(tmp_path: Path) -> None:
    path = shutil.copytree(near_bundle().path, tmp_path / "near.bundle")
    points = np.random.default_rng(4).normal(0, 1, (IMAGES, 3))
    with pytest.raises(KerascopeError, match="kerascope embed"):
        write_sheet(read_bundle(path), "embedding", tmp_path / "s.png")
    add_embedding(path, points)
    add_embedding(path, points[:, :2], id_="pca-pool@002", layer="pool", checkpoint="002", inputs={"clean-0": (0, 0)})
    told = {"input_id": None, "run_ids": (), "tell": lambda line: None, "theme": "dark", "checkpoint_id": "002"}
    sheets = {of: sheet_of_embedding(Subject(bundle=read_bundle(path), layer=of, **told)) for of in ("pixels", "pool")}
    assert "by pixels" in sheets["pixels"].title
    assert any("first two axes" in note for note in sheets["pixels"].notes)
    assert "features of pool" in sheets["pool"].title
    assert any("The line is the way" in note for note in sheets["pool"].notes)
    assert sheet_of_embedding(Subject(bundle=read_bundle(path), layer=None, **told)).title == sheets["pool"].title
    for sheet in sheets.values():
        picture_of(sheet, "dark")
    with pytest.raises(KerascopeError, match="expected one of pca-pixels, pca-pool@002"):
        write_sheet(read_bundle(path), "embedding", tmp_path / "s.png", layer="conv")


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    plain = near_bundle(classes=False)
    with pytest.raises(KerascopeError, match="true classes of these images are not known"):
        write_sheet(plain, "confusion", tmp_path / "s.png")
    with pytest.raises(KerascopeError, match=f"so many neighbours were not kept: expected at most {K}, got 9"):
        write_sheet(plain, "neighbours", tmp_path / "s.png", top=9)
    with pytest.raises(KerascopeError, match="no neighbours by features of conv"):
        write_sheet(plain, "neighbours", tmp_path / "s.png", layer="conv")
    with pytest.raises(KerascopeError, match="--top means nothing for confusion: expected one of patches, neighbours"):
        write_sheet(near_bundle(), "confusion", tmp_path / "s.png", top=3)
    assert list(tmp_path.iterdir()) == []
    for of in ("neighbours", "classes"):
        write_sheet(plain, of, tmp_path / f"{of}.png")
    with pytest.raises(KerascopeError, match="--overwrite"):
        write_sheet(plain, "classes", tmp_path / "classes.png")
