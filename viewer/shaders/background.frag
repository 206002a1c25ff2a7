// A vignette, dithered once for good: ordered dither hides the bands of a dark gradient and, unlike noise, packs well.
uniform vec3 u_inner;
uniform vec3 u_outer;
varying vec2 v_uv;

// 8 x 8 Bayer matrix, 0..1.
float bayer2(vec2 at) { at = floor(at); return fract(at.x / 2.0 + at.y * at.y * 0.75); }
float bayer4(vec2 at) { return bayer2(0.5 * at) * 0.25 + bayer2(at); }
float bayer8(vec2 at) { return bayer4(0.5 * at) * 0.25 + bayer2(at); }

void main()
{
    vec2 from_middle = (vec2(v_uv.x, 1.0 - v_uv.y) - 0.46) / vec2(0.62, 0.72);
    float away = clamp(pow(length(from_middle), 1.6), 0.0, 1.0);
    gl_FragColor = vec4(mix(u_inner, u_outer, away) + (bayer8(gl_FragCoord.xy) - 0.5) / 255.0, 1.0);
}
