"""How the command line reads what is asked of the exporter."""

from __future__ import annotations

import pytest

from exporter.arguments import number, numbers


@pytest.mark.parametrize(("text", "expected"), [("1/255", 1 / 255), ("0.5", 0.5), ("-2e1", -20.0)])
def test_numbers_may_be_fractions(text: str, expected: float) -> None:
    assert number(text) == expected


def test_numbers_between_commas() -> None:
    assert numbers("103.9,1/4,-1") == (103.9, 0.25, -1.0)
