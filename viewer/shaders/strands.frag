// The core of a strand is bright and its borders fade, so that crossing strands stay apart.
uniform float u_is_additive;   // 1: light that adds up (dark theme), 0: ink (light theme)

varying float v_side;
varying vec4 v_colour;

void main()
{
    float profile = exp(-4.0 * v_side * v_side);
    float alpha = v_colour.a * profile;
    gl_FragColor = vec4(v_colour.rgb * alpha, u_is_additive > 0.5 ? 0.0 : min(alpha, 1.0));
}
