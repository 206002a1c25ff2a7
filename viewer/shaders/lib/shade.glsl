// How a cell is coloured. Colours leave premultiplied by alpha.
uniform float u_is_glow;           // 1: only what bright cells give to the bloom
uniform float u_glow;
uniform float u_supersample;
uniform vec4 u_panel;
uniform float u_ahead;             // how much of a map shows before the light arrives

// The cells that one pixel stands for: their mean, or for differences the one of largest size, because
// positive and negative cells that cancel would look like no change at all.
float block_value(vec2 cell, vec2 cells_per_px)
{
    float wanted = is_difference() ? 1.5 * u_supersample : 1.0;
    vec2 block = clamp(ceil(cells_per_px * wanted - 0.01), 1.0, float(BLOCK));
    vec2 first = floor(cell / block) * block;
    float sum = 0.0, count = 0.0, largest = 0.0;
    vec2 last = min(first + block, texels().zw) - 1.0;
    for (int j = 0; j < BLOCK; j++) {
        float y = first.y + float(j);
        if (y > last.y) break;
        for (int i = 0; i < BLOCK; i++) {
            float x = first.x + float(i);
            if (x > last.x) break;
            float value = value_at(in_atlas(vec2(x, y)));
            sum += value;
            count += 1.0;
            if (abs(value) > abs(largest)) largest = value;
        }
    }
    return is_difference() ? largest : sum / max(count, 1.0);
}

vec3 shaded(vec2 cell, float value, vec2 cells_per_px)
{
    vec3 colour = mapped(value * v_strength, is_kernel());
    // Thin lines between cells fade in when a cell is wider than 6 px.
    vec2 px_per_cell = 1.0 / (cells_per_px * u_supersample);
    vec2 to_border = min(fract(cell), 1.0 - fract(cell)) / (cells_per_px * u_supersample);
    float line = 1.0 - smoothstep(0.35, 0.9, min(to_border.x, to_border.y));
    float shown = smoothstep(6.0, 14.0, min(px_per_cell.x, px_per_cell.y));
    return mix(colour, u_panel.rgb, line * shown * 0.85);
}

void main()
{
    vec2 cell = v_uv * texels().zw;
    vec2 cells_per_px = max(fwidth(cell), vec2(1e-6));
    float value = block_value(cell_here(cell), cells_per_px);
    vec3 colour = mix(u_panel.rgb, shaded(cell, value, cells_per_px), mix(u_ahead, 1.0, lit_at(v_look.y)));
    float brightness = dot(colour, vec3(0.299, 0.587, 0.114));
    // Cells with numbers in them shine less: light over dark ink would wash it out.
    float quiet = 1.0 - 0.8 * smoothstep(40.0, 56.0, 1.0 / (cells_per_px.x * u_supersample));
    float amount = u_is_glow > 0.5 ? smoothstep(0.45, 0.95, brightness) * u_glow * quiet : 1.0;
    // Nothing rather than a discarded fragment where nothing was kept: so hidden ones need not be shaded.
    gl_FragColor = vec4(colour * amount, 1.0 - u_is_glow) * (is_kept(value) ? u_opacity * v_emphasis : 0.0);
}
