// Colours of heats. Needs `value_at`, what of an overlay a pixel stands for. Colours leave premultiplied by alpha.
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
