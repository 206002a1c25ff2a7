"""Pictures of explanations: colours say what values are, words stay on the card."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explained_bundle import add_explanation

from exporter.bundle import read_bundle

pytestmark = pytest.mark.tf

GREY = np.full((4, 4, 3), 100, np.uint8)


@pytest.fixture(scope="module")
def bundle(tiny_bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A heat with a peak at row 1, column 4 and a map with signs, of the 6x6 picture."""
    path = shutil.copytree(tiny_bundle_path, tmp_path_factory.mktemp("cards") / "tiny.bundle")
    heat = np.zeros((6, 6))
    heat[1, 4] = 2.5
    add_explanation(path, "saliency-0", {"picture": ("heat", heat)})
    add_explanation(path, "occlusion-0", {"picture": ("signed", heat - heat.T)})
    add_explanation(path, "segmentation-0", {"picture": ("mask", heat > 0)})
    return read_bundle(path)


def test_colours_are_those_of_the_viewer() -> None:
    from exporter.explaining.painting import EVIDENCE, HEAT
    from viewer import colour

    assert HEAT == colour._HEAT
    assert colour._EVIDENCE["dark"] == EVIDENCE


def test_nothing_leaves_the_picture_and_full_colour_covers_it() -> None:
    from exporter.explaining.painting import painted

    values = np.zeros((4, 4), np.float32)
    values[0, 0], values[1, 1], values[3, 3] = 2, -2, 9
    over = painted(GREY, values, "signed", 2.0).astype(int)
    assert (over[2, 2] == 100).all()
    assert over[0, 0, 1] > 200 > over[0, 0, 2] + 150  # lime: for
    assert over[1, 1, 2] > 200 > over[1, 1, 1] + 90  # violet: against
    assert (over[3, 3] == over[0, 0]).all()
    mask = painted(GREY, np.eye(4, dtype=np.float32), "mask", 1.0)
    assert (mask[0, 0] == 100).all()
    assert (mask[0, 1] < 30).all()


def test_a_few_towering_values_do_not_hide_the_others() -> None:
    from exporter.explaining.painting import scale_of

    even = np.linspace(0, 1, 10_000, dtype=np.float32)
    assert not scale_of(even).is_cut
    towering = np.where(np.arange(10_000) < 10, 50, even).astype(np.float32)
    assert scale_of(towering).is_cut
    assert 0.9 < scale_of(towering).full < 1.1
    assert scale_of(towering).largest == 50
    assert scale_of(np.zeros((2, 2), np.float32)).full == 1
    sparse = np.zeros(10_000, np.float32)
    sparse[0] = 3
    assert scale_of(sparse).full == 3


def test_a_card_shows_the_peak_where_it_is_and_keeps_its_margin(bundle: Any) -> None:
    from exporter.explaining.card import _EDGE_PX, _GAP_PX, card

    shown = card(bundle, "saliency-0").astype(int)
    side = 480
    left = _EDGE_PX + side + _GAP_PX
    yellow = (shown[..., 0] > 200) & (shown[..., 1] > 180) & (shown[..., 2] < 140)
    rows, columns = np.nonzero(yellow[:, left : left + side] & (np.arange(len(shown)) < 600)[:, None])
    assert columns.min() == 4 * side // 6
    assert columns.max() == 5 * side // 6 - 1
    assert rows.max() - rows.min() + 1 == side // 6
    margin = shown[:, -_EDGE_PX + 1 :]
    assert (margin == shown[0, 0]).all()


def test_every_kind_has_a_card_and_only_maps_with_sizes_a_legend(bundle: Any) -> None:
    from exporter.explaining.card import card

    heights = {id_: len(card(bundle, id_)) for id_ in ("saliency-0", "occlusion-0", "segmentation-0")}
    assert heights["saliency-0"] == heights["occlusion-0"] > heights["segmentation-0"]
