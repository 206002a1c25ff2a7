// Background and scene to the picture that is seen, where nothing shines.
uniform sampler2D u_background;
uniform sampler2D u_scene;         // premultiplied
varying vec2 v_uv;

void main()
{
    vec4 scene = texture2D(u_scene, v_uv);
    gl_FragColor = vec4(texture2D(u_background, v_uv).rgb * (1.0 - scene.a) + scene.rgb, 1.0);
}
