// The source at a quarter of its resolution: four taps between texels average all sixteen.
uniform sampler2D u_source;
uniform vec2 u_step;       // one texel of the source
varying vec2 v_uv;

void main()
{
    gl_FragColor = 0.25 * (texture2D(u_source, v_uv + u_step * vec2(-1.0, -1.0)) + texture2D(u_source, v_uv + u_step * vec2(1.0, -1.0))
                         + texture2D(u_source, v_uv + u_step * vec2(-1.0, 1.0)) + texture2D(u_source, v_uv + u_step * vec2(1.0, 1.0)));
}
