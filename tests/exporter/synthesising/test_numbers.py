"""Numbers of channels and classes as a person writes them."""

from __future__ import annotations

import pytest

from exporter.bundle import KerascopeError


@pytest.mark.parametrize("text", ["8", "3-8", "5-2", "-1", "1.5", "x", "", "٣"])
def test_what_is_no_number_of_a_thing_that_is_there_is_refused(text: str) -> None:
    from exporter.synthesising.numbers import numbers_of

    with pytest.raises(KerascopeError, match="expected"):
        numbers_of([text], 8)


def test_names_of_classes_go_before_numbers() -> None:
    from exporter.synthesising.goals import class_numbers

    assert class_numbers(["1", "all"], ["2", "1", "0"], 3) == (1, 0, 2)
