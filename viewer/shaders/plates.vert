// One quad per panel, or per feature map, or per picture of a net: each kind is one instanced draw.
attribute vec2 a_corner;   // 0..1, u to the right and v up
attribute vec3 a_centre;   // world
attribute vec2 a_size;     // world: along z and along y
attribute vec4 a_texels;   // where the cells lie in the atlas: left, top, width, height
attribute vec4 a_look;     // kind, station, 1 / scale, channel
attribute float a_gain;

uniform mat4 u_clip_from_world;
uniform vec3 u_offset;
uniform vec2 u_spread;     // middle of the layout in x, and how far all is stretched about it
uniform float u_toward_eye; // device units of depth: tiles lie just before their panel
uniform float u_facing;    // 1 seen from the input's side, -1 from behind: pictures are never mirrored

varying vec2 v_uv;         // 0..1, u to the reader's right, v down
varying vec2 v_size;
varying vec4 v_texels;
varying vec4 v_look;
varying float v_gain;

void main()
{
    vec2 at = a_corner - 0.5;
    vec3 world = a_centre + u_offset + vec3(0.0, at.y * a_size.y, at.x * a_size.x);
    world.x += (a_centre.x - u_spread.x) * (u_spread.y - 1.0);
    gl_Position = u_clip_from_world * vec4(world, 1.0);
    gl_Position.z -= u_toward_eye * gl_Position.w;
    v_uv = vec2(0.5 + at.x * u_facing, 0.5 - at.y);
    v_size = a_size;
    v_texels = a_texels;
    v_look = a_look;
    v_gain = a_gain;
}
