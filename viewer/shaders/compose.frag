// Background, scene, light and bloom to the picture that is seen. The scene is supersampled; linear sampling averages it.
uniform sampler2D u_background;
uniform sampler2D u_scene;         // premultiplied
uniform sampler2D u_light;         // strands and bright cells, high range
uniform sampler2D u_glow;          // the same, blurred
uniform sampler2D u_mass;          // threads: the sum of their colours, each times its alpha, and of their alphas
uniform float u_has_mass;
uniform float u_is_ink;            // 1: threads are ink on paper, 0: light
varying vec2 v_uv;

const float AGAINST = 0.65;        // how far light of opposite signs goes out, instead of growing white

// A mass of threads is one layer of their mean colour, as opaque as all of them together (weighted average
// transparency, Bavoil and Myers 2008): in no order, and never brighter than its colours.
vec3 with_mass(vec3 base)
{
    vec4 mass = texture2D(u_mass, v_uv);
    vec3 colour = mass.rgb / max(mass.a, 1e-4);
    float cover = 1.0 - exp(-mass.a);
    if (u_is_ink > 0.5) return mix(base, colour, cover);
    colour -= AGAINST * min(min(colour.r, colour.g), colour.b);
    return base + cover * colour * (1.0 - 0.75 * base);
}

void main()
{
    vec4 scene = texture2D(u_scene, v_uv);
    vec3 base = texture2D(u_background, v_uv).rgb * (1.0 - scene.a) + scene.rgb;
    if (u_has_mass > 0.5) base = with_mass(base);
    vec3 light = 1.0 - exp(-texture2D(u_light, v_uv).rgb - texture2D(u_glow, v_uv).rgb);
    gl_FragColor = vec4(base + light * (1.0 - 0.75 * base), 1.0);
}
