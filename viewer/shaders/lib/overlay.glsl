// What a heat shows, one overlay going over to another, and how one is read.
uniform sampler2D u_maps;          // colours of sizes, and in the second row those for and against, from -1 to +1
uniform sampler2D u_values;
uniform sampler2D u_values_toward;
uniform vec4 u_sizes;              // cells across and down, of the one and of what it goes over to
uniform vec2 u_strengths;          // 1 / scale
uniform vec2 u_kinds;              // 0 sizes, 1 signed values, 2 a mask
uniform float u_blend;             // 0..1
uniform float u_alpha;
uniform float u_is_alone;
uniform vec2 u_is_smooth;
uniform float u_opacity;

varying vec2 v_uv;
varying float v_emphasis;

bool is_kept(float value) { return value < 1e35; }

float cell_at(sampler2D values, vec2 cell, vec2 size)
{
    return texture2D(values, (clamp(floor(cell), vec2(0.0), size - 1.0) + 0.5) / size).r;
}

// Between the middles of cells.
float smooth_at(sampler2D values, vec2 at, vec2 size)
{
    vec2 low = floor(at - 0.5);
    vec2 part = at - 0.5 - low;
    float above = mix(cell_at(values, low, size), cell_at(values, low + vec2(1.0, 0.0), size), part.x);
    float below = mix(cell_at(values, low + vec2(0.0, 1.0), size), cell_at(values, low + 1.0, size), part.x);
    return mix(above, below, part.y);
}
