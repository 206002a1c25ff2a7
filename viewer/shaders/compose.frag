// Background, scene, light and bloom to the picture that is seen. The scene is supersampled; linear sampling averages it.
uniform sampler2D u_scene;         // premultiplied
uniform sampler2D u_light;         // strands and bright cells, high range
uniform sampler2D u_bloom_small;
uniform sampler2D u_bloom_middle;
uniform sampler2D u_bloom_large;
uniform vec3 u_inner;
uniform vec3 u_outer;     // vignette
uniform float u_bloom;
varying vec2 v_uv;

// 8 x 8 ordered dither, -0.5..0.5: hides the bands of a dark gradient and, unlike noise, packs well.
float bayer2(vec2 at) { at = floor(at); return fract(at.x / 2.0 + at.y * at.y * 0.75); }
float bayer4(vec2 at) { return bayer2(0.5 * at) * 0.25 + bayer2(at); }
float bayer8(vec2 at) { return bayer4(0.5 * at) * 0.25 + bayer2(at); }

void main()
{
    vec2 from_middle = (vec2(v_uv.x, 1.0 - v_uv.y) - 0.46) / vec2(0.62, 0.72);
    float away = clamp(pow(length(from_middle), 1.6), 0.0, 1.0);
    vec3 background = mix(u_inner, u_outer, away);
    vec4 scene = texture2D(u_scene, v_uv);
    vec3 base = background * (1.0 - scene.a) + scene.rgb;
    vec3 light = 1.0 - exp(-texture2D(u_light, v_uv).rgb);
    vec3 bloom = 0.5 * texture2D(u_bloom_small, v_uv).rgb + 0.6 * texture2D(u_bloom_middle, v_uv).rgb
               + 0.5 * texture2D(u_bloom_large, v_uv).rgb;
    base += light * (1.0 - 0.75 * base);
    base += (1.0 - exp(-bloom * u_bloom)) * (1.0 - 0.75 * base);
    base += (bayer8(gl_FragCoord.xy) - 0.5) / 255.0;
    gl_FragColor = vec4(base, 1.0);
}
