// Kernels and pictures of an album. Colours leave premultiplied by alpha.
uniform sampler2D u_cells;
uniform vec2 u_cells_size;         // texels
uniform sampler2D u_map;           // colours of weights from -1 to +1
uniform float u_strength;          // 1 / scale; 0: each by its own largest weight
uniform vec4 u_border;
uniform float u_alpha;

varying vec2 v_at;
varying vec4 v_texels;
varying vec4 v_look;

const float COLOURED = 1.0, MAPPED = 2.0;  // kinds of v_look.x; 0: an image
const int MOST = 4;                        // as many cells along a side as one pixel averages at most

vec3 cell_at(vec2 cell, vec4 texels)
{
    vec2 inside = clamp(floor(cell), vec2(0.0), texels.zw - 1.0);
    return texture2D(u_cells, (texels.xy + inside + 0.5) / u_cells_size).rgb;
}

// What a pixel stands for: a cell, or the mean of those under it.
vec3 cells_here(vec4 texels)
{
    vec2 at = v_at * texels.zw;
    vec2 across = fwidth(at);
    vec2 steps = clamp(ceil(across - 0.01), 1.0, float(MOST));
    if (steps.x * steps.y < 1.5) return cell_at(at, texels);
    vec3 sum = vec3(0.0);
    for (int j = 0; j < MOST; j++) {
        if (float(j) >= steps.y) break;
        for (int i = 0; i < MOST; i++) {
            if (float(i) >= steps.x) break;
            sum += cell_at(at + ((vec2(float(i), float(j)) + 0.5) / steps - 0.5) * across, texels);
        }
    }
    return sum / (steps.x * steps.y);
}

vec3 coloured(vec3 cells)
{
    if (v_look.x < COLOURED - 0.5) return clamp(cells, 0.0, 1.0);
    vec3 values = cells * (u_strength > 0.0 ? u_strength : v_look.y);
    if (v_look.x < MAPPED - 0.5) return clamp(0.5 + 0.5 * values, 0.0, 1.0);
    // The middle of the first and last texel are -1 and +1.
    float part = clamp(values.r, -1.0, 1.0) * 0.5 + 0.5;
    return texture2D(u_map, vec2((part * 255.0 + 0.5) / 256.0, 0.5)).rgb;
}

void main()
{
    // Interpolation leaves rounding noise on what is the same at all corners.
    vec3 colour = coloured(cells_here(floor(v_texels + 0.5)));
    bool is_inside = v_at.x >= 0.0 && v_at.y >= 0.0 && v_at.x <= 1.0 && v_at.y <= 1.0;
    gl_FragColor = (is_inside ? vec4(colour, 1.0) : vec4(u_border.rgb, 1.0) * u_border.a) * u_alpha;
}
