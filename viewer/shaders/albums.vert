// Small pictures flat on the picture, each on its way from one place to another: all of an album are one instanced draw.
attribute vec2 a_corner;     // 0..1, to the right and down
attribute vec4 a_start;      // left, top, width, height in reference pixels
attribute vec4 a_end;
attribute vec4 a_texels;     // where the cells lie in the atlas: left, top, width, height
attribute vec4 a_look;       // kind, 1 / the largest weight, number, place in the order from 0 to 1
uniform vec2 u_reference_px; // size of the frame in reference pixels
uniform float u_share;       // 0..1, how far they have come
uniform float u_stagger;     // 0..1, of the way: how much later the last one goes
uniform float u_shows;       // how many are there
uniform float u_border_px;

varying vec2 v_at;           // 0..1 on the tile, to the right and down; its border lies outside
varying vec4 v_texels;
varying vec4 v_look;

// Slow, fast, slow, as every move.
float eased(float t)
{
    return t < 0.5 ? 4.0 * t * t * t : 1.0 - 4.0 * (1.0 - t) * (1.0 - t) * (1.0 - t);
}

void main()
{
    float begins = u_stagger * a_look.w;
    float way = clamp((u_share - begins) / max(1.0 - u_stagger, 1e-4), 0.0, 1.0);
    vec4 box = mix(a_start, a_end, eased(way));
    vec2 size = max(box.zw, vec2(1e-3));
    vec2 in_px = mix(vec2(-u_border_px), size + u_border_px, a_corner);
    vec2 at = box.xy + in_px;
    v_at = in_px / size;
    v_texels = a_texels;
    v_look = a_look;
    gl_Position = vec4(at.x / u_reference_px.x * 2.0 - 1.0, 1.0 - at.y / u_reference_px.y * 2.0, 0.0, 1.0);
    if (a_look.z + 0.5 > u_shows) gl_Position = vec4(0.0, 0.0, 2.0, 1.0);  // outside: it is not there yet
}
