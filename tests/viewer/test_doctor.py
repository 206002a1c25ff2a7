"""The doctor tells what is there, what is missing and what to install, and never fails itself."""

from __future__ import annotations

import dataclasses
import json

import pytest

from viewer.doctor import Report, examine

HEALTHY = Report(
    version="1.2.3",
    python="3.12.1 (/usr/bin/python3)",
    system="Linux 6.1 x86_64",
    packages={"numpy": "2.0", "vispy": "0.17"},
    extras={"window": {"PySide6-Essentials": None}, "export": {"keras": "3.5", "tensorflow": "2.17"}},
    gl={"vendor": "Mesa", "renderer": "llvmpipe", "version": "4.5"},
    gl_problem="",
    ffmpeg="/usr/bin/ffmpeg",
)


def test_a_healthy_machine() -> None:
    assert HEALTHY.can_draw
    text = HEALTHY.to_text()
    assert text.endswith("Drawing works.")
    assert "llvmpipe" in text
    assert "pip install 'kerascope[window]'" in text
    assert "kerascope[export]" not in text


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (
            {"gl": {}, "gl_problem": "no OpenGL; apt-get install x"},
            "Drawing does not work: no OpenGL; apt-get install x",
        ),
        ({"packages": {"numpy": "2.0", "vispy": None}}, "Drawing does not work: pip install vispy"),
    ],
)
def test_what_is_missing_is_the_last_line(change: dict, verdict: str) -> None:
    report = dataclasses.replace(HEALTHY, **change)
    assert not report.can_draw
    assert report.to_text().splitlines()[-1] == verdict
    assert json.loads(report.to_json())["can_draw"] is False


def test_no_ffmpeg_is_told_and_forgiven() -> None:
    report = dataclasses.replace(HEALTHY, ffmpeg="")
    assert report.can_draw
    assert "pip install imageio-ffmpeg" in report.to_text()


def test_a_driver_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("libEGL.so.1: cannot open\nshared object file")

    monkeypatch.setattr("viewer.backend.driver_name", broken)
    report = examine("1.2.3")
    assert not report.can_draw
    assert report.gl_problem == "libEGL.so.1: cannot open shared object file"


@pytest.mark.gl
def test_this_machine() -> None:
    report = examine("1.2.3")
    assert report.can_draw, report.verdict()
    assert set(report.gl) == {"vendor", "renderer", "version"}
    assert "numpy" in report.packages
    assert "tensorflow" in report.extras["export"]
