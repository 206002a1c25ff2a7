uniform sampler2D u_atlas;   // how much of each texel the letters cover
varying vec2 v_at;
varying vec4 v_colour;

void main()
{
    gl_FragColor = vec4(v_colour.rgb, v_colour.a * texture2D(u_atlas, v_at).r);
}
