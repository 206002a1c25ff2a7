"""What nodes point to: everything once, colours as they were, and indices as small as may be."""

from __future__ import annotations

import numpy as np
import pytest
from glb_parts import Parts, unpacked

from scenes.gltf.binary import glb_bytes
from scenes.gltf.ladder import TooLarge
from scenes.gltf.store import Store, linear
from viewer.solids.solid import Picture, Solid


def solid(points: int = 3, value: float = 0.0, **more: object) -> Solid:
    places = np.full((points, 3), value, np.float32)
    places[:, 0] = np.arange(points)
    return Solid(places, np.array([[0, 1, points - 1]], np.uint32), **more)  # type: ignore[arg-type]


def parts_of(store: Store) -> Parts:
    return unpacked(glb_bytes(*store.finished()))


def srgb(light: np.ndarray) -> np.ndarray:
    """What a screen shows of linear light, IEC 61966-2-1."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def test_every_colour_comes_back_within_a_level() -> None:
    levels = np.arange(256, dtype=np.uint8)
    colours = np.stack([levels, levels[::-1], levels, levels], axis=1)
    found = linear(colours) / 65535
    assert np.abs(srgb(found[:, :3]) * 255 - colours[:, :3]).max() < 0.1
    np.testing.assert_allclose(found[:, 3], levels / 255, atol=1e-9)


def test_colours_without_alpha_are_opaque() -> None:
    assert (linear(np.zeros((4, 3), np.uint8))[:, 3] == 65535).all()


def test_equal_solids_are_one_mesh_and_equal_parts_one_accessor() -> None:
    store = Store()
    one = store.mesh([solid()], "one")
    assert store.mesh([solid()], "two") == one
    other = store.mesh([solid(rise=np.ones((3, 3), np.float32))], "three")
    assert other != one
    parts = parts_of(store)
    assert [mesh["name"] for mesh in parts.json["meshes"]] == ["one", "three"]
    assert len(parts.json["accessors"]) == 3  # points, indices, and what rises


def test_a_mesh_that_rises_says_so_and_its_still_parts_stay() -> None:
    store = Store()
    store.mesh([solid(rise=np.ones((3, 3), np.float32)), solid(value=5.0)], "both")
    parts = parts_of(store)
    (mesh,) = parts.json["meshes"]
    assert mesh["weights"] == [1.0]
    assert mesh["extras"] == {"targetNames": ["height"]}
    up, still = (parts.array(primitive["targets"][0]["POSITION"]) for primitive in mesh["primitives"])
    assert (up == 1).all()
    assert not still.any()


@pytest.mark.parametrize(("points", "component"), [(65535, 5123), (65536, 5125)])
def test_indices_are_short_where_they_reach(points: int, component: int) -> None:
    store = Store()
    store.mesh([solid(points)], "large")
    parts = parts_of(store)
    indices = parts.json["meshes"][0]["primitives"][0]["indices"]
    assert parts.json["accessors"][indices]["componentType"] == component
    assert parts.array(indices)[:, 0].tolist() == [0, 1, points - 1]


def test_a_picture_is_stored_once_and_its_filter_is_that_of_what_it_shows() -> None:
    uv = np.zeros((3, 2), np.float32)
    cells, words = (Picture(b"png", (1, 1), is_smooth=smooth) for smooth in (False, True))
    store = Store()
    for picture in (cells, cells, words):
        store.mesh([solid(uv=uv, picture=picture)], "x")
    parts = parts_of(store)
    assert len(parts.json["images"]) == 1
    nearest, linear_filter = 9728, 9729
    assert [sampler["magFilter"] for sampler in parts.json["samplers"]] == [nearest, linear_filter]
    assert parts.picture(parts.json["meshes"][0]["primitives"][0]) == b"png"
    assert len(parts.json["meshes"]) == 2


@pytest.mark.parametrize("blends", [True, False])
def test_only_what_blends_is_blended(blends: bool) -> None:
    store = Store()
    store.mesh([solid(blends=blends)], "x")
    assert parts_of(store).json["materials"][0].get("alphaMode", "OPAQUE") == ("BLEND" if blends else "OPAQUE")


def test_what_grows_too_large_ends_at_once() -> None:
    with pytest.raises(TooLarge):
        Store(100).mesh([solid(1000)], "x")
