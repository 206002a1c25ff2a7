// Colours of the tiles of an album; needs `cells_here`. Colours leave premultiplied by alpha.
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
