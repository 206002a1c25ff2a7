// One quad per panel, or per feature map, or per picture of a net: each kind is one instanced draw.
attribute vec2 a_corner;   // 0..1, u to the right and v up
attribute vec3 a_centre;   // world: the middle of the plate
attribute vec4 a_place;    // from there along z and along y, and the size along both
attribute vec4 a_texels;   // where the cells lie in the atlas: left, top, width, height
attribute vec4 a_look;     // kind, station, plate, channel
attribute float a_tile;    // which tile it is, below 0 for none

uniform mat4 u_clip_from_world;
uniform vec3 u_offset;
uniform vec2 u_spread;     // middle of the layout in x, and how far all is stretched about it
uniform float u_toward_eye; // device units of depth: tiles lie just before their panel
uniform float u_facing;    // 1 seen from the input's side, -1 from behind: pictures are never mirrored
uniform sampler2D u_plates; // of each plate: gain, emphasis, fan
uniform vec2 u_plates_size;
uniform float u_fans;      // 1: the quads come out of the middle of their plate
uniform sampler2D u_tiles; // of each tile: 1 / scale
uniform vec2 u_tiles_size;

varying vec2 v_uv;         // 0..1, u to the reader's right, v down
varying vec2 v_size;
varying vec4 v_texels;
varying vec4 v_look;
varying float v_strength;  // gain / scale
varying float v_emphasis;

vec2 entry(float index, vec2 size)
{
    float row = floor((index + 0.5) / size.x);
    return vec2(index - row * size.x + 0.5, row + 0.5) / size;
}

void main()
{
    vec3 plate = texture2DLod(u_plates, entry(a_look.z, u_plates_size), 0.0).rgb;
    vec2 at = a_corner - 0.5;
    vec2 on_plate = (a_place.xy + at * a_place.zw) * mix(1.0, plate.b, u_fans);
    vec3 world = a_centre + u_offset + vec3(0.0, on_plate.y, on_plate.x);
    world.x += (a_centre.x - u_spread.x) * (u_spread.y - 1.0);
    gl_Position = u_clip_from_world * vec4(world, 1.0);
    gl_Position.z -= u_toward_eye * gl_Position.w;
    v_uv = vec2(0.5 + at.x * u_facing, 0.5 - at.y);
    v_size = a_place.zw;
    v_texels = a_texels;
    v_look = a_look;
    v_strength = plate.r * (a_tile < -0.5 ? 1.0 : texture2DLod(u_tiles, entry(a_tile, u_tiles_size), 0.0).r);
    v_emphasis = plate.g;
    if (plate.g <= 0.0) gl_Position = vec4(0.0, 0.0, 2.0, 1.0);  // outside: what is not there hides nothing
}
