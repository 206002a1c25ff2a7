// The three blurs of the light as one.
uniform sampler2D u_small;
uniform sampler2D u_middle;
uniform sampler2D u_large;
uniform float u_strength;
varying vec2 v_uv;

void main()
{
    vec4 sum = 0.5 * texture2D(u_small, v_uv) + 0.6 * texture2D(u_middle, v_uv) + 0.5 * texture2D(u_large, v_uv);
    gl_FragColor = sum * u_strength;
}
