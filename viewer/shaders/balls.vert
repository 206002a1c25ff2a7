// A unit of a sculpture is a ball, drawn as a square that faces the eye; all units are one instanced draw.
// #include texels.glsl
attribute vec2 a_corner;
attribute vec2 a_unit;      // number, and how large it may be, 0..1
attribute vec4 a_look;     // colour among all classes, and how much the unit matters for them, 0..1

uniform mat4 u_clip_from_world;
uniform vec3 u_offset;
uniform sampler2D u_points;
uniform vec2 u_points_size;
uniform vec3 u_steps;          // first texel of this step and of the next, and the way between them
uniform sampler2D u_units;     // of each unit, how much it matters for the class that is lit, and for the next
uniform vec2 u_units_size;
uniform vec2 u_is_lit;
uniform vec3 u_colour;
uniform vec3 u_colour_toward;
uniform float u_blend;
uniform vec3 u_faint;
uniform float u_size;
uniform float u_radius;        // of the most important, in world units
uniform vec2 u_frame_px;
uniform float u_lens;

const float SMALLEST_PX = 0.8;

varying vec2 v_at;
varying vec3 v_colour;
varying float v_half_px;

vec4 look(float is_lit, float matters, vec3 colour)
{
    float lit = clamp(matters, 0.0, 1.0);
    vec4 alone = vec4(mix(u_faint, colour, smoothstep(0.04, 0.35, lit)), max(lit, 0.25 * a_look.a));
    return mix(a_look, alone, is_lit);
}

void main()
{
    vec3 place = texel(u_points, u_steps.x + a_unit.x, u_points_size);
    if (u_steps.z > 0.0) place = mix(place, texel(u_points, u_steps.y + a_unit.x, u_points_size), u_steps.z);
    vec2 matters = texel(u_units, a_unit.x, u_units_size).rg;
    vec4 shown = mix(look(u_is_lit.x, matters.x, u_colour), look(u_is_lit.y, matters.y, u_colour_toward), u_blend);
    vec4 here = u_clip_from_world * vec4(place + u_offset, 1.0);
    float radius = a_unit.y * u_size * u_radius * (0.22 + 0.78 * shown.a);
    v_half_px = max(radius * u_lens / here.w, SMALLEST_PX);
    v_at = (a_corner * 2.0 - 1.0) * (v_half_px + 1.0) / v_half_px;
    // It is as near as its front, so that the ends of edges stay inside of it.
    vec3 forward = vec3(u_clip_from_world[0].w, u_clip_from_world[1].w, u_clip_from_world[2].w);
    vec4 front = u_clip_from_world * vec4(place + u_offset - normalize(forward) * radius, 1.0);
    here.z = front.z / front.w * here.w;
    here.xy += v_at * v_half_px * 2.0 / u_frame_px * here.w;
    gl_Position = here;
    v_colour = shown.rgb;
}
