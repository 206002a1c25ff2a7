// Cells with the values of one capture blended towards another, or with how they differ.
// #include light.glsl
// #include tile.glsl
// #include cells.glsl
// #include pair.glsl
uniform sampler2D u_values;
uniform sampler2D u_values_toward;

float value_at(vec2 at)
{
    float here = texture2D(u_values, at).r, there = texture2D(u_values_toward, at).r;
    return is_kept(max(here, there)) ? between(number(here), number(there)) : max(here, there);
}

// #include shade.glsl
