// Heats of which a pixel shows one place at most: quicker, because it need not ask how many it stands for.
// #include overlay.glsl

float value_at(sampler2D values, vec2 size, float is_smooth)
{
    vec2 at = v_uv * size;
    return is_smooth > 0.5 ? smooth_at(values, at, size) : cell_at(values, at, size);
}

// #include heat.glsl
