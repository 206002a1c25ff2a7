// Heats of which a pixel may stand for many places.
// #include overlay.glsl

const int MOST = 4;                // as many cells along a side as one pixel averages at most

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

// #include heat.glsl
