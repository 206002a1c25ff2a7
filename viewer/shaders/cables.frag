// A tube lit from over the eye: bright along its middle, darker towards its borders, which fade. What is solid hides what is
// behind; of the haze colours are summed, each times its alpha, so that no order matters, and brought to what is seen when
// the picture is composed.
uniform float u_is_solid;
uniform float u_is_ink;    // 1: ink on paper, 0: light
uniform vec3 u_ground;

varying float v_side;
varying vec4 v_colour;
varying float v_far;

const float INTO_GROUND = 0.45, INK_INTO_GROUND = 0.28;

void main()
{
    float round = sqrt(max(1.0 - v_side * v_side, 0.0));
    float alpha = v_colour.a * smoothstep(0.0, 0.5, round);
    if (u_is_solid > 0.5 && alpha < 0.1) discard;   // no depth where nothing is seen
    float shade = mix(0.38, 0.55, u_is_ink) + mix(0.70, 0.50, u_is_ink) * max(0.8 * round - 0.45 * v_side, 0.0);
    vec3 lit = v_colour.rgb * shade + mix(0.30, 0.12, u_is_ink) * pow(max(0.9 * round - 0.4 * v_side, 0.0), 10.0);
    lit = mix(lit, u_ground, mix(INTO_GROUND, INK_INTO_GROUND, u_is_ink) * v_far);
    gl_FragColor = vec4(min(lit, 1.0) * alpha, alpha);
}
