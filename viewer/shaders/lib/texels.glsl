// Texel number `number` of a texture of `size` texels, counted along its rows.
vec3 texel(sampler2D table, float number, vec2 size)
{
    float row = floor((number + 0.5) / size.x);
    return texture2DLod(table, (vec2(number - row * size.x, row) + 0.5) / size, 0.0).rgb;
}
