// Overlays in colours over what they lie on, one going over to another. Colours leave premultiplied by alpha.
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

const int MOST = 4;                // as many cells along a side as one pixel averages at most

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

// What a pixel stands for: a place, or where cells are smaller than it the mean of those under it.
float value_at(sampler2D values, vec2 size, float is_smooth)
{
    vec2 at = v_uv * size;
    vec2 across = fwidth(at);
    vec2 steps = clamp(ceil(across - 0.01), 1.0, float(MOST));
    if (steps.x * steps.y < 1.5) return is_smooth > 0.5 ? smooth_at(values, at, size) : cell_at(values, at, size);
    float sum = 0.0, count = 0.0;
    for (int j = 0; j < MOST; j++) {
        if (float(j) >= steps.y) break;
        for (int i = 0; i < MOST; i++) {
            if (float(i) >= steps.x) break;
            vec2 away = (vec2(float(i), float(j)) + 0.5) / steps - 0.5;
            float value = cell_at(values, at + away * across, size);
            if (!is_kept(value)) continue;
            sum += value;
            count += 1.0;
        }
    }
    return count > 0.5 ? sum / count : 1e36;
}

vec4 coloured(float value, float strength, float kind)
{
    if (!is_kept(value)) return vec4(0.0);
    bool is_alone = u_is_alone > 0.5;
    if (kind > 1.5) {
        float inside = clamp(value, 0.0, 1.0);
        return is_alone ? vec4(vec3(inside), 1.0) : vec4(0.0, 0.0, 0.0, 1.0 - inside);
    }
    // The middle of the first and last texel are -1 and +1.
    float part = clamp(value * strength, kind > 0.5 ? -1.0 : 0.0, 1.0);
    vec3 colour = texture2D(u_maps, vec2(((part * 0.5 + 0.5) * 255.0 + 0.5) / 256.0, 0.25 + 0.5 * kind)).rgb;
    return vec4(colour, 1.0) * (is_alone ? 1.0 : abs(part));
}

void main()
{
    vec4 colour = coloured(value_at(u_values, u_sizes.xy, u_is_smooth.x), u_strengths.x, u_kinds.x);
    if (u_blend > 0.0) {
        float value = value_at(u_values_toward, u_sizes.zw, u_is_smooth.y);
        colour = mix(colour, coloured(value, u_strengths.y, u_kinds.y), u_blend);
    }
    gl_FragColor = colour * (u_alpha * u_opacity * v_emphasis);
}
