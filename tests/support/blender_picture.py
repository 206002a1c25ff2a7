"""A picture of a GLB as Blender draws it, for the README: `blender_picture.py FILE.glb OUT.png AT_SECS`.

Blender's Python runs it, which knows nothing of this project. The file's own camera and background are taken.
"""

from __future__ import annotations

import sys
from pathlib import Path

import bpy

SIZE_PX = 1280, 720
SAMPLES = 48


def light_of(part: int) -> float:
    """A part of a colour in linear light, as Blender has it."""
    share = part / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def main(source: str, out: str, at_secs: str) -> None:
    """Open the file, go to the time, and draw."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=source)
    scene = bpy.context.scene
    scene.camera = next(thing for thing in bpy.data.objects if thing.type == "CAMERA")
    code = bpy.data.objects["kerascope"]["background"][0]
    scene.world = bpy.data.worlds.new("background")
    scene.world.use_nodes = True
    colour = [*(light_of(part) for part in bytes.fromhex(code[1:])), 1.0]
    scene.world.node_tree.nodes["Background"].inputs[0].default_value = colour
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = SAMPLES, False
    scene.cycles.max_bounces, scene.cycles.transparent_max_bounces = 0, 64
    scene.view_settings.view_transform = "Standard"  # the others draw as films look
    scene.render.resolution_x, scene.render.resolution_y = SIZE_PX
    scene.render.filepath = str(Path(out).resolve())
    scene.frame_set(round(float(at_secs) * scene.render.fps))
    bpy.ops.render.render(write_still=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
