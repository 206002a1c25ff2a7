// A ball lit from over the eye's left shoulder, with a soft border.
uniform float u_alpha;

varying vec2 v_at;         // from the middle, 1 at the border
varying vec3 v_colour;
varying float v_half_px;

const vec3 LIGHT = vec3(-0.42, 0.55, 0.72);

void main()
{
    float from = length(v_at);
    float cover = clamp((1.0 - from) * v_half_px + 0.5, 0.0, 1.0) * u_alpha;
    if (cover < 0.02) discard;   // no depth where nothing is seen
    vec3 normal = vec3(v_at, sqrt(max(1.0 - from * from, 0.0)));
    float lit = max(dot(normal, LIGHT), 0.0);
    vec3 colour = v_colour * (0.40 + 0.70 * lit) + 0.35 * pow(lit, 24.0);
    gl_FragColor = vec4(min(colour, 1.0) * cover, cover);
}
