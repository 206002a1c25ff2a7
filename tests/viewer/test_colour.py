"""Colour maps: zero in the middle, both ends alike in weight, and apart for eyes that see fewer colours."""

from __future__ import annotations

import colorsys
import itertools
from typing import get_args

import numpy as np
import pytest

from viewer.colour import (
    MAP_ENTRIES,
    MAP_NAMES,
    PALETTES,
    SEQUENTIAL,
    apply_map,
    class_colours,
    map_table,
    strip_table,
)
from viewer.state import ColourRole, ColourSet, MapName, Theme

THEMES: tuple[Theme, ...] = ("dark", "light")
SIGNED = [name for name in MAP_NAMES if name not in SEQUENTIAL]
MAPS = list(itertools.product(THEMES, SIGNED))
SETS: tuple[ColourSet, ...] = ("standard", "safe")

# Machado, Oliveira & Fernandes (2009), "A Physiologically-based Model for Simulation of Color Vision Deficiency",
# table 1, severity 1.0; they act on linear light.
EYES = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
DISTINGUISHABLE = 20.0
CLEARLY = 35.0
KNOWN_TO_FAIL = {("dark", "weight", "tritanopia"), ("light", "weight", "tritanopia")}


def linear(rgb: np.ndarray) -> np.ndarray:
    """Linear light of sRGB (IEC 61966-2-1)."""
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of linear light."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = light @ to_xyz.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def seen(rgb: np.ndarray, eye: str) -> np.ndarray:
    """What an eye sees, in L*a*b*, where Euclidean distance is CIE 1976 delta E."""
    return lab(np.clip(linear(np.asarray(rgb, np.float64)) @ EYES[eye].T, 0, 1))


def delta_e(one: np.ndarray, two: np.ndarray, eye: str) -> float:
    return float(np.linalg.norm(seen(one, eye) - seen(two, eye)))


def test_the_yardstick() -> None:
    white, black, red = (np.array(rgb, float) for rgb in ((1, 1, 1), (0, 0, 0), (1, 0, 0)))
    np.testing.assert_allclose(seen(white, "normal"), [100, 0, 0], atol=0.02)
    np.testing.assert_allclose(seen(red, "normal"), [53.24, 80.09, 67.20], atol=0.05)
    assert delta_e(white, black, "normal") == pytest.approx(100, abs=0.02)
    for eye in EYES:
        np.testing.assert_allclose(seen(white, eye), [100, 0, 0], atol=0.05)


@pytest.mark.parametrize("colours", SETS)
@pytest.mark.parametrize(("theme", "name"), list(itertools.product(THEMES, MAP_NAMES)))
def test_tables(theme: Theme, name: MapName, colours: ColourSet) -> None:
    table = map_table(theme, name, colours)
    assert table.shape == (MAP_ENTRIES, 3)
    assert table.dtype == np.float32
    assert table.min() >= 0
    assert table.max() <= 1
    steps = np.linalg.norm(np.diff(seen(table, "normal"), axis=0), axis=1)
    assert steps.max() < 8, "no jumps"


@pytest.mark.parametrize(("theme", "name"), MAPS)
def test_values_go_in_and_the_ends_of_the_table_come_out(theme: Theme, name: MapName) -> None:
    table = map_table(theme, name)
    colours = apply_map(np.array([-9.0, -1.0, 0.0, 1.0, 9.0]), theme, name)
    np.testing.assert_array_equal(colours[[0, 1]], table[[0, 0]])
    np.testing.assert_array_equal(colours[[3, 4]], table[[-1, -1]])
    np.testing.assert_allclose(colours[2], (table[127] + table[128]) / 2, atol=1e-6)
    every = np.linspace(-1, 1, MAP_ENTRIES)
    np.testing.assert_allclose(apply_map(every, theme, name), table, atol=1e-5)


