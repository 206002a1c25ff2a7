// Panels, cells of feature maps and vectors, and pictures. Colours leave premultiplied by alpha.
// #include light.glsl
uniform sampler2D u_values;        // cells of the capture, and of the one it is blended towards
uniform sampler2D u_values_toward;
uniform sampler2D u_pictures;
uniform sampler2D u_pictures_toward;
uniform sampler2D u_map;           // colour map of values from -1 to +1
uniform sampler2D u_weight_map;    // and of kernels
uniform vec2 u_values_size;        // texels
uniform vec2 u_pictures_size;
uniform float u_blend;             // 0..1
uniform float u_is_difference;
uniform float u_is_glow;           // 1: only what bright cells give to the bloom
uniform float u_supersample;
uniform float u_opacity;
uniform vec4 u_panel;              // rgb and alpha
uniform vec4 u_border;
uniform float u_ahead;             // how much of a map shows before the light arrives
uniform float u_glow;

varying vec2 v_uv;
varying vec2 v_size;
varying vec4 v_texels;
varying vec4 v_look;
varying float v_gain;

// Interpolation leaves rounding noise on what is the same at all corners.
vec4 texels() { return floor(v_texels + 0.5); }

const float PANEL = 0.0, CELLS = 1.0, PICTURE = 2.0, CHANNEL = 3.0, WEIGHTS = 4.0;
const float CORNER = 0.12, BORDER = 0.022;
const int BLOCK = 4;

float value_at(vec2 cell)
{
    vec2 at = (texels().xy + cell + 0.5) / u_values_size;
    float here = texture2D(u_values, at).r;
    float there = texture2D(u_values_toward, at).r;
    return u_is_difference > 0.5 ? (there - here) * u_blend : mix(here, there, u_blend);
}

// The cells that one pixel stands for: their mean, or for differences the one of largest size, because
// positive and negative cells that cancel would look like no change at all.
float block_value(vec2 cell, vec2 cells_per_px)
{
    float wanted = u_is_difference > 0.5 ? 1.5 * u_supersample : 1.0;
    vec2 block = clamp(ceil(cells_per_px * wanted - 0.01), 1.0, float(BLOCK));
    vec2 first = floor(cell / block) * block;
    float sum = 0.0, count = 0.0, largest = 0.0;
    for (int j = 0; j < BLOCK; j++) {
        for (int i = 0; i < BLOCK; i++) {
            vec2 step = vec2(float(i), float(j));
            if (step.x >= block.x || step.y >= block.y) continue;
            vec2 at = first + step;
            if (at.x >= texels().z || at.y >= texels().w) continue;
            float value = value_at(at);
            sum += value;
            count += 1.0;
            if (abs(value) > abs(largest)) largest = value;
        }
    }
    return u_is_difference > 0.5 ? largest : sum / max(count, 1.0);
}

vec3 picture_at(vec2 uv)
{
    vec2 at = (texels().xy + floor(clamp(uv, 0.0, 0.9999) * texels().zw) + 0.5) / u_pictures_size;
    vec3 here = texture2D(u_pictures, at).rgb;
    vec3 there = texture2D(u_pictures_toward, at).rgb;
    return u_is_difference > 0.5 ? (there - here) * u_blend : mix(here, there, u_blend);
}

vec3 mapped(float value)
{
    // The middle of the first and last texel are -1 and +1.
    float t = clamp(value, -1.0, 1.0) * 0.5 + 0.5;
    vec2 at = vec2((t * 255.0 + 0.5) / 256.0, 0.5);
    return v_look.x > WEIGHTS - 0.5 ? texture2D(u_weight_map, at).rgb : texture2D(u_map, at).rgb;
}

vec4 panel()
{
    vec2 inner = v_size * 0.5 - CORNER;
    vec2 from_centre = abs(v_uv - 0.5) * v_size;
    float outside = length(max(from_centre - inner, 0.0)) - CORNER;
    float px = max(fwidth(outside), 1e-5);
    float inside = clamp(0.5 - outside / px, 0.0, 1.0);
    float line = max(BORDER, 1.2 * px * u_supersample);
    float edge = inside * clamp(0.5 + (outside + line) / px, 0.0, 1.0);
    float shine = mix(0.30, 0.80, lit_at(v_look.y)) * u_border.a + 0.2 * pulse_at(v_look.y);
    vec4 colour = vec4(u_panel.rgb, 1.0) * (u_panel.a * inside);
    return mix(colour, vec4(u_border.rgb, 1.0), edge * shine);
}

vec3 cells()
{
    vec2 cell = v_uv * texels().zw;
    vec2 cells_per_px = max(fwidth(cell), vec2(1e-6));
    vec2 index = min(floor(cell), texels().zw - 1.0);
    float value = block_value(index, cells_per_px) * v_look.z * v_gain;
    vec3 colour = mapped(value);
    // Thin lines between cells fade in when a cell is wider than 6 px.
    vec2 px_per_cell = 1.0 / (cells_per_px * u_supersample);
    vec2 to_border = min(fract(cell), 1.0 - fract(cell)) / (cells_per_px * u_supersample);
    float line = 1.0 - smoothstep(0.35, 0.9, min(to_border.x, to_border.y));
    float shown = smoothstep(6.0, 14.0, min(px_per_cell.x, px_per_cell.y));
    return mix(colour, u_panel.rgb, line * shown * 0.85);
}

vec3 picture()
{
    vec3 colour = picture_at(v_uv);
    if (v_look.x > CHANNEL - 0.5) {
        vec3 only = vec3(v_look.w < 0.5, v_look.w > 0.5 && v_look.w < 1.5, v_look.w > 1.5);
        float value = dot(colour, only);
        return u_is_difference > 0.5 ? mapped(value * v_gain) : mix(vec3(0.30), only, 0.80) * value;
    }
    if (u_is_difference > 0.5)
        return v_look.w > 1.5 ? 0.5 + 0.5 * clamp(colour * v_gain, -1.0, 1.0) : mapped(colour.r * v_gain);
    return clamp(colour, 0.0, 1.0);
}

void main()
{
    if (v_look.x < CELLS - 0.5) {
        gl_FragColor = u_is_glow > 0.5 ? vec4(0.0) : panel() * u_opacity;
        return;
    }
    bool is_cells = v_look.x < PICTURE - 0.5 || v_look.x > WEIGHTS - 0.5;
    vec3 colour = is_cells ? cells() : picture();
    float shown = is_cells ? mix(u_ahead, 1.0, lit_at(v_look.y)) : 1.0;
    colour = mix(u_panel.rgb, colour, shown);
    if (u_is_glow > 0.5) {
        float brightness = dot(colour, vec3(0.299, 0.587, 0.114));
        float amount = is_cells ? smoothstep(0.45, 0.95, brightness) * u_glow : 0.0;
        gl_FragColor = vec4(colour * amount * u_opacity, 0.0);
        return;
    }
    gl_FragColor = vec4(colour, 1.0) * u_opacity;
}
