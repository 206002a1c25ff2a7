"""Recordings whose frames others draw: the same files as those that are drawn here."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_bundle import make_tiny_bundle

from exporter.bundle import read_bundle
from exporter.bundle.errors import KerascopeError
from scenes import crew
from scenes.crew import Crew, Drawn, Shooting, drawn_by, found_by
from scenes.options import SceneOptions
from scenes.record import record

OPTIONS = SceneOptions(size_px=(96, 64))


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Crew]:
    """Another process, which knows what it is told and nothing else."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield pool.map


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.gl
@pytest.mark.slow
@pytest.mark.parametrize("is_beside", [False, True])
def test_the_same_bytes_whoever_draws(elsewhere: Crew, tiny_bundle_path: Path, tmp_path: Path, is_beside: bool) -> None:
    bundle = read_bundle(tiny_bundle_path)
    told: dict[str, Any] = {"fps": 2, "options": OPTIONS, "beside": bundle if is_beside else None}
    here = record(bundle, "flow", tmp_path / "here", **told)
    there = record(bundle, "flow", tmp_path / "there", **told, crew=elsewhere)
    assert here.n_frames == there.n_frames > 2 * crew._FRAMES_EACH
    assert here.notes == there.notes
    assert content(tmp_path / "here") == content(tmp_path / "there")


@pytest.mark.gl
@pytest.mark.slow
def test_another_bundle_at_the_same_path_is_told_and_leaves_nothing(elsewhere: Crew, tmp_path: Path) -> None:
    path = make_tiny_bundle(tmp_path / "tiny.bundle")
    bundle = read_bundle(path)

    def changed(function: Callable[[Any], Any], parts: Iterable[Any]) -> Iterator[Any]:
        manifest = path / "manifest.json"
        manifest.write_bytes(manifest.read_bytes() + b"\n")
        yield from elsewhere(function, parts)

    with pytest.raises(KerascopeError, match=r"this bundle is another one .*tiny\.bundle"):
        record(bundle, "flow", tmp_path / "a.gif", fps=2, options=OPTIONS, crew=changed)
    assert [each.name for each in tmp_path.iterdir()] == ["tiny.bundle"]


def drawn(number: int, driver: str = "llvmpipe", problem: str = "") -> Drawn:
    return Drawn(np.full((1, 2, 3, 3), number, np.uint8), ("Mesa", driver, "4.5"), problem)


def frames_of(results: list[Drawn], path: Path) -> tuple[list[int], list[str]]:
    shooting = Shooting(found_by(read_bundle(path), None), "flow", OPTIONS, None, 1, 2, 1)
    said: list[str] = []
    images = drawn_by(lambda function, parts: iter(results), shooting, 4, said.append)
    return [int(image[0, 0, 0]) for image in images], said


def test_machines_that_draw_with_different_drivers_are_refused(tiny_bundle_path: Path) -> None:
    assert frames_of([drawn(0), drawn(1)], tiny_bundle_path) == ([0, 1], [])
    with pytest.raises(
        KerascopeError, match=r"different drivers: expected Mesa, llvmpipe, 4\.5, got Mesa, other, 4\.5"
    ):
        frames_of([drawn(0), drawn(1, "other")], tiny_bundle_path)


def test_what_is_amiss_with_letters_is_said_once(tiny_bundle_path: Path) -> None:
    results = [drawn(0), drawn(1, problem="no font has Q"), drawn(2, problem="no font has Q")]
    assert frames_of(results, tiny_bundle_path) == ([0, 1, 2], ["warning: no font has Q"])


def test_the_file_of_a_lesson_is_found_from_elsewhere(tiny_bundle_path: Path) -> None:
    asked: list[Any] = []

    def noted(function: Callable[[Any], Any], parts: Iterable[Any]) -> Iterator[Any]:
        asked.extend(parts)
        return iter(())

    options = replace(OPTIONS, lesson=Path("stops.json"))
    shooting = Shooting(found_by(read_bundle(tiny_bundle_path), None), "tour", options, None, 1, 2, 1)
    assert list(drawn_by(noted, shooting, 9, print)) == []
    assert {part.shooting.options.lesson for part in asked} == {Path("stops.json").absolute()}
    assert [(part.start, part.stop) for part in asked] == [(0, 4), (4, 8), (8, 9)]
