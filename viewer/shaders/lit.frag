// Background, scene, light and bloom to the picture that is seen. The scene is supersampled; linear sampling averages it.
uniform sampler2D u_background;
uniform sampler2D u_scene;         // premultiplied
uniform sampler2D u_light;         // strands and bright cells, high range
uniform sampler2D u_glow;          // the same, blurred
varying vec2 v_uv;

void main()
{
    vec4 scene = texture2D(u_scene, v_uv);
    vec3 base = texture2D(u_background, v_uv).rgb * (1.0 - scene.a) + scene.rgb;
    vec3 light = 1.0 - exp(-texture2D(u_light, v_uv).rgb - texture2D(u_glow, v_uv).rgb);
    gl_FragColor = vec4(base + light * (1.0 - 0.75 * base), 1.0);
}