@pytest.mark.parametrize("colours", SETS)
@pytest.mark.parametrize(("theme", "name"), MAPS)
def test_zero_is_the_quiet_middle_and_both_ends_weigh_alike(theme: Theme, name: MapName, colours: ColourSet) -> None:
    lightness = seen(map_table(theme, name, colours), "normal")[:, 0]
    middle = lightness[127:129].mean()
    extreme = lightness.max() if theme == "light" else lightness.min()
    assert middle == pytest.approx(extreme, abs=4), "zero is nearest to the background of the theme"
    falling, rising = lightness[:128][::-1], lightness[128:]
    assert np.abs(falling - rising).max() < 30, "equal sizes of either sign are about equally light"
    direction = 1 if theme == "dark" else -1
    for arm in (falling, rising):
        assert (np.diff(arm[8:120:8]) * direction > -1).all(), "larger is always farther from zero"


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize(("theme", "name"), MAPS)
def test_plus_minus_and_zero_stay_apart_for_every_eye(
    theme: Theme, name: MapName, eye: str, timings: list[str]
) -> None:
    low, zero, high = apply_map(np.array([-1.0, 0.0, 1.0]), theme, name)
    figures = {
        pair: delta_e(*ends, eye)
        for pair, ends in {"-1|+1": (low, high), "-1|0": (low, zero), "0|+1": (zero, high)}.items()
    }
    timings.append(
        f"delta E, {theme} {name}, {eye}: " + ", ".join(f"{pair} {value:.0f}" for pair, value in figures.items())
    )
    if eye == "tritanopia" and name == "weight":
        return  # one in 30,000: both ends are told from zero, and from each other by the legend alone
    assert min(figures.values()) > DISTINGUISHABLE
    half = delta_e(*apply_map(np.array([-0.5, 0.5]), theme, name), eye)
    assert half > DISTINGUISHABLE / 2


def nearest(theme: Theme, name: MapName, colours: ColourSet, eye: str) -> float:
    """How far the two of -1, 0 and +1 are apart that are nearest to each other."""
    three = apply_map(np.array([-1.0, 0.0, 1.0]), theme, name, colours)
    return min(delta_e(one, other, eye) for one, other in itertools.combinations(three, 2))


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize(("theme", "name"), MAPS)
def test_the_safe_set_keeps_them_clearly_apart_for_every_eye(theme: Theme, name: MapName, eye: str) -> None:
    assert nearest(theme, name, "safe", eye) > CLEARLY
    half = delta_e(*apply_map(np.array([-0.5, 0.5]), theme, name, "safe"), eye)
    assert half > CLEARLY


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize(("theme", "name"), MAPS)
def test_the_standard_set_fails_where_it_is_known_to(theme: Theme, name: MapName, eye: str) -> None:
    """The negative control: what the safe set is for."""
    is_known = (theme, name, eye) in KNOWN_TO_FAIL
    assert (nearest(theme, name, "standard", eye) < CLEARLY) == is_known
    if is_known:
        assert nearest(theme, name, "standard", eye) < DISTINGUISHABLE


@pytest.mark.parametrize("theme", THEMES)
def test_each_kind_of_quantity_has_colours_of_its_own_in_the_safe_set_too(theme: Theme) -> None:
    for one, other in itertools.combinations(MAP_NAMES, 2):
        ends = [apply_map(np.array([-1.0, 1.0]), theme, name, "safe") for name in (one, other)]
        assert max(delta_e(a, b, "normal") for a, b in zip(*ends, strict=True)) > DISTINGUISHABLE


@pytest.mark.parametrize("theme", THEMES)
def test_evidence_is_taken_for_no_other_quantity(theme: Theme) -> None:
    """Of either sign: what speaks for a class lies over activations and beside differences and kernels."""
    for other in ("activation", "weight", "difference"):
        for value in (-0.7, 0.7):
            colours = [apply_map(np.array([value]), theme, name, "safe")[0] for name in ("evidence", other)]
            assert delta_e(*colours, "normal") > DISTINGUISHABLE, (other, value)


