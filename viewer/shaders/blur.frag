// One direction of a Gaussian blur; `u_step` is one texel of the source along that direction.
uniform sampler2D u_source;
uniform vec2 u_step;
uniform float u_sigma;     // texels
varying vec2 v_uv;

const int REACH = 9;

void main()
{
    vec4 sum = vec4(0.0);
    float total = 0.0;
    for (int i = -REACH; i <= REACH; i++) {
        float at = float(i);
        float weight = exp(-0.5 * at * at / (u_sigma * u_sigma));
        sum += texture2D(u_source, v_uv + at * u_step) * weight;
        total += weight;
    }
    gl_FragColor = sum / total;
}
