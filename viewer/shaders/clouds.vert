// Thumbnails in space that face the reader, each on its way from one place to another: all are one instanced draw.
attribute vec2 a_corner;       // 0..1, to the right and down
attribute vec4 a_start;        // world, and whether it has a place there
attribute vec4 a_end;
attribute vec2 a_image;        // number in the atlas, and place in the order from 0 to 1
attribute vec3 a_mean;         // its mean colour
attribute vec4 a_colour;       // colour and strength; over 1 it is so many times as large
attribute vec4 a_colour_to;
attribute float a_lit;
uniform mat4 u_clip_from_world;
uniform vec2 u_frame_px;       // size of the target
uniform float u_lens;          // target pixels of 1 in the world, at distance 1 from the eye
uniform float u_share;         // 0..1, how far they have come
uniform float u_stagger;       // 0..1, of the way: how much later the last one goes
uniform vec2 u_sides;          // how wide they are at both ends, in the world
uniform vec2 u_shape;          // width and height of a thumbnail, the longer one as 1
uniform float u_recolour;      // 0..1, from one colour to the other
uniform float u_dim;           // what is not lit loses of its strength
uniform float u_alpha;
uniform vec4 u_level_0;        // where the copies of this size begin in the atlas, and how large one is, texels
uniform vec4 u_level_1;
uniform vec4 u_level_2;
uniform float u_columns;       // how many stand in a row there

const float FLAT_PX = 5.0, PICTURE_PX = 9.0;  // smaller it is a dot, larger a picture
const float SMALLEST_PX = 1.5;
const float UNEVEN = 0.22;                     // some are so much darker: what lies over each other is told apart
const float MOST_TEXELS = 1.45;               // for a pixel: where there would be more, a smaller copy is taken

varying vec2 v_at;             // 0..1 on the thumbnail
varying vec4 v_texels;         // left, top, width, height in the atlas
varying vec4 v_colour;
varying vec3 v_mean;
varying vec3 v_seen;           // width in pixels, how much of a dot it is, texels for a pixel

// Slow, fast, slow, as every move.
float eased(float t)
{
    return t < 0.5 ? 4.0 * t * t * t : 1.0 - 4.0 * (1.0 - t) * (1.0 - t) * (1.0 - t);
}

void main()
{
    float begins = u_stagger * a_image.y;
    float way = eased(clamp((u_share - begins) / max(1.0 - u_stagger, 1e-4), 0.0, 1.0));
    vec3 from = a_start.w > 0.5 ? a_start.xyz : a_end.xyz;  // what has one place alone comes or goes there
    vec3 to = a_end.w > 0.5 ? a_end.xyz : a_start.xyz;
    vec4 here = u_clip_from_world * vec4(mix(from, to, way), 1.0);
    v_colour = mix(a_colour, a_colour_to, u_recolour);
    float larger = max(v_colour.a, 1.0);
    float side_px = max(mix(u_sides.x, u_sides.y, way) * larger * u_lens / max(here.w, 1e-6), SMALLEST_PX);
    float texels = u_level_0.z / (side_px * u_shape.x);
    vec4 level = texels < MOST_TEXELS ? u_level_0 : (texels < 2.0 * MOST_TEXELS ? u_level_1 : u_level_2);
    float row = floor((a_image.x + 0.5) / u_columns);
    v_texels = vec4(level.xy + vec2(a_image.x - row * u_columns, row) * level.zw, level.zw);
    v_seen = vec3(side_px * u_shape.x, 1.0 - smoothstep(FLAT_PX, PICTURE_PX, side_px), level.z / (side_px * u_shape.x));
    v_at = a_corner;
    v_colour.rgb *= 1.0 - UNEVEN * fract(a_image.x * 0.6180340);
    v_colour.a = min(v_colour.a, 1.0) * mix(a_start.w, a_end.w, way) * u_alpha * (1.0 - u_dim * (1.0 - a_lit));
    v_mean = a_mean;
    here.xy += (a_corner * 2.0 - 1.0) * vec2(1.0, -1.0) * u_shape * side_px / u_frame_px * here.w;
    gl_Position = here;
    if (v_colour.a < 0.004) gl_Position = vec4(0.0, 0.0, 2.0, 1.0);
}
