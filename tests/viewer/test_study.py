"""What a person has set is a value that survives being written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.bundle.errors import KerascopeError
from viewer.state import Mute
from viewer.study import CameraOffset, EdgePlace, Place, Study, Vantage

NAMES = st.text('abc/_:1é"', min_size=1, max_size=8)
PLACES = st.builds(Place, NAMES, st.integers(0, 2), st.none() | st.integers(0, 99), st.none() | st.just((3, 4)))
MUTES = st.builds(Mute, NAMES, st.none() | st.integers(0, 9), st.none() | st.just((1, 2)), st.none() | NAMES)
STUDIES = st.builds(
    Study,
    scope=st.sampled_from(("layer", "net", "unit")),
    clip_percentile=st.floats(50, 100),
    edge_count=st.none() | st.integers(0, 10**6) | st.just("all"),
    health=st.booleans(),
    pinned=st.none() | PLACES,
    pinned_edge=st.none() | st.builds(EdgePlace, NAMES, st.integers(0, 9), NAMES, st.integers(0, 9)),
    isolated=st.lists(NAMES, max_size=3).map(tuple),
    muted=st.lists(MUTES, max_size=3).map(tuple),
)
VANTAGES = st.builds(
    Vantage,
    NAMES,
    at_secs=st.floats(0, 100),
    input_id=st.none() | NAMES,
    fold=st.sampled_from(("auto", ("a", "b"))),
    offset=st.builds(CameraOffset, azimuth_deg=st.floats(-180, 180), zoom=st.floats(0.1, 200)),
    study=STUDIES,
)


@given(VANTAGES)
def test_what_was_written_is_what_is_read(vantage: Vantage) -> None:
    assert Vantage.from_json(vantage.to_json()) == vantage


def test_what_is_as_always_is_not_written() -> None:
    assert Vantage("flow").to_json() == '{"scene":"flow"}'
    assert Vantage("flow", study=Study(health=True)).to_json() == '{"scene":"flow","study":{"health":true}}'


@pytest.mark.parametrize(
    "part",
    [
        '"study": {"clip_percentile": -3}',
        '"study": {"opacity": 1.5}',
        '"study": {"edge_count": -5}',
        '"study": {"spread": 0}',
        '"offset": {"zoom": 0}',
    ],
)
def test_numbers_that_mean_nothing_are_refused(part: str) -> None:
    with pytest.raises(KerascopeError, match="no view in this text"):
        Vantage.from_json(f'{{"scene": "flow", {part}}}')


@pytest.mark.parametrize("text", ["", "flow", "{}", '{"scene": 1}', '{"scene": "flow", "study": {"spread": "wide"}}'])
def test_other_texts_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(KerascopeError, match="no view in this text") as refused:
        Vantage.from_json(text)
    assert "\n" not in str(refused.value)