@pytest.mark.parametrize("colours", SETS)
@pytest.mark.parametrize("theme", THEMES)
def test_sizes_begin_dark_and_grow_lighter_in_steps_that_every_eye_sees(theme: Theme, colours: ColourSet) -> None:
    table = map_table(theme, "heat", colours)
    np.testing.assert_array_equal(table[: MAP_ENTRIES // 2], np.tile(table[0], (MAP_ENTRIES // 2, 1)))
    assert seen(table[0], "normal")[0] < 5, "what is nothing is dark, on any photograph"
    for eye in EYES:
        quarters = apply_map(np.array([0, 0.25, 0.5, 0.75, 1]), theme, "heat", colours)
        near = min(delta_e(one, other, eye) for one, other in itertools.combinations(quarters, 2))
        assert near > DISTINGUISHABLE, eye
    lightness = seen(table[MAP_ENTRIES // 2 :], "normal")[:, 0]
    assert (np.diff(lightness) > 0).all(), "larger is always lighter"


@pytest.mark.parametrize("theme", THEMES)
def test_a_strip_of_sizes_begins_at_zero_and_one_of_signed_values_at_minus_one(theme: Theme) -> None:
    strip = strip_table(theme, "heat")
    np.testing.assert_allclose(strip, apply_map(np.linspace(0, 1, MAP_ENTRIES), theme, "heat"), atol=0.01)
    for name in SIGNED:
        np.testing.assert_array_equal(strip_table(theme, name), map_table(theme, name))


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", THEMES)
def test_strands_that_add_and_that_subtract_stay_apart(theme: Theme, eye: str) -> None:
    roles = PALETTES[theme].roles
    assert delta_e(np.array(roles["adds"]), np.array(roles["subtracts"]), eye) > DISTINGUISHABLE


@pytest.mark.parametrize("theme", THEMES)
def test_every_role_has_a_colour_and_words_can_be_read(theme: Theme) -> None:
    palette = PALETTES[theme]
    assert set(palette.roles) == set(get_args(ColourRole))

    def luminance(rgb: tuple[float, float, float]) -> float:
        return float(linear(np.array(rgb)) @ [0.2126, 0.7152, 0.0722])

    for role in ("text", "dim", "accent", "alarm", "difference", "gain", "loss"):
        for background in (palette.inner, palette.outer, palette.panel):
            low, high = sorted((luminance(palette.roles[role]), luminance(background)))
            # WCAG 2: 4.5 for text, 3 for large text and marks.
            assert (high + 0.05) / (low + 0.05) > (4.5 if role in ("text", "dim") else 3.0), role


APART = 11.0


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", EYES)
def test_ten_classes_stay_apart(theme: Theme, eye: str) -> None:
    ten = class_colours(10, theme)
    nearest = min(delta_e(one, other, eye) for one, other in itertools.combinations(ten, 2))
    assert nearest > (30 if eye == "normal" else APART)


def test_the_usual_ten_colours_do_not_stay_apart_for_every_eye() -> None:
    """The first ten of a colour wheel: what the set above is not."""
    wheel = [np.array(colorsys.hsv_to_rgb(k / 10, 0.8, 0.9)) for k in range(10)]
    worst = min(delta_e(one, other, "deuteranopia") for one, other in itertools.combinations(wheel, 2))
    assert worst < APART


@pytest.mark.parametrize("theme", THEMES)
def test_classes_can_be_seen_however_many_there_are(theme: Theme) -> None:
    """Contrast with the ground: 3 to 1 for the ten, as WCAG 2.1 (1.4.11) asks for what is drawn, and never gone."""
    ground = luminance(np.array(PALETTES[theme].inner))
    for place, colour in enumerate(class_colours(64, theme)):
        low, high = sorted((ground, luminance(colour)))
        assert (high + 0.05) / (low + 0.05) > (3.0 if place < 10 else 1.25)
    np.testing.assert_array_equal(class_colours(64, theme)[:10], class_colours(10, theme))
    assert len(np.unique(class_colours(30, theme), axis=0)) == 30
    assert class_colours(0, theme).shape == (0, 3)


def luminance(rgb: np.ndarray) -> float:
    """Relative luminance of sRGB."""
    return float(linear(rgb) @ [0.2126, 0.7152, 0.0722])
