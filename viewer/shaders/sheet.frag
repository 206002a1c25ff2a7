uniform vec4 u_colour;         // rgb and strength
uniform float u_is_additive;
varying vec2 v_at;

void main()
{
    float strength = u_colour.a * exp(-4.5 * v_at.x * v_at.x) * (1.0 - smoothstep(0.7, 1.0, abs(v_at.y)));
    gl_FragColor = vec4(u_colour.rgb * strength, u_is_additive > 0.5 ? 0.0 : strength);
}
