"""Frames that others draw: a film told so that another process, or another machine, draws any frames of it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from scenes.film import Film, film_of
from scenes.frames import Image
from scenes.options import SceneOptions
from viewer.backend import driver_name
from viewer.stage import Stage
from viewer.study import Vantage
from viewer.typeset import letters_problem

Part = TypeVar("Part")
Result = TypeVar("Result")
_MANIFEST = "manifest.json"
_FRAMES_EACH = 4
"""How many frames are drawn at a time: few, so that little waits for its turn."""


class Crew(Protocol):
    """Who does parts of a work."""

    def __call__(self, function: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
        """What the function makes of each part, in their order, each when it is asked for; few are made ahead."""
        ...


@dataclass(frozen=True)
class Shooting:
    """All that says which film it is, small and to be pickled: bundles by path and by the digest of their manifests."""

    bundles: tuple[tuple[Path, str], ...]
    scene_name: str
    options: SceneOptions
    view: Vantage | None
    multiple: int
    fps: float
    supersample: int

    def film(self) -> Film:
        """The film, built anew.

        Raises
        ------
        KerascopeError
            a bundle is not there, or is another one.
        """
        for path, digest in self.bundles:
            opened = read_bundle(path)
            if _digest(opened.path) != digest:
                raise KerascopeError("this bundle is another one than where the recording was asked for", path=path)
        bundle, *others = [read_bundle(path) for path, _ in self.bundles]
        beside = others[0] if others else None
        return film_of(bundle, beside, self.scene_name, self.options, self.view, self.multiple)


def found_by(bundle: Bundle, beside: Bundle | None) -> tuple[tuple[Path, str], ...]:
    """Where bundles are, and the digests of their manifests."""
    return tuple((each.path.absolute(), _digest(each.path)) for each in (bundle, beside) if each is not None)


def drawn_by(
    crew: Crew, shooting: Shooting, n_frames: int, tell: Callable[[str], None]
) -> Generator[Image, None, None]:
    """All the frames of a film in their order, drawn by a crew; `tell` hears once what is amiss with letters.

    Raises
    ------
    KerascopeError
        the members of the crew draw with different drivers, or one of them cannot draw.
    """
    lesson = shooting.options.lesson
    shooting = replace(shooting, options=replace(shooting.options, lesson=lesson and lesson.absolute()))
    parts = [_Part(shooting, start, min(start + _FRAMES_EACH, n_frames)) for start in range(0, n_frames, _FRAMES_EACH)]
    driver: tuple[str, ...] = ()
    told = ""
    for drawn in crew(draw_part, parts):
        driver = driver or drawn.driver
        if drawn.driver != driver:
            remedy = "record with machines of one kind"
            expected, got = ", ".join(driver), ", ".join(drawn.driver)
            raise KerascopeError("the machines draw with different drivers", expected=expected, got=got, remedy=remedy)
        if drawn.problem not in ("", told):
            told = drawn.problem
            tell(f"warning: {told}")
        yield from drawn.frames


@dataclass(frozen=True)
class _Part:
    """Some frames of a film: from the number `start` to before `stop`."""

    shooting: Shooting
    start: int
    stop: int


@dataclass(frozen=True)
class Drawn:
    """Frames (n, height, width, 3) uint8, what drew them, and what is amiss with letters, or nothing."""

    frames: NDArray[np.uint8]
    driver: tuple[str, str, str]
    problem: str


def draw_part(part: _Part) -> Drawn:
    """The frames of a part. One thread of a process draws, as OpenGL is bound to threads, and it keeps the film."""
    return _drawing_thread().submit(_draw, part).result()


@cache
def _drawing_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="drawing")


_kept = threading.local()


def _draw(part: _Part) -> Drawn:
    film, stages = _opened(part.shooting)
    times = film.times(part.shooting.fps)[part.start : part.stop]
    frames = np.stack([film.frame(stages, t_secs, part.shooting.supersample) for t_secs in times])
    return Drawn(frames, driver_name(), letters_problem())


def _opened(shooting: Shooting) -> tuple[Film, tuple[Stage, ...]]:
    """The film and what draws it: kept for as long as no other is asked for."""
    if getattr(_kept, "shooting", None) != shooting:
        if hasattr(_kept, "stack"):
            _kept.stack.close()
        _kept.shooting, _kept.stack = None, ExitStack()
        _kept.film = shooting.film()
        _kept.stages = _kept.stack.enter_context(_kept.film.stages())
        _kept.shooting = shooting
    return _kept.film, _kept.stages


def _digest(bundle: Path) -> str:
    return hashlib.sha256((bundle / _MANIFEST).read_bytes()).hexdigest()
