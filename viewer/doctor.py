"""What this machine brings to Kerascope: versions, the GL driver that answers, ffmpeg, and what is missing."""

from __future__ import annotations

import json
import platform
import re
import sys
from dataclasses import asdict, dataclass
from importlib import metadata

DISTRIBUTION = "kerascope"
EXTRAS_OF_USERS = ("export", "window", "demo", "notebook")
REQUIREMENT = re.compile(r"^(?P<name>[\w.-]+)(?P<extras>\[.*\])?[^;]*(?:;.*extra == ['\"](?P<extra>\w+)['\"])?")


@dataclass(frozen=True, slots=True)
class Report:
    """What was found.

    `packages` and the values of `extras` map a distribution to its version, or to `None` where it is missing. `gl` is
    vendor, renderer and version of the driver that answered, empty where none did; then `gl_problem` says what to do.
    `ffmpeg` is the path of the program, empty where there is none. `fonts` is a line on what words are drawn in.
    """

    version: str
    python: str
    system: str
    packages: dict[str, str | None]
    extras: dict[str, dict[str, str | None]]
    gl: dict[str, str]
    gl_problem: str
    ffmpeg: str
    fonts: str = ""

    @property
    def can_draw(self) -> bool:
        """True where every package of the viewer is there and a GL driver answers."""
        return bool(self.gl) and None not in self.packages.values()

    def to_json(self) -> str:
        """The report as JSON text, keys in a fixed order."""
        return json.dumps({**asdict(self), "can_draw": self.can_draw}, indent=2)

    def to_text(self) -> str:
        """The report as lines for a person; the last one is the verdict."""
        lines = [f"kerascope  {self.version}", f"Python     {self.python}", f"system     {self.system}"]
        lines += ["GL         " + (", ".join(self.gl.values()) or "none")]
        lines += [f"ffmpeg     {self.ffmpeg or 'none: GIF only, in plainer quality; pip install imageio-ffmpeg'}"]
        lines += [f"fonts      {self.fonts}"] if self.fonts else []
        lines += ["packages   " + _versions(self.packages)]
        lines += [f"  [{extra}]".ljust(11) + _extra_line(extra, packages) for extra, packages in self.extras.items()]
        return "\n".join([*lines, self.verdict()])

    def verdict(self) -> str:
        """One line: whether drawing works and, where it does not, what to install."""
        if absent := [name for name, version in self.packages.items() if version is None]:
            return f"Drawing does not work: pip install {' '.join(absent)}"
        return "Drawing works." if self.gl else f"Drawing does not work: {self.gl_problem}"


def examine(version: str) -> Report:
    """A report on this machine, for Kerascope `version`. Opens a GL context without a screen, and nothing else."""
    wanted = _requirements()
    gl, gl_problem = _driver()
    return Report(
        version=version,
        python=f"{platform.python_version()} ({sys.executable})",
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        packages=_installed(wanted.get("", [])),
        extras={extra: _installed(wanted.get(extra, [])) for extra in EXTRAS_OF_USERS},
        gl=gl,
        gl_problem=gl_problem,
        ffmpeg=_ffmpeg(),
        fonts=_fonts(),
    )


def parse_requirements(lines: list[str]) -> dict[str, list[str]]:
    """Extra (empty: none) to the distributions that it asks for, from `Requires-Dist` lines, itself left out.

    >>> parse_requirements(["numpy>=1.26", 'keras>=3.5; extra == "export"', 'kerascope[export]; extra == "demo"'])
    {'': ['numpy'], 'export': ['keras']}
    """
    wanted: dict[str, list[str]] = {}
    for line in lines:
        match = REQUIREMENT.match(line)
        if match and match["name"].lower() != DISTRIBUTION:
            wanted.setdefault(match["extra"] or "", []).append(match["name"])
    return wanted


def _requirements() -> dict[str, list[str]]:
    try:
        return parse_requirements(metadata.requires(DISTRIBUTION) or [])
    except metadata.PackageNotFoundError:
        return {}  # run from a checkout that was never installed: nothing is known to be wanted


def _installed(names: list[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in sorted(names, key=str.lower):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def _versions(packages: dict[str, str | None]) -> str:
    return ", ".join(f"{name} {version or 'missing'}" for name, version in packages.items())


def _extra_line(extra: str, packages: dict[str, str | None]) -> str:
    remedy = f"; pip install 'kerascope[{extra}]'" if None in packages.values() else ""
    return " " + _versions(packages) + remedy


def _driver() -> tuple[dict[str, str], str]:
    """Vendor, renderer and version of the driver that answers, and the problem where none does."""
    # Imported here, as the doctor must be able to speak where the libraries that it is asked about are missing.
    try:
        from viewer.backend import driver_name  # noqa: PLC0415

        return dict(zip(("vendor", "renderer", "version"), driver_name(), strict=True)), ""
    except Exception as error:  # noqa: BLE001 - whatever a driver or its binding does wrong is the finding
        return {}, " ".join(str(error).split()) or type(error).__name__


def _fonts() -> str:
    try:
        from viewer.typeset import fonts_told  # noqa: PLC0415

        return fonts_told()
    except ImportError as error:
        return f"none: {error}"


def _ffmpeg() -> str:
    try:
        from imageio_ffmpeg import get_ffmpeg_exe  # noqa: PLC0415

        return str(get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return ""
