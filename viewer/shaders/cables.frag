// A tube lit from the eye: bright along its middle, darker towards its borders, which fade. Colours are summed, each
// times its alpha, so that no order matters; they are brought to what is seen when the picture is composed.
uniform float u_is_ink;    // 1: darker towards the borders on paper, 0: light

varying float v_side;
varying vec4 v_colour;

void main()
{
    float round = sqrt(max(1.0 - v_side * v_side, 0.0));
    float alpha = v_colour.a * smoothstep(0.0, 0.55, round);
    vec3 lit = v_colour.rgb * (0.45 + 0.55 * round) + (1.0 - u_is_ink) * 0.25 * pow(round, 12.0);
    gl_FragColor = vec4(lit * alpha, alpha);
}
