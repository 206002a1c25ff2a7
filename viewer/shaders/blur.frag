// One direction of a Gaussian blur. Each tap lies between two texels, so that linear sampling weighs both at once.
uniform sampler2D u_source;
uniform vec2 u_step;       // one texel of the source along the direction
uniform float u_middle;    // weight of the texel itself
uniform vec4 u_offsets;    // distance of each pair of taps, texels
uniform vec4 u_weights;    // weight of each tap of a pair
uniform float u_pairs;     // how many pairs count
varying vec2 v_uv;

void main()
{
    vec4 sum = texture2D(u_source, v_uv) * u_middle;
    for (int i = 0; i < 4; i++) {
        if (float(i) >= u_pairs) break;
        vec2 away = u_offsets[i] * u_step;
        sum += (texture2D(u_source, v_uv + away) + texture2D(u_source, v_uv - away)) * u_weights[i];
    }
    gl_FragColor = sum;
}
