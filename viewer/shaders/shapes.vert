// Bars and line pieces that lie flat on the picture: boxes with round ends along a segment.
attribute vec2 a_corner;
attribute vec4 a_segment;    // from x, y to x, y in reference pixels, y down
attribute vec2 a_thickness;  // half thickness and corner radius, reference pixels
attribute vec4 a_colour;
attribute float a_ramp;      // row of the ramp texture, or below 0 for a plain colour
uniform vec2 u_reference_px; // size of the frame in reference pixels
uniform float u_px;          // target pixels per reference pixel

varying vec2 v_at;           // reference pixels, along and across, from the middle
varying vec2 v_half;
varying float v_radius;
varying vec4 v_colour;
varying vec2 v_ramp;

void main()
{
    vec2 way = a_segment.zw - a_segment.xy;
    float length_px = max(length(way), 1e-4);
    vec2 along = length(way) > 1e-4 ? way / length_px : vec2(1.0, 0.0);
    vec2 across = vec2(-along.y, along.x);
    v_half = vec2(length_px * 0.5, a_thickness.x);
    v_at = (a_corner * 2.0 - 1.0) * (v_half + 1.0 / u_px);
    v_radius = a_thickness.y;
    v_colour = a_colour;
    v_ramp = vec2(clamp(v_at.x / length_px + 0.5, 0.0, 1.0), a_ramp);
    vec2 at = (a_segment.xy + a_segment.zw) * 0.5 + along * v_at.x + across * v_at.y;
    gl_Position = vec4(at.x / u_reference_px.x * 2.0 - 1.0, 1.0 - at.y / u_reference_px.y * 2.0, 0.0, 1.0);
}
