"""The tiny bundle on a stage, for all tests that draw."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from exporter.bundle import Bundle, read_bundle
from viewer.layout import Layout, LayoutOptions, place


@pytest.fixture(scope="session")
def tiny_bundle(tiny_bundle_path) -> Bundle:
    """The tiny bundle, opened."""
    return read_bundle(tiny_bundle_path)


@pytest.fixture(scope="session")
def tiny_layout(tiny_bundle: Bundle) -> Layout:
    """Its layout, with a plate for every kernel."""
    return place(tiny_bundle, LayoutOptions(with_weights=True))


@pytest.fixture(scope="module")
def tiny_stage(tiny_bundle: Bundle, tiny_layout: Layout) -> Iterator:
    """A stage with both; only for tests marked `gl`."""
    from viewer.stage import Stage

    with Stage(tiny_bundle, tiny_layout) as stage:
        yield stage
