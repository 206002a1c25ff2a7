"""Opens a GLB with Blender's own importer, draws it twice, and tells what is there: blender_open.py FILE.glb JOB.json

Blender's Python runs it, which knows nothing of this project. `JOB.json` holds `at_secs`; `points` of the world as glTF
has it (y up); `scene_png` for what the file's camera sees; and `front_png`, `centre`, `height` for what is seen of so
much of the world round that centre, straight from the input, edges and boards left out. One line of JSON is printed:
what was imported, and where in the first picture the points are, as (x, y) from the top left corner in pixels.
"""

from __future__ import annotations

import json
import sys
from math import pi
from pathlib import Path
from typing import Any

import bpy
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector

SCENE_PX, FRONT_PX = (960, 540), (400, 800)
AWAY = 2.0


def objects() -> dict[str, dict[str, Any]]:
    """Every object by name: its type, parent, what is noted on it, its shape keys and how many curves move it."""
    return {
        thing.name: {
            "type": thing.type,
            "parent": thing.parent.name if thing.parent else None,
            "notes": {key: value for key, value in thing.items() if isinstance(value, int | float | str)},
            "keys": [key.name for key in keys_of(thing).key_blocks] if keys_of(thing) else [],
            "moves": curves(thing),
            "weighs": curves(keys_of(thing)),
            "scale": list(thing.scale),
        }
        for thing in bpy.data.objects
    }


def keys_of(thing: bpy.types.Object) -> bpy.types.Key | None:
    """The shape keys of an object."""
    return thing.data.shape_keys if thing.type == "MESH" else None


def curves(thing: bpy.types.ID | None) -> int:
    """How many curves move a thing: those of the slots that are its own."""
    moved = None if thing is None else thing.animation_data
    if moved is None:
        return 0
    pairs = [(moved.action, moved.action_slot)]
    pairs += [(strip.action, strip.action_slot) for track in moved.nla_tracks for strip in track.strips]
    found = {
        (action.name, bag.slot.identifier): len(bag.fcurves)
        for action, slot in pairs
        if action is not None and slot is not None
        for layer in action.layers
        for strip in layer.strips
        for bag in strip.channelbags
        if bag.slot.identifier == slot.identifier
    }
    return sum(found.values())


def draw(path: str, size_px: tuple[int, int]) -> None:
    """A picture of the scene, colours as they are, on black."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = size_px
    scene.render.filepath = path
    scene.view_settings.view_transform = "Standard"  # the others draw as films look
    scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.use_adaptive_sampling = 4, False, False
    scene.cycles.max_bounces, scene.cycles.transparent_max_bounces = 0, 64
    bpy.ops.render.render(write_still=True)


def stand_before(centre: tuple[float, float, float], height: float) -> None:
    """Look from the input along the spine, at cells alone."""
    data = bpy.data.cameras.new("front")
    data.type, data.ortho_scale, data.clip_start, data.clip_end = "ORTHO", height, 0.01, AWAY + 0.2
    camera = bpy.data.objects.new("front", data)
    x, y, z = centre
    camera.location, camera.rotation_euler = (x - AWAY, -z, y), (pi / 2, 0, -pi / 2)
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    for thing in bpy.data.objects:
        is_cells = " @ " in thing.name and not thing.name.startswith("edges")
        thing.hide_render = thing.type == "MESH" and not is_cells


def main(file: str, job_file: str) -> None:
    """Open, draw, tell."""
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=file)
    scene = bpy.context.scene
    told = {"objects": objects(), "actions": [action.name for action in bpy.data.actions]}
    scene.camera = next(thing for thing in bpy.data.objects if thing.type == "CAMERA")
    scene.frame_set(round(job["at_secs"] * scene.render.fps))
    draw(job["scene_png"], SCENE_PX)
    seen = [world_to_camera_view(scene, scene.camera, Vector((x, -z, y))) for x, y, z in job["points"]]
    told["seen_px"] = [[at.x * SCENE_PX[0], (1 - at.y) * SCENE_PX[1]] for at in seen]
    stand_before(job["centre"], job["height"])
    draw(job["front_png"], FRONT_PX)
    told |= {"blender": bpy.app.version_string, "fps": scene.render.fps}
    sys.stdout.write(f"told: {json.dumps(told)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
