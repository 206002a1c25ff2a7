"""Recording a scene to a GIF, an MP4, a WebP or a folder of PNG files, and single frames to a PNG."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from tqdm import tqdm

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from scenes.crew import Crew, Shooting, drawn_by, found_by
from scenes.encode.atomic import check_place, put_in_place, work_beside
from scenes.encode.budget import encode_within
from scenes.encode.formats import Format, format_of
from scenes.encode.shot import keep, write_png
from scenes.film import film_of
from scenes.frames import Image
from scenes.options import SceneOptions
from viewer.study import Vantage


@dataclass(frozen=True, slots=True)
class RecordReport:
    """What was recorded.

    `n_frames`, `fps`, `size_px` (width, height) and `n_bytes` are those of the file, `duration_secs` is how long it
    plays, `took_secs` how long it took, and `notes` what differs from what was asked, a line each.
    """

    path: Path
    n_frames: int
    n_bytes: int
    size_px: tuple[int, int]
    fps: float
    duration_secs: float
    took_secs: float
    notes: tuple[str, ...] = ()


class _Notes:
    """Words for the person, to stderr without breaking a progress bar, and kept."""

    def __init__(self) -> None:
        self.lines: tuple[str, ...] = ()

    def say(self, line: str) -> None:
        self.lines += (line,)
        tqdm.write(line, file=sys.stderr)


@dataclass(frozen=True, slots=True)
class _Job:
    """A recording that was asked for and can begin: the place is free and the format known."""

    out: Path
    form: Format
    fps: Fraction
    max_bytes: int | None
    progress: bool | None
    began_secs: float
    notes: _Notes

    @classmethod
    def checked(cls, out: Path | str, fps: float, max_mb: float | None, overwrite: bool, progress: bool | None) -> _Job:
        out, began_secs, notes = Path(out), time.perf_counter(), _Notes()
        form = format_of(out)
        if max_mb is not None and not (form.ladder and max_mb > 0):
            remedy = "leave the budget out" if not form.ladder else ""
            expected = "over 0 MB, for .gif, .mp4 or .webp"
            raise KerascopeError("no such budget", expected=expected, got=f"{max_mb:g} MB", remedy=remedy, path=out)
        exact_fps = form.exact_fps(fps)
        form.check_encoder()
        check_place(out, folder=not form.ladder, overwrite=overwrite)
        if abs(float(exact_fps) - fps) > 0.01:
            notes.say(f"{form.suffix} cannot keep {fps:g} fps: recording at {float(exact_fps):.4g} fps")
        max_bytes = None if max_mb is None else int(max_mb * 1e6)
        return cls(out, form, exact_fps, max_bytes, progress, began_secs, notes)

    def exact_size_px(self, size_px: tuple[int, int]) -> tuple[int, int]:
        """The size that the format can have; says so when it is another."""
        exact = self.form.exact_size_px(size_px)
        if exact != size_px:
            self.notes.say("{} needs even sides: recording {}x{}".format(self.form.suffix, *exact))
        return exact


def record(
    bundle: Bundle,
    scene_name: str,
    out: Path | str,
    *,
    beside: Bundle | None = None,
    fps: float = 25,
    options: SceneOptions | None = None,
    view: Vantage | None = None,
    max_mb: float | None = None,
    overwrite: bool = False,
    supersample: int = 2,
    progress: bool | None = None,
    crew: Crew | None = None,
) -> RecordReport:
    """Record a scene of the gallery; the suffix of `out` says to what, no suffix means a folder of PNG files.

    Parameters
    ----------
    beside : a second bundle, whose scene is drawn in the other half of each frame (`scenes.film`).
    view : what was set in the window, and where from it is seen, over every frame; its scene and what it shows are
        those of `scene_name` and `options` (`scenes.viewed.options_of`).
    fps : frames a second; the nearest that the format can keep is taken, and said.
    max_mb : the most that a file may have, in millions of bytes; quality is given up step by step until it fits.
    supersample : draw so many times finer and average, 1 or 2.
    progress : show a bar on stderr; `None` shows it on a terminal only.
    crew : who draws the frames, which are put together here; `None` draws them here.

    Raises
    ------
    KerascopeError
        There is no such scene, format or place, a bundle does not hold what the scene needs, or the file cannot be
        written or made so small. Nothing is left of it, and an earlier recording of that name is untouched.
    """
    options = options or SceneOptions()
    job = _Job.checked(out, fps, max_mb, overwrite, progress)
    options = replace(options, size_px=job.exact_size_px(options.size_px))
    film = film_of(bundle, beside, scene_name, options, view, job.form.multiple)
    for line in film.notes:
        job.notes.say(line)
    n_frames = len(film.times(float(job.fps)))
    if crew is not None:
        bundles, multiple = found_by(bundle, beside), job.form.multiple
        shooting = Shooting(bundles, scene_name, options, view, multiple, float(job.fps), supersample)
        with closing(drawn_by(crew, shooting, n_frames, job.notes.say)) as images:
            return _recorded(job, images, n_frames, film.loops)
    with film.stages() as stages:
        return _recorded(job, film.frames(stages, float(job.fps), supersample), n_frames, film.loops)


def record_frame(
    bundle: Bundle,
    scene_name: str,
    out: Path | str,
    *,
    at_secs: float,
    beside: Bundle | None = None,
    options: SceneOptions | None = None,
    view: Vantage | None = None,
    overwrite: bool = False,
    supersample: int = 2,
) -> Path:
    """The path of a PNG file with one frame of a scene, the same that a recording has at that time; `beside` and `view`
    as there.

    Raises
    ------
    KerascopeError
        There is no such scene, time or place, or the file cannot be written.
    """
    out, options = Path(out), options or SceneOptions()
    if out.suffix.lower() != ".png":
        raise KerascopeError("a frame is a PNG file", expected=".png", got=repr(out.suffix), path=out)
    check_place(out, folder=False, overwrite=overwrite)
    film = film_of(bundle, beside, scene_name, options, view)
    if not 0 <= at_secs <= film.duration_secs:
        expected = f"0 to {film.duration_secs:g} s"
        raise KerascopeError("no such time in the scene", expected=expected, got=f"{at_secs:g} s")
    notes = _Notes()
    for line in film.notes:
        notes.say(line)
    with film.stages() as stages, work_beside(out) as work:
        write_png(film.frame(stages, at_secs, supersample), work / "made.png")
        put_in_place(work / "made.png", out)
    return out


def record_frames(
    images: Iterable[Image],
    n_frames: int,
    out: Path,
    *,
    fps: float = 25,
    loops: bool = True,
    max_mb: float | None = None,
    overwrite: bool = False,
    progress: bool | None = None,
) -> RecordReport:
    """Record any pictures: `n_frames` arrays (height, width, 3) uint8 of one size, taken one at a time.

    Raises
    ------
    KerascopeError
        As `record` does.
    ValueError
        The pictures are not as announced.
    """
    return _recorded(_Job.checked(out, fps, max_mb, overwrite, progress), images, n_frames, loops)


def _recorded(job: _Job, images: Iterable[Image], n_frames: int, loops: bool) -> RecordReport:
    hidden = None if job.progress is None else not job.progress
    with work_beside(job.out) as work:
        with tqdm(images, total=n_frames, desc=job.out.name, unit="frame", disable=hidden) as shown:
            shot = keep(shown, n_frames, work / "frames", job.fps, loops)
        job.exact_size_px(shot.size_px)
        encoded = encode_within(shot, job.form, work, job.max_bytes, job.notes.say)
        put_in_place(encoded.made, job.out)
    quality = encoded.quality
    return RecordReport(
        path=job.out,
        n_frames=len(shot.numbers(quality.frame_step)),
        n_bytes=encoded.n_bytes,
        size_px=shot.scaled_px(quality.scale, job.form.multiple),
        fps=float(shot.fps / quality.frame_step),
        duration_secs=float(shot.n_frames / shot.fps),
        took_secs=time.perf_counter() - job.began_secs,
        notes=job.notes.lines,
    )
