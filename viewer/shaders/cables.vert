// An edge of a sculpture is a round tube along its path, drawn as a ribbon that faces the eye; all edges are one
// instanced draw. Where they are comes from textures, so that a step of the bundling and a class are uniforms.
// #include texels.glsl
attribute vec2 a_along;    // place along the path in points, and side -1 or +1
attribute vec4 a_edge;     // number, start unit, end unit, strength
attribute vec4 a_look;     // colour among all classes, and how much the edge matters for them, 0..1

uniform mat4 u_clip_from_world;
uniform vec3 u_offset;
uniform sampler2D u_points;
uniform vec2 u_points_size;
uniform float u_path;          // points of a path
uniform vec3 u_steps;          // first texel of this step and of the next, and the way between them
uniform sampler2D u_units;     // of each unit, how much it matters for the class that is lit, and for the next
uniform vec2 u_units_size;
uniform vec4 u_scale;          // what that of an edge is lessened by and then multiplied by: here, and in the next
uniform vec2 u_is_lit;         // 1 where one class is lit, 0 where all are: here and in the next
uniform vec3 u_colour;         // of the class that is lit
uniform vec3 u_colour_toward;
uniform float u_blend;
uniform vec3 u_faint;          // colour of what serves other classes
uniform vec3 u_depths;         // depth (in the eye's distance) of the nearest and the furthest, fading of the furthest
uniform float u_width;
uniform float u_radius;        // of the strongest, in world units
uniform vec2 u_frame_px;       // of the target, supersampled
uniform float u_lens;          // pixels that a world unit has at a distance of 1
uniform float u_alpha;
uniform float u_is_solid;      // 1: what matters most, which hides what is behind it; 0: the haze of all the rest

const float THINNEST_PX = 0.6, SOLID_FROM = 0.28, SOLID_TO = 0.6;
const float INVISIBLE = 1.0 / 512.0;   // less is lost in a sum of half floats

varying float v_side;
varying vec4 v_colour;
varying float v_far;       // 0 near, 1 far: what is solid goes over into the ground

vec3 point(float at)
{
    float number = a_edge.x * u_path + at;
    vec3 here = texel(u_points, u_steps.x + number, u_points_size);
    if (u_steps.z <= 0.0) return here;
    return mix(here, texel(u_points, u_steps.y + number, u_points_size), u_steps.z);
}

// Colour, and how much it matters in 0..1, where `matters` is that for a class that is lit alone.
vec4 look(float is_lit, float matters, vec3 colour)
{
    float lit = clamp(matters, 0.0, 1.0);
    vec4 alone = vec4(mix(u_faint, colour, smoothstep(0.04, 0.35, lit)), max(lit, 0.10 * a_look.a));
    return mix(a_look, alone, is_lit);
}

void main()
{
    vec2 start = texel(u_units, a_edge.y, u_units_size).rg, end = texel(u_units, a_edge.z, u_units_size).rg;
    vec2 matters = (a_edge.w * sqrt(start * end) - u_scale.xz) * u_scale.yw;
    vec4 shown = mix(look(u_is_lit.x, matters.x, u_colour), look(u_is_lit.y, matters.y, u_colour_toward), u_blend);
    float solid = smoothstep(SOLID_FROM, SOLID_TO, shown.a);
    float haze = (0.05 + 1.6 * shown.a * shown.a) * (1.0 - solid);
    v_side = a_along.y;
    v_colour = vec4(shown.rgb, 0.0);
    v_far = 0.0;
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);   // out of the picture
    // What nobody sees is not worth the reading of its path: most edges are either solid or haze.
    if (u_alpha * mix(haze, solid, u_is_solid) < INVISIBLE) return;

    // A Catmull-Rom curve through the points: its tangent is known, so that joints are smooth.
    float last = u_path - 1.0;
    float low = min(floor(a_along.x), last - 1.0), t = a_along.x - low;
    vec3 p0 = point(max(low - 1.0, 0.0)), p1 = point(low), p2 = point(low + 1.0), p3 = point(min(low + 2.0, last));
    vec3 c1 = 0.5 * (p2 - p0), c2 = p0 - 2.5 * p1 + 2.0 * p2 - 0.5 * p3, c3 = 0.5 * (p3 - p0) + 1.5 * (p1 - p2);
    vec3 place = p1 + t * (c1 + t * (c2 + t * c3)) + u_offset;
    vec3 way = c1 + t * (2.0 * c2 + 3.0 * t * c3) + 1e-5;

    vec4 here = u_clip_from_world * vec4(place, 1.0);
    vec4 after = u_clip_from_world * vec4(place + way * 0.05, 1.0);
    vec2 way_px = (after.xy / after.w - here.xy / here.w) * u_frame_px;
    vec2 across = normalize(vec2(-way_px.y, way_px.x) + vec2(0.0, 1e-6));

    float far = clamp((here.w - u_depths.x) / max(u_depths.y - u_depths.x, 1e-6), 0.0, 1.0);
    float radius_px = u_width * u_radius * (0.18 + 0.82 * shown.a) * u_lens / here.w;
    float half_px = max(radius_px, THINNEST_PX);
    float thin = min(radius_px / THINNEST_PX, 1.0);
    float alpha = u_alpha * thin * mix(haze * exp(-u_depths.z * far), solid, u_is_solid);

    here.xy += across * a_along.y * half_px * 2.0 / u_frame_px * here.w;
    if (alpha >= INVISIBLE) gl_Position = here;
    v_colour.a = alpha;
    v_far = u_is_solid * far;
}
