// One quad per line of text, at whole pixels so that letters stay sharp.
attribute vec2 a_corner;
attribute vec4 a_box_px;     // left, top, width, height in target pixels, y down
attribute vec4 a_texels;     // left, top, width, height in the atlas of words
attribute vec4 a_colour;
uniform vec2 u_frame_px;
uniform vec2 u_atlas_size;
varying vec2 v_at;
varying vec4 v_colour;

void main()
{
    vec2 at = a_box_px.xy + vec2(a_corner.x, 1.0 - a_corner.y) * a_box_px.zw;
    v_at = (a_texels.xy + vec2(a_corner.x, 1.0 - a_corner.y) * a_texels.zw) / u_atlas_size;
    v_colour = a_colour;
    gl_Position = vec4(at.x / u_frame_px.x * 2.0 - 1.0, 1.0 - at.y / u_frame_px.y * 2.0, 0.0, 1.0);
}
