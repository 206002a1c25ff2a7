// A thread's light, or its ink: both are summed, so that no order matters, and brought to what is seen when composed.
// #include light.glsl
uniform vec3 u_light;

varying vec4 v_colour;
varying float v_station;

void main()
{
    float pulse = pulse_at(v_station);
    float alpha = v_colour.a * (has_front() ? mix(0.24, 0.9, step(v_station, u_front)) + 1.2 * pulse : 1.0);
    gl_FragColor = vec4(mix(v_colour.rgb, u_light, pulse * 0.8) * alpha, alpha);
}
