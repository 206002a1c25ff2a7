// Background, scene, light and bloom to the picture that is seen. The scene is supersampled; linear sampling averages it.
uniform sampler2D u_background;
uniform sampler2D u_scene;         // premultiplied
uniform sampler2D u_light;         // strands, threads and bright cells, high range; on paper: the sum of all ink
uniform sampler2D u_glow;          // the same, blurred
uniform float u_is_ink;            // 1: paper
varying vec2 v_uv;

// Ink lies on paper as one layer of the mean colour, as opaque as the sum of all its layers would be (Bavoil and
// Myers 2008, weighted average transparency).
vec3 inked(vec3 base)
{
    vec4 ink = texture2D(u_light, v_uv);
    return mix(base, ink.rgb / max(ink.a, 1e-4), 1.0 - exp(-ink.a));
}

void main()
{
    vec4 scene = texture2D(u_scene, v_uv);
    vec3 base = texture2D(u_background, v_uv).rgb * (1.0 - scene.a) + scene.rgb;
    vec3 light = 1.0 - exp(-texture2D(u_light, v_uv).rgb - texture2D(u_glow, v_uv).rgb);
    gl_FragColor = vec4(u_is_ink > 0.5 ? inked(base) : base + light * (1.0 - 0.75 * base), 1.0);
}
