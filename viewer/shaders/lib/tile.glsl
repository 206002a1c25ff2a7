// What all tiles share: where their texels lie, and colours for values.
uniform sampler2D u_maps;          // colour map of values from -1 to +1, and in the second row that of kernels
uniform float u_opacity;

varying vec2 v_uv;
varying vec4 v_texels;
varying vec4 v_look;
varying float v_strength;
varying float v_emphasis;

// Interpolation leaves rounding noise on what is the same at all corners.
vec4 texels() { return floor(v_texels + 0.5); }

vec3 mapped(float value, bool is_kernel)
{
    // The middle of the first and last texel are -1 and +1.
    float t = clamp(value, -1.0, 1.0) * 0.5 + 0.5;
    return texture2D(u_maps, vec2((t * 255.0 + 0.5) / 256.0, is_kernel ? 0.75 : 0.25)).rgb;
}

// A value that no layer has says that nothing was kept: there is nothing to draw.
bool is_kept(float value) { return value < 1e35; }
