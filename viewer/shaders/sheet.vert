// An upright band of soft light where the flow has come to.
attribute vec2 a_corner;
uniform vec4 u_box;    // left, bottom, width, height in device units
varying vec2 v_at;

void main()
{
    v_at = a_corner * 2.0 - 1.0;
    gl_Position = vec4(u_box.xy + a_corner * u_box.zw, 0.0, 1.0);
}
