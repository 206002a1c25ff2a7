// A thumbnail: a picture with a border, ink without its ground, or where it is very small a dot.
uniform sampler2D u_atlas;
uniform vec2 u_atlas_size;
uniform float u_is_grey;       // whether the atlas has one channel
uniform float u_ink;           // 0..1, how far it is ink of its colour
uniform float u_ground;        // 0: ink is bright on black, 1: dark on white
uniform vec3 u_ground_colour;
uniform float u_by_mean;       // whether a dot has the colour of its picture
uniform float u_border_px;
uniform float u_least;         // what is fainter hides nothing behind it

varying vec2 v_at;
varying vec4 v_texels;
varying vec4 v_colour;
varying vec3 v_mean;
varying vec3 v_seen;

const float OUTLINE = 0.8;
const float LARGE = 0.34;      // texels for a pixel: from there on cells are seen, not blurred

void main()
{
    vec2 cell = v_at * v_texels.zw;
    cell = clamp(v_seen.z < LARGE ? floor(cell) + 0.5 : cell, vec2(0.5), v_texels.zw - 0.5);
    vec3 seen = texture2D(u_atlas, (v_texels.xy + cell) / u_atlas_size).rgb;
    if (u_is_grey > 0.5) seen = seen.rrr;
    float from = length(v_at * 2.0 - 1.0);
    float dot_cover = clamp((1.0 - from) * v_seen.x * 0.5 + 0.5, 0.0, 1.0);
    // Averages of thin strokes are pale: the smaller the copy, the sooner it counts as ink.
    float ink = smoothstep(0.14, clamp(v_texels.z / 36.0, 0.34, 0.72), mix(seen.r, 1.0 - seen.r, u_ground));
    vec2 rim = min(v_at, 1.0 - v_at) * v_seen.x * vec2(1.0, v_texels.w / v_texels.z);
    float border = clamp(min(u_border_px, v_seen.x * 0.08) - min(rim.x, rim.y) + 0.5, 0.0, 1.0);
    vec3 flat_colour = mix(v_colour.rgb, v_mean, u_by_mean * (1.0 - u_ink));
    // The pale rim of a stroke is drawn as the ground, so that strokes over each other stay apart.
    float rim_cover = OUTLINE * smoothstep(0.02, 0.16, mix(seen.r, 1.0 - seen.r, u_ground));
    vec3 stroke = mix(u_ground_colour, v_colour.rgb, ink / max(max(ink, rim_cover), 1e-3));
    vec3 colour = mix(mix(seen, v_colour.rgb, border), stroke, u_ink);
    float cover = mix(mix(1.0, max(ink, rim_cover), u_ink), dot_cover, v_seen.y) * v_colour.a;
    if (cover < u_least) discard;
    gl_FragColor = vec4(mix(colour, flat_colour, v_seen.y) * cover, cover);
}
