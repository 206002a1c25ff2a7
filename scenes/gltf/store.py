"""The parts of a glTF file that nodes point to: numbers, pictures, materials and meshes, each kept once."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
import pygltflib as gltf

from scenes.gltf.ladder import TooLarge

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

    from scenes.gltf.tracks import Keys
    from viewer.solids.solid import Picture, Solid

MOST_SHORT = 65535
"""Points that 16-bit indices reach; the last number of 16 bits is not allowed."""
TYPES = {1: gltf.SCALAR, 2: gltf.VEC2, 3: gltf.VEC3, 4: gltf.VEC4}
COMPONENTS = {"u1": gltf.UNSIGNED_BYTE, "f4": gltf.FLOAT, "u2": gltf.UNSIGNED_SHORT, "u4": gltf.UNSIGNED_INT}
HEIGHT = "height"
UNLIT = "KHR_materials_unlit"


class Store:
    """Fills a `pygltflib.GLTF2` and the bytes that go with it. What is given twice is stored once."""

    def __init__(self, most_bytes: float = float("inf")) -> None:
        """Raises `scenes.gltf.ladder.TooLarge` as soon as more is stored."""
        self.model = gltf.GLTF2(scene=0)
        self._most_bytes = most_bytes
        self._chunks: list[bytes] = []
        self.n_bytes = 0
        self._known: dict[Hashable, int] = {}

    def finished(self) -> tuple[gltf.GLTF2, bytes]:
        """The model, complete, and all bytes that were stored."""
        self.model.extensionsUsed = [UNLIT] if self.model.materials else []
        self.model.buffers = [gltf.Buffer(byteLength=self.n_bytes)]
        return self.model, b"".join(self._chunks)

    def mesh(self, solids: Sequence[Solid], name: str) -> int:
        """The mesh of some solids, a primitive each. It is called as it was when it came first.

        Where one of them rises all are said to, as glTF asks for; the others stay where they are. Those that take other
        shapes take the same ones.
        """
        rises = any(solid.rise is not None for solid in solids)
        parts = [self._primitive(solid, rises) for solid in solids]
        key = ("mesh", *((tuple(sorted(vars(p.attributes).items(), key=str)), p.indices, p.material) for p in parts),
               *(tuple(target["POSITION"] for target in p.targets or ()) for p in parts))  # fmt: skip
        if key not in self._known:
            shapes = [HEIGHT] if rises else [shape for shape, _ in solids[0].shapes]
            extras = {"targetNames": shapes} if shapes else {}
            weights = [float(rises)] * len(shapes) or None
            self.model.meshes.append(gltf.Mesh(primitives=parts, weights=weights, name=name, extras=extras))
            self._known[key] = len(self.model.meshes) - 1
        return self._known[key]

    def sampler(self, animation: Any, keys: Keys) -> int:
        """The sampler of `animation` that has these key frames."""
        times = self._accessor(keys.times_secs.astype(np.float32), has_ends=True)
        values = self._accessor(keys.values.astype(np.float32))
        way = gltf.ANIM_STEP if keys.steps else gltf.ANIM_LINEAR
        key = "sampler", times, values, way
        if key not in self._known:
            animation.samplers.append(gltf.AnimationSampler(input=times, interpolation=way, output=values))
            self._known[key] = len(animation.samplers) - 1
        return self._known[key]

    def _primitive(self, solid: Solid, rises: bool) -> Any:
        points = self._accessor(solid.points.astype(np.float32), gltf.ARRAY_BUFFER, has_ends=True)
        names = gltf.Attributes(POSITION=points)
        if solid.colours is not None:
            light = linear(solid.colours)
            light = light if solid.paint is None else (light // 257).astype(np.uint8)  # shade alone needs no more
            names.COLOR_0 = self._accessor(light, gltf.ARRAY_BUFFER, normalized=True)
        if solid.uv is not None and solid.picture is not None:
            names.TEXCOORD_0 = self._accessor(solid.uv.astype(np.float32), gltf.ARRAY_BUFFER)
        width = np.uint16 if len(solid.points) <= MOST_SHORT else np.uint32
        indices = self._accessor(solid.triangles.reshape(-1).astype(width), gltf.ELEMENT_ARRAY_BUFFER)
        ways = [way for _, way in solid.shapes]
        if rises:
            ways = [np.zeros_like(solid.points) if solid.rise is None else solid.rise]
        targets = [
            {"POSITION": self._accessor(way.astype(np.float32), gltf.ARRAY_BUFFER, has_ends=True)} for way in ways
        ] or None
        return gltf.Primitive(
            attributes=names, indices=indices, mode=gltf.TRIANGLES, material=self._material(solid), targets=targets
        )

    def _accessor(
        self, values: NDArray[Any], target: int | None = None, *, has_ends: bool = False, normalized: bool = False
    ) -> int:
        values = np.ascontiguousarray(values)
        content = values.tobytes()
        key = "accessor", _digest(content), values.dtype.str, values.shape, target, has_ends
        if key not in self._known:
            view = self._view(content, target)
            width = 1 if values.ndim == 1 else values.shape[1]
            ends = [getattr(values, end)(axis=0) for end in ("min", "max")] if has_ends else [None, None]
            low, high = (None if end is None else np.atleast_1d(end).astype(float).tolist() for end in ends)
            accessor = gltf.Accessor(
                bufferView=view,
                componentType=COMPONENTS[values.dtype.str[1:]],
                normalized=normalized,
                count=len(values),
                type=TYPES[width],
                min=low,
                max=high,
            )
            self.model.accessors.append(accessor)
            self._known[key] = len(self.model.accessors) - 1
        return self._known[key]

    def _view(self, content: bytes, target: int | None = None) -> int:
        """A part of the file; each begins at a multiple of four."""
        padding = -len(content) % 4
        self.model.bufferViews.append(
            gltf.BufferView(buffer=0, byteOffset=self.n_bytes, byteLength=len(content), target=target)
        )
        self._chunks.append(content + b"\0" * padding)
        self.n_bytes += len(content) + padding
        if self.n_bytes > self._most_bytes:
            raise TooLarge
        return len(self.model.bufferViews) - 1

    def _material(self, solid: Solid) -> int:
        texture = None if solid.picture is None or solid.uv is None else self._texture(solid.picture)
        key = "material", texture, solid.blends, solid.paint
        if key not in self._known:
            info = None if texture is None else gltf.TextureInfo(index=texture)
            surface = gltf.PbrMetallicRoughness(
                baseColorTexture=info, metallicFactor=0.0, roughnessFactor=1.0, baseColorFactor=_factor(solid)
            )
            kind = solid.paint.name if solid.paint else "blended" if solid.blends else "opaque"
            material = gltf.Material(
                pbrMetallicRoughness=surface,
                emissiveFactor=None,
                alphaMode=gltf.BLEND if solid.blends else None,
                doubleSided=solid.blends and texture is not None,
                name=kind if texture is None else f"picture {texture}",
                extensions={UNLIT: {}},
            )
            self.model.materials.append(material)
            self._known[key] = len(self.model.materials) - 1
        return self._known[key]

    def _texture(self, picture: Picture) -> int:
        key = "texture", _digest(picture.png), picture.is_smooth
        if key not in self._known:
            texture = gltf.Texture(sampler=self._texture_sampler(picture.is_smooth), source=self._image(picture.png))
            self.model.textures.append(texture)
            self._known[key] = len(self.model.textures) - 1
        return self._known[key]

    def _image(self, png: bytes) -> int:
        key = "image", _digest(png)
        if key not in self._known:
            view, name = self._view(png), f"picture {len(self.model.images)}"
            self.model.images.append(gltf.Image(mimeType="image/png", bufferView=view, name=name))
            self._known[key] = len(self.model.images) - 1
        return self._known[key]

    def _texture_sampler(self, is_smooth: bool) -> int:
        """Cells stay cells; small ones are averaged, or thin maps would glitter. Programs that know one filter only
        keep cells where both filters say nearest.
        """
        key = "texture sampler", is_smooth
        if key not in self._known:
            near = gltf.LINEAR if is_smooth else gltf.NEAREST
            small = gltf.LINEAR_MIPMAP_LINEAR if is_smooth else gltf.NEAREST_MIPMAP_LINEAR
            edge = gltf.CLAMP_TO_EDGE
            self.model.samplers.append(gltf.Sampler(magFilter=near, minFilter=small, wrapS=edge, wrapT=edge))
            self._known[key] = len(self.model.samplers) - 1
        return self._known[key]


def _factor(solid: Solid) -> list[float] | None:
    """What a paint multiplies, red, green, blue in linear light and alpha; `None` without one."""
    if solid.paint is None:
        return None
    light = linear(np.array([solid.paint.colour], np.uint8))[0] / 65535
    return [round(float(part), 6) for part in light]


def linear(colours: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Colours (n, 3 or 4) in sRGB as glTF has them: linear light and alpha (n, 4) in 0..65535.

    Eight bits of linear light would leave steps of up to six levels in dark colours. Source: IEC 61966-2-1.
    """
    share = np.arange(256) / 255.0
    light = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    found = np.full((len(colours), 4), 65535, np.uint16)
    found[:, :3] = (light * 65535).round().astype(np.uint16)[colours[:, :3]]
    if colours.shape[1] == 4:
        found[:, 3] = colours[:, 3].astype(np.uint16) * 257
    return found


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()
