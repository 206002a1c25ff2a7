uniform sampler2D u_ramps;   // a colour map a row
uniform float u_ramp_rows;
uniform float u_px;
varying vec2 v_at;
varying vec2 v_half;
varying float v_radius;
varying vec4 v_colour;
varying vec2 v_ramp;

void main()
{
    vec2 away = abs(v_at) - v_half + v_radius;
    float outside = length(max(away, 0.0)) + min(max(away.x, away.y), 0.0) - v_radius;
    float alpha = v_colour.a * clamp(0.5 - outside * u_px, 0.0, 1.0);
    vec3 colour = v_colour.rgb;
    if (v_ramp.y >= 0.0) colour = texture2D(u_ramps, vec2((v_ramp.x * 255.0 + 0.5) / 256.0, (v_ramp.y + 0.5) / u_ramp_rows)).rgb;
    gl_FragColor = vec4(colour, alpha);
}
